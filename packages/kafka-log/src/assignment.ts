/**
 * The partitions of one member of a group, from one assignment to the next. kafkajs fetches and hands over batches; the handler
 * works, one turn at a time per partition; the position of each partition is kept here, and told to kafkajs by `resolveOffset`
 * and `seek`. A partition that waits, for its beginning or after a failure, is paused alone: the group's heartbeat goes on.
 */
import { type BatchHandler, type Bounds, RingbackError } from '@ringback/pipeline'
import type { Consumer, EachBatchPayload } from 'kafkajs'
import { backoffMs, pause } from './backoff.ts'
import { guarded, toRingbackError } from './faults.ts'
import { boundsOf, type Means, nameOf, type Owned, toOwnedPartition } from './owned.ts'
import { createTurns } from './turns.ts'

export interface AssignmentDeps {
  readonly consumer: Pick<Consumer, 'seek' | 'pause' | 'resume' | 'commitOffsets'>
  readonly group: string
  readonly handler: BatchHandler
  readonly bounds: (topic: string) => Promise<readonly Bounds[]>
  readonly committed: (group: string, topic: string) => Promise<readonly (number | undefined)[]>
  readonly batchMessages: number
  /** Aborted when no more work is to begin. */
  readonly signal: AbortSignal
  /** Ends the subscription. */
  readonly fail: (error: unknown) => void
}

export interface Assignment {
  /** Begins anew with these: nothing of the former assignment may be acted upon any more. */
  readonly assign: (assigned: Readonly<Record<string, readonly number[]>>) => void
  /** Nothing is owned any more. */
  readonly lose: () => void
  readonly onBatch: (payload: EachBatchPayload) => Promise<void>
  readonly onCommitted: (topic: string, partition: number, offset: number) => void
  /** Time has passed: calls those that are idle. */
  readonly tick: () => void
  /** Lets nothing more come, and resolves when what is at work is done. */
  readonly finish: () => Promise<void>
}

/** Where an assignment begins: asked once a topic, for all its partitions. */
interface Lookup {
  readonly committed: (topic: string) => Promise<readonly (number | undefined)[]>
  readonly bounds: (topic: string) => Promise<readonly Bounds[]>
}

export const createAssignment = (deps: AssignmentDeps): Assignment => {
  const { consumer, group, handler, signal } = deps
  const turns = createTurns()
  let partitions: ReadonlyMap<string, Owned> = new Map()
  /** The latest batch of this assignment: kafkajs has heartbeats, and commits that it does not repeat, only there. */
  let latest: EachBatchPayload | undefined

  const isOver = (owned: Owned): boolean => owned.isLost || signal.aborted

  const idleMeans = (owned: Owned): Means => ({
    commit: (offset) =>
      latest
        ? latest.commitOffsetsIfNecessary(offsetsOf(owned, offset))
        : consumer.commitOffsets([{ ...keyOf(owned), offset: String(offset) }]),
    heartbeat: async () => latest?.heartbeat(),
    bounds: deps.bounds,
  })
  const batchMeans = (owned: Owned, payload: EachBatchPayload): Means => ({
    commit: (offset) => payload.commitOffsetsIfNecessary(offsetsOf(owned, offset)),
    heartbeat: payload.heartbeat,
    bounds: deps.bounds,
  })

  /** Whether it went well. A failure that may pass is for the caller to wait out; any other ends the subscription. */
  const attempt = async (owned: Owned, work: () => Promise<void>): Promise<boolean> => {
    try {
      await work()
      return true
    } catch (error) {
      owned.failures++
      if (!isPassing(error)) deps.fail(error)
      return false
    }
  }

  /**
   * Goes where the handler wants to be. Never out of bounds: there, kafkajs would commit a reset by itself.
   * A seek that kafkajs still has from an earlier assignment is overwritten by the first one of this.
   */
  const settle = async (owned: Owned, bounds = deps.bounds): Promise<void> => {
    const { sought } = owned
    if (sought === undefined) return
    const { earliest, end } = await boundsOf(owned, bounds)
    if (sought > end)
      throw new RingbackError(
        'store',
        `${group} stands at ${sought} of ${nameOf(owned)}, which ends at ${end}: was the topic made anew? Raise kafka.generation`,
      )
    if (isOver(owned)) return
    owned.position = Math.max(sought, earliest)
    owned.sought = undefined
    tell(() => consumer.seek({ ...keyOf(owned), offset: String(owned.position) }))
  }

  /**
   * A commit that kafkajs repeated after a rebalance may have gone below ours (upstream #1046), and whoever waits for the group to
   * get somewhere would wait for ever.
   */
  const heal = async (owned: Owned, committed: Lookup['committed']): Promise<void> => {
    const known = owned.committed
    if (known === undefined) return
    const told = (await committed(owned.topic))[owned.partition]
    if ((told ?? -1) < known && !isOver(owned)) await guarded('committing', () => idleMeans(owned).commit(known))
  }

  const idle = async (owned: Owned, committed?: Lookup['committed']): Promise<void> => {
    if (isOver(owned)) return
    if (committed) await heal(owned, committed)
    try {
      await handler.onIdle?.(toOwnedPartition(owned, idleMeans(owned)))
    } finally {
      await settle(owned)
    }
    owned.failures = 0
  }

  const begin = async (owned: Owned, { committed, bounds }: Lookup): Promise<void> => {
    if (owned.position < 0) {
      owned.committed = (await committed(owned.topic))[owned.partition]
      owned.sought = owned.committed ?? 0
      await settle(owned, bounds)
    }
    await idle(owned)
  }

  const hold = (owned: Owned): void => {
    owned.isHeld = true
    tell(() => consumer.pause([{ topic: owned.topic, partitions: [owned.partition] }]))
  }

  /** Lets a partition come again, once `work` went well. */
  const release = async (owned: Owned, work: () => Promise<void>): Promise<void> => {
    for (;;) {
      if (owned.failures > 0) await pause(backoffMs(owned.failures), signal)
      if (isOver(owned)) return
      if (await turns.take(nameOf(owned), () => attempt(owned, work))) break
    }
    if (isOver(owned)) return
    owned.isHeld = false
    tell(() => consumer.resume([{ topic: owned.topic, partitions: [owned.partition] }]))
  }

  /** After a failure. */
  const rest = (owned: Owned, work: () => Promise<void>): void => {
    if (isOver(owned)) return
    hold(owned)
    void release(owned, work)
  }

  /** After a jump forward, over what a compaction or a transaction left, or what retention took: then kafkajs reset the group. */
  const noticeReset = async (owned: Owned): Promise<void> => {
    if (owned.position < (await boundsOf(owned, deps.bounds)).earliest) owned.committed = undefined
  }

  const work = async (owned: Owned, payload: EachBatchPayload): Promise<void> => {
    if (isOver(owned) || owned.position < 0 || payload.isStale()) return
    owned.isQuiet = false
    const messages = payload.batch.messages.map(toReceived).filter(({ offset }) => offset >= owned.position)
    const [first] = messages
    if (!first) {
      // It was fetched before we went elsewhere.
      owned.sought = owned.position
      if (!(await attempt(owned, () => settle(owned)))) rest(owned, () => settle(owned))
      return
    }
    const highWatermark = Number(payload.batch.highWatermark)
    const partition = toOwnedPartition(owned, batchMeans(owned, payload))
    for (let from = 0; from < messages.length && !isOver(owned); from += deps.batchMessages) {
      const part = messages.slice(from, from + deps.batchMessages)
      const fetchedFrom = owned.position
      const wentWell = await attempt(owned, async () => {
        if (from > 0) await partition.heartbeat()
        else if (first.offset > fetchedFrom) await noticeReset(owned)
        try {
          await handler.onBatch({ ...partition, messages: part, fetchedFrom, highWatermark })
        } finally {
          await settle(owned)
        }
      })
      if (isOver(owned)) return
      if (!wentWell) {
        rest(owned, () => settle(owned))
        return
      }
      owned.failures = 0
      // The handler went elsewhere.
      if (payload.isStale()) return
      const last = part.at(-1)?.offset ?? owned.position
      owned.position = last + 1
      payload.resolveOffset(String(last))
    }
  }

  const lose = (): void => {
    for (const owned of partitions.values()) owned.isLost = true
  }

  return {
    lose,
    assign: (assigned) => {
      lose()
      latest = undefined
      const list = Object.entries(assigned).flatMap(([topic, numbers]) => numbers.map((p) => newlyOwned(topic, p)))
      partitions = new Map(list.map((owned) => [nameOf(owned), owned]))
      // At once, before kafkajs fetches: nothing may come before it is known where to begin.
      for (const owned of list) hold(owned)
      const lookup: Lookup = {
        committed: shared((topic) => deps.committed(group, topic)),
        bounds: shared(deps.bounds),
      }
      for (const owned of list) void release(owned, () => begin(owned, lookup))
    },
    onBatch: async (payload) => {
      const owned = partitions.get(nameOf(payload.batch))
      if (!owned) return
      latest = payload
      await turns.take(nameOf(owned), () => work(owned, payload))
    },
    onCommitted: (topic, partition, offset) => {
      const owned = partitions.get(nameOf({ topic, partition }))
      if (owned) owned.committed = offset
    },
    tick: () => {
      const committed = shared((topic) => deps.committed(group, topic))
      for (const owned of partitions.values()) {
        if (owned.isHeld || turns.isBusy(nameOf(owned))) continue
        if (owned.isQuiet)
          void turns.take(nameOf(owned), async () => {
            if (!(await attempt(owned, () => idle(owned, committed)))) rest(owned, () => idle(owned))
          })
        owned.isQuiet = true
      }
    },
    finish: async () => {
      for (const owned of partitions.values()) hold(owned)
      await turns.done()
    },
  }
}

/** kafkajs takes no orders between a crash and its restart; all is assigned anew then. */
const tell = (order: () => void): void => {
  try {
    order()
  } catch (error) {
    if (!isPassing(toRingbackError(error, 'steering the consumer'))) throw error
  }
}

export const isPassing = (error: unknown): boolean => error instanceof RingbackError && error.retryable

/** One answer for all; one that failed is asked for anew. */
const shared = <T>(ask: (topic: string) => Promise<T>): ((topic: string) => Promise<T>) => {
  const answers = new Map<string, Promise<T>>()
  return (topic) => {
    const answer = answers.get(topic) ?? ask(topic)
    answers.set(topic, answer)
    answer.catch(() => answers.delete(topic))
    return answer
  }
}

const keyOf = ({ topic, partition }: Owned) => ({ topic, partition })

const newlyOwned = (topic: string, partition: number): Owned => ({
  topic,
  partition,
  isLost: false,
  isHeld: false,
  isQuiet: false,
  position: -1,
  sought: undefined,
  committed: undefined,
  failures: 0,
})

const offsetsOf = ({ topic, partition }: Owned, offset: number) => ({
  topics: [{ topic, partitions: [{ partition, offset: String(offset) }] }],
})

const toReceived = ({ offset, timestamp, key, value }: EachBatchPayload['batch']['messages'][number]) => ({
  offset: Number(offset),
  timestamp: Number(timestamp),
  key: key?.toString('utf8') ?? null,
  value,
})
