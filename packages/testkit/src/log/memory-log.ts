/**
 * The log in memory, for tests and the simulation: what Kafka promises, and no more. Who lost a partition may still be at work on it
 * while the next owner begins; nothing is compacted.
 */
import { EventEmitter, once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Instant } from '@ringback/contracts'
import {
  type Bounds,
  type Log,
  type OwnedPartition,
  partitionOf,
  type ReceivedMessage,
  RingbackError,
  type Subscription,
  type SubscriptionOptions,
  type TopicSpec,
} from '@ringback/pipeline'

export interface MemoryLogOptions {
  /** Most messages of one batch. */
  readonly batchMessages?: number
  readonly idleMs?: number
  /** The pause after a retryable failure. */
  readonly pauseMs?: number
}

interface Partition {
  earliest: number
  readonly messages: ReceivedMessage[]
}

interface Topic {
  readonly spec: TopicSpec
  readonly partitions: readonly Partition[]
}

interface Member {
  readonly topics: readonly string[]
  readonly assign: (owned: readonly Owned[]) => void
}

interface Owned {
  readonly topic: string
  readonly number: number
  isLost: boolean
  sought: number | undefined
}

interface Group {
  readonly members: Set<Member>
  readonly committed: Map<string, number>
}

const nameOf = (topic: string, partition: number): string => `${topic}/${partition}`
const fatal = (message: string): RingbackError => new RingbackError('store', message)
const lost = (name: string): RingbackError =>
  new RingbackError('store', `${name} is another's now`, { retryable: true })

export const createMemoryLog = (clock: () => Instant, options: MemoryLogOptions = {}): Log => {
  const { batchMessages = 500, idleMs = 1_000, pauseMs = 50 } = options
  const topics = new Map<string, Topic>()
  const groups = new Map<string, Group>()
  const subscriptions = new Set<Subscription>()
  const appends = new EventEmitter().setMaxListeners(0)

  const topicOf = (name: string): Topic => {
    const topic = topics.get(name)
    if (!topic) throw fatal(`${name}: it is not there: run \`ringback topics create\``)
    return topic
  }

  /** Without what retention took by now. */
  const partitionAt = (name: string, number: number): Partition => {
    const { spec, partitions } = topicOf(name)
    const partition = partitions[number]
    if (!partition) throw fatal(`${name} has ${partitions.length} partitions, no number ${number}`)
    const keptFrom = spec.retention === undefined ? -Infinity : clock() - spec.retention
    const gone = partition.messages.findIndex(({ timestamp }) => timestamp >= keptFrom)
    const removed = partition.messages.splice(0, gone === -1 ? partition.messages.length : gone)
    partition.earliest += removed.length
    return partition
  }
  const boundsOf = (name: string, number: number): Bounds => {
    const { earliest, messages } = partitionAt(name, number)
    return { earliest, end: earliest + messages.length }
  }

  const groupOf = (name: string): Group => {
    const group = groups.get(name) ?? { members: new Set(), committed: new Map() }
    groups.set(name, group)
    return group
  }

  /** All anew, round robin. */
  const rebalance = ({ members }: Group): void => {
    const shares = new Map([...members].map((member): [Member, Owned[]] => [member, []]))
    const names = new Set([...members].flatMap((member) => member.topics))
    let turn = 0
    for (const topic of names) {
      const readers = [...members].filter((member) => member.topics.includes(topic))
      for (const number of topicOf(topic).partitions.keys()) {
        const reader = readers[turn++ % readers.length]
        if (reader) shares.get(reader)?.push({ topic, number, isLost: false, sought: undefined })
      }
    }
    for (const [member, share] of shares) member.assign(share)
  }

  const toOwnedPartition = (owned: Owned, { committed }: Group): OwnedPartition => {
    const name = nameOf(owned.topic, owned.number)
    const assertOwned = (): void => {
      if (owned.isLost) throw lost(name)
    }
    return {
      topic: owned.topic,
      partition: owned.number,
      committed: () => committed.get(name),
      commit: async (offset) => {
        assertOwned()
        committed.set(name, Math.max(offset, committed.get(name) ?? 0))
      },
      seek: (offset) => {
        assertOwned()
        owned.sought = offset
      },
      heartbeat: async () => assertOwned(),
      bounds: async () => {
        assertOwned()
        return boundsOf(owned.topic, owned.number)
      },
    }
  }

  /** Resolves when something was appended, after a while, or when it is over. */
  const somethingNew = async (ms: number, over: AbortSignal): Promise<void> => {
    const either = new AbortController()
    const signal = AbortSignal.any([over, either.signal])
    await Promise.race([once(appends, 'append', { signal }), sleep(ms, undefined, { signal })]).catch(() => undefined)
    either.abort()
  }

  const subscribe = ({ group: name, topics: wanted, handler }: SubscriptionOptions): Subscription => {
    for (const topic of wanted) topicOf(topic)
    const group = groupOf(name)
    const stopping = new AbortController()
    const { signal } = stopping
    const loops = new Map<string, Promise<void>>()
    let lastProgressAt = clock()
    let assigned: readonly Owned[] = []
    let end: { readonly resolve: () => void; readonly reject: (reason: unknown) => void } | undefined
    const ended = new Promise<void>((resolve, reject) => {
      end = { resolve, reject }
    })

    const read = async (owned: Owned): Promise<void> => {
      const { topic, number } = owned
      const partition = toOwnedPartition(owned, group)
      const isOver = (): boolean => owned.isLost || signal.aborted
      let position = group.committed.get(nameOf(topic, number)) ?? 0
      let isNew = true
      // Whoever subscribes shall be able to watch `ended` before anything happens.
      await sleep(0)
      const step = async (): Promise<void> => {
        const { earliest, messages } = partitionAt(topic, number)
        if (position > earliest + messages.length) throw fatal(`${nameOf(topic, number)} ends before ${position}`)
        position = Math.max(position, earliest)
        const batch = messages.slice(position - earliest, position - earliest + batchMessages)
        lastProgressAt = clock()
        if (batch.length === 0 || isNew) await handler.onIdle?.(partition)
        else {
          await handler.onBatch({
            ...partition,
            messages: batch,
            fetchedFrom: position,
            highWatermark: earliest + messages.length,
          })
          owned.sought ??= position + batch.length
        }
      }
      while (!isOver()) {
        try {
          await step()
          isNew = false
        } catch (error) {
          if (!(error instanceof RingbackError && error.retryable) && !isOver()) fail(error)
          await sleep(pauseMs * (0.5 + Math.random()), undefined, { signal }).catch(() => undefined)
        }
        position = owned.sought ?? position
        owned.sought = undefined
        if (!isOver() && position === boundsOf(topic, number).end) await somethingNew(idleMs, signal)
      }
    }

    const member: Member = {
      topics: wanted,
      assign: (share) => {
        for (const owned of assigned) owned.isLost = true
        assigned = share
        for (const owned of share) {
          const partition = nameOf(owned.topic, owned.number)
          // Two calls of one handler never meet in a partition.
          loops.set(
            partition,
            (loops.get(partition) ?? Promise.resolve()).then(() => read(owned)),
          )
        }
      },
    }
    const leave = (): void => {
      stopping.abort()
      for (const owned of assigned) owned.isLost = true
      group.members.delete(member)
      rebalance(group)
    }
    const fail = (error: unknown): void => {
      leave()
      end?.reject(error)
    }
    group.members.add(member)
    rebalance(group)
    return {
      ended,
      lastProgressAt: () => lastProgressAt,
      stop: async () => {
        stopping.abort()
        await Promise.all(loops.values())
        if (group.members.has(member)) leave()
        end?.resolve()
      },
    }
  }

  return {
    append: async (name, messages) => {
      const { spec, partitions } = topicOf(name)
      for (const { key, value } of messages)
        if (Buffer.byteLength(key) + Buffer.byteLength(value ?? '') > spec.mostMessageBytes)
          throw fatal(`appending to ${name}: a message is larger than the topic takes`)
      for (const { key, value, partition = partitionOf(key, partitions.length) } of messages) {
        const { earliest, messages: there } = partitionAt(name, partition)
        const offset = earliest + there.length
        there.push({ offset, timestamp: clock(), key, value: value === null ? null : Buffer.from(value) })
      }
      appends.emit('append')
    },
    bounds: async (name) => topicOf(name).partitions.map((_, number) => boundsOf(name, number)),
    committed: async (group, name) =>
      topicOf(name).partitions.map((_, number) => groups.get(group)?.committed.get(nameOf(name, number))),
    subscribe: async (wanted) => {
      const subscription = subscribe(wanted)
      subscriptions.add(subscription)
      return subscription
    },
    createTopics: async (specs) => {
      for (const { topic, partitions } of specs) {
        const count = topics.get(topic)?.partitions.length ?? partitions
        if (count !== partitions) throw new RingbackError('configuration', `topic ${topic} has ${count} partitions`)
      }
      const missing = specs.filter(({ topic }) => !topics.has(topic))
      for (const spec of missing) {
        const partitions = Array.from({ length: spec.partitions }, () => ({ earliest: 0, messages: [] }))
        topics.set(spec.topic, { spec, partitions })
      }
      return missing.map(({ topic }) => topic)
    },
    describeTopics: async (names) =>
      names.flatMap((name) => {
        const topic = topics.get(name)
        return topic ? [{ ...topic.spec, partitions: topic.partitions.length }] : []
      }),
    addPartitions: async (name, count) => {
      const { spec, partitions } = topicOf(name)
      const more = Array.from({ length: Math.max(count - partitions.length, 0) }, () => ({ earliest: 0, messages: [] }))
      topics.set(name, { spec, partitions: [...partitions, ...more] })
    },
    deleteTopics: async (names) => {
      for (const name of names) {
        const { partitions } = topics.get(name) ?? { partitions: [] }
        for (const { committed } of groups.values())
          for (const number of partitions.keys()) committed.delete(nameOf(name, number))
        topics.delete(name)
      }
    },
    membersOf: async (name) => groups.get(name)?.members.size ?? 0,
    close: async () => {
      await Promise.all([...subscriptions].map(({ stop }) => stop()))
    },
  }
}
