/**
 * Everything outside the processes: the log's partitions, the keyed state, the groups' offsets and the tables, with a virtual
 * clock. What happens to them happens at once; when, and whether the answer arrives, the scheduler decides.
 */
import type { Instant } from '@ringback/contracts'
import {
  type Bounds,
  type OutgoingMessage,
  partitionOf,
  type ReceivedMessage,
  type StateEntry,
  type WriteOutcome,
} from '@ringback/pipeline'

interface Stored {
  readonly value: string
  readonly expiresAt: Instant
}

export interface Said {
  readonly version: bigint
  readonly json: string | undefined
}

interface SimulatedTopic {
  readonly partitions: { earliest: number; readonly messages: ReceivedMessage[] }[]
  readonly retention: number
}

export interface WorldOptions {
  readonly topics: Readonly<Record<string, { readonly partitions: number; readonly retention: number }>>
  readonly stateExpiresAfter: number
  readonly now: Instant
}

export const createSimulatedWorld = ({ topics, stateExpiresAfter, now: begin }: WorldOptions) => {
  let now = begin
  const log = new Map<string, SimulatedTopic>()
  const state = new Map<string, Map<string, Stored>>()
  const offsets = new Map<string, number>()

  const makeTopic = (name: string, partitions: number, retention: number): void => {
    log.set(name, { partitions: Array.from({ length: partitions }, () => ({ earliest: 0, messages: [] })), retention })
  }
  for (const [name, { partitions, retention }] of Object.entries(topics)) makeTopic(name, partitions, retention)

  const topic = (name: string): SimulatedTopic => {
    const found = log.get(name)
    if (!found) throw new TypeError(`no topic ${name}`)
    return found
  }
  const stateOf = (space: string): Map<string, Stored> => {
    const known = state.get(space) ?? new Map<string, Stored>()
    state.set(space, known)
    return known
  }

  return {
    now: () => now,
    /** May go back, as clocks do. */
    setNow: (at: Instant): void => {
      now = at
    },
    makeTopic,
    partitionsOf: (name: string): number => topic(name).partitions.length,
    append: (name: string, messages: readonly OutgoingMessage[]): void => {
      const { partitions } = topic(name)
      for (const { key, value, partition } of messages) {
        const target = partitions[partition ?? partitionOf(key, partitions.length)]
        if (!target) throw new TypeError(`no partition ${String(partition)} of ${name}`)
        target.messages.push({
          offset: target.messages.length,
          timestamp: now,
          key,
          value: value === null ? null : Buffer.from(value),
        })
      }
    },
    bounds: (name: string, partition: number): Bounds => {
      const found = topic(name).partitions[partition]
      return { earliest: found?.earliest ?? 0, end: found?.messages.length ?? 0 }
    },
    read: (name: string, partition: number, from: number, most: number): readonly ReceivedMessage[] => {
      const found = topic(name).partitions[partition]
      return found ? found.messages.slice(Math.max(from, found.earliest), Math.max(from, found.earliest) + most) : []
    },
    /** Lets go of what is older than each topic keeps. */
    trim: (): void => {
      for (const { partitions, retention } of log.values())
        for (const partition of partitions) {
          const first = partition.messages.findIndex(({ timestamp }) => timestamp >= now - retention)
          partition.earliest = Math.max(partition.earliest, first < 0 ? partition.messages.length : first)
        }
    },
    committed: (group: string, name: string, partition: number): number | undefined =>
      offsets.get(`${group}|${name}|${partition}`),
    commit: (group: string, name: string, partition: number, offset: number): void => {
      offsets.set(`${group}|${name}|${partition}`, offset)
    },
    readState: (space: string, keys: readonly string[]): (string | undefined)[] =>
      keys.map((key) => {
        const stored = stateOf(space).get(key)
        if (!stored || stored.expiresAt > now) return stored?.value
        // Gone for good, wherever the clock jumps to.
        stateOf(space).delete(key)
        return undefined
      }),
    writeState: (
      space: string,
      expected: string | undefined,
      position: string,
      entries: readonly StateEntry[],
    ): WriteOutcome => {
      const stored = stateOf(space)
      if (stored.get('next')?.value !== expected) return 'refused'
      stored.set('next', { value: position, expiresAt: Infinity })
      for (const { key, value, expires } of entries)
        stored.set(key, { value, expiresAt: expires ? now + stateExpiresAfter : Infinity })
      return 'written'
    },
    stateKeys: (space: string): string[] => [...stateOf(space).keys()],
    spaces: (): string[] => [...state.keys()],
    snapshot: (space: string): ReadonlyMap<string, Stored> => new Map(stateOf(space)),
    restore: (space: string, snapshot: ReadonlyMap<string, Stored>): void => {
      state.set(space, new Map(snapshot))
    },
  }
}

export type SimulatedWorld = ReturnType<typeof createSimulatedWorld>
