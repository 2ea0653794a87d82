/**
 * A member of a consumer group. Three parties act here: kafkajs fetches and hands over batches; the handler works, one turn at a
 * time per partition; and the position of each partition is kept here, told to kafkajs by `resolveOffset` and `seek`.
 */
import type { Instant } from '@ringback/contracts'
import { type Bounds, RingbackError, type Subscription, type SubscriptionOptions } from '@ringback/pipeline'
import type { EachBatchPayload, Kafka } from 'kafkajs'
import { backoffMs, pause } from './backoff.ts'
import { guarded, toRingbackError } from './faults.ts'
import { boundsOf, type Means, nameOf, type Owned, toOwnedPartition } from './owned.ts'
import { createTurns } from './turns.ts'

export interface SubscriptionTuning {
  /** Most messages of one call of the handler. */
  readonly batchMessages: number
  /** Of a fetch; a larger record batch comes whole. */
  readonly partitionBytes: number
  /** Partitions that are worked on at once. */
  readonly concurrency: number
  /** How long a fetch waits for something to come: a partition that was paused waits as long for its next fetch. */
  readonly fetchWaitMs: number
  readonly idleMs: number
  readonly heartbeatMs: number
  readonly sessionMs: number
}

export interface SubscriptionDeps {
  readonly kafka: Kafka
  readonly clock: () => Instant
  readonly bounds: (topic: string) => Promise<readonly Bounds[]>
  readonly committed: (group: string, topic: string) => Promise<readonly (number | undefined)[]>
  readonly tuning: SubscriptionTuning
}

/** Answers of the broker that show that this member still hears from the log. Fetches fall silent while all is paused. */
const SIGNS_OF_LIFE: ReadonlySet<string> = new Set(['Fetch', 'Heartbeat'])

export const subscribe = async (deps: SubscriptionDeps, options: SubscriptionOptions): Promise<Subscription> => {
  const { clock, tuning } = deps
  const { group, topics, handler } = options
  const consumer = deps.kafka.consumer({
    groupId: group,
    allowAutoTopicCreation: false,
    maxBytesPerPartition: tuning.partitionBytes,
    maxWaitTimeInMs: tuning.fetchWaitMs,
    heartbeatInterval: tuning.heartbeatMs,
    sessionTimeout: tuning.sessionMs,
  })
  const turns = createTurns()
  const stopping = new AbortController()
  const { signal } = stopping
  let assignment: ReadonlyMap<string, Owned> = new Map()
  let lastProgressAt = clock()
  /** The group's heartbeat, once there was a batch to get it from. */
  let beat: (() => Promise<void>) | undefined
  let failure: unknown
  let end: { readonly resolve: () => void; readonly reject: (reason: unknown) => void } | undefined

  const isOver = (owned: Owned): boolean => owned.isLost || signal.aborted

  const fail = (error: unknown): void => {
    if (signal.aborted) return
    failure = error
    stopping.abort()
    end?.reject(error)
    void leave()
  }

  /** Turns first: what commits by itself must not find the consumer gone. Then kafkajs ends its own batches and leaves the group. */
  const leave = async (): Promise<void> => {
    for (const owned of assignment.values()) hold(owned)
    await turns.done()
    await consumer.disconnect().catch(() => undefined)
    for (const owned of assignment.values()) owned.isLost = true
  }

  /** Whether it went well. A failure that may pass is for the caller to wait out; any other ends the subscription. */
  const attempt = async (owned: Owned, work: () => Promise<void>): Promise<boolean> => {
    try {
      await work()
      owned.failures = 0
      return true
    } catch (error) {
      owned.failures++
      // What a partition that is another's by now brings up is no failure of ours.
      const isPassing = error instanceof RingbackError && error.retryable
      if (!isPassing && !owned.isLost) fail(error)
      return false
    }
  }

  const idleMeans = (owned: Owned): Means => ({
    commit: (offset) => consumer.commitOffsets([{ ...keyOf(owned), offset: String(offset) }]),
    heartbeat: async () => beat?.(),
    bounds: deps.bounds,
  })
  const batchMeans = (owned: Owned, payload: EachBatchPayload): Means => ({
    commit: (offset) => payload.commitOffsetsIfNecessary(offsetsOf(owned, offset)),
    heartbeat: payload.heartbeat,
    bounds: deps.bounds,
  })

  /**
   * Goes where the handler wants to be. Never out of bounds: there, kafkajs would commit a reset by itself.
   * A stale seek of kafkajs, from an earlier assignment, is overwritten by the first one of this.
   */
  const settle = async (owned: Owned): Promise<void> => {
    const { sought } = owned
    if (sought === undefined) return
    const { earliest, end } = await boundsOf(owned, deps.bounds)
    if (sought > end)
      throw new RingbackError(
        'store',
        `${group} stands at ${sought} of ${nameOf(owned)}, which ends at ${end}: was the topic made anew? Raise kafka.generation`,
      )
    if (isOver(owned)) return
    owned.position = Math.max(sought, earliest)
    owned.sought = undefined
    consumer.seek({ ...keyOf(owned), offset: String(owned.position) })
  }

  const idle = async (owned: Owned): Promise<void> => {
    if (isOver(owned)) return
    await handler.onIdle?.(toOwnedPartition(owned, idleMeans(owned)))
    await settle(owned)
  }

  const hold = (owned: Owned): void => {
    if (!owned.isLost) consumer.pause([{ topic: owned.topic, partitions: [owned.partition] }])
  }

  /** Lets a partition come again, once `work` went well. The group's heartbeat goes on meanwhile: only this partition waits. */
  const release = async (owned: Owned, work: () => Promise<void>): Promise<void> => {
    for (;;) {
      if (owned.failures > 0) await pause(backoffMs(owned.failures), signal)
      if (isOver(owned)) return
      if (await turns.take(nameOf(owned), () => attempt(owned, work))) break
    }
    if (!isOver(owned)) consumer.resume([{ topic: owned.topic, partitions: [owned.partition] }])
  }

  /** After a failure: the same again, or what stands at the position sought. */
  const rest = (owned: Owned): void => {
    if (isOver(owned)) return
    hold(owned)
    void release(owned, () => settle(owned))
  }

  const begin = async (owned: Owned): Promise<void> => {
    if (owned.position < 0) {
      const offsets = await deps.committed(group, owned.topic)
      owned.committed = offsets[owned.partition]
      owned.sought = owned.committed ?? 0
      await settle(owned)
    }
    await idle(owned)
  }

  const onAssigned = (assigned: Readonly<Record<string, readonly number[]>>): void => {
    for (const owned of assignment.values()) owned.isLost = true
    beat = undefined
    const list = Object.entries(assigned).flatMap(([topic, partitions]) => partitions.map((p) => newlyOwned(topic, p)))
    assignment = new Map(list.map((owned) => [nameOf(owned), owned]))
    // At once, before kafkajs fetches: nothing may come before it is known where to begin.
    for (const owned of list) hold(owned)
    for (const owned of list) void release(owned, () => begin(owned))
  }

  const onCommitted = (topic: string, partition: number, offset: number): void => {
    const owned = assignment.get(nameOf({ topic, partition }))
    if (owned) owned.committed = offset
  }

  /** A jump forward: over what a compaction or a transaction left, or over what retention took (then kafkajs reset the group). */
  const skip = async (owned: Owned, first: number): Promise<void> => {
    if (owned.position < (await boundsOf(owned, deps.bounds)).earliest) owned.committed = undefined
    owned.position = first
  }

  const work = async (owned: Owned, payload: EachBatchPayload): Promise<void> => {
    if (isOver(owned) || owned.position < 0 || payload.isStale()) return
    owned.isQuiet = false
    const { batch } = payload
    const messages = batch.messages.map(toReceived).filter(({ offset }) => offset >= owned.position)
    const [first] = messages
    if (!first) {
      consumer.seek({ ...keyOf(owned), offset: String(owned.position) })
      return
    }
    const highWatermark = Number(batch.highWatermark)
    const partition = toOwnedPartition(owned, batchMeans(owned, payload))
    for (let from = 0; from < messages.length && !isOver(owned); from += tuning.batchMessages) {
      const part = messages.slice(from, from + tuning.batchMessages)
      const wentWell = await attempt(owned, async () => {
        const fetchedFrom = owned.position
        if (from > 0) await partition.heartbeat()
        else if (first.offset > owned.position) await skip(owned, first.offset)
        try {
          await handler.onBatch({ ...partition, messages: part, fetchedFrom, highWatermark })
        } finally {
          await settle(owned)
        }
      })
      if (isOver(owned)) return
      if (!wentWell) {
        rest(owned)
        return
      }
      const last = part.at(-1)?.offset ?? owned.position
      if (payload.isStale()) return
      owned.position = last + 1
      payload.resolveOffset(String(last))
    }
  }

  const tick = (): void => {
    for (const owned of assignment.values()) {
      if (owned.position < 0 || owned.failures > 0 || turns.isBusy(nameOf(owned))) continue
      if (owned.isQuiet)
        void turns.take(nameOf(owned), async () => {
          if (!(await attempt(owned, () => idle(owned)))) rest(owned)
        })
      owned.isQuiet = true
    }
  }

  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => onAssigned(payload.memberAssignment))
  consumer.on(consumer.events.COMMIT_OFFSETS, ({ payload }) => {
    for (const { topic, partitions } of payload.topics)
      for (const { partition, offset } of partitions) onCommitted(topic, partition, Number(offset))
  })
  consumer.on(consumer.events.REQUEST, ({ payload }) => {
    if (SIGNS_OF_LIFE.has(payload.apiName)) lastProgressAt = clock()
  })
  consumer.on(consumer.events.CRASH, ({ payload: { error, restart } }) => {
    for (const owned of assignment.values()) owned.isLost = true
    if (!restart) fail(toRingbackError(error, `reading as ${group}`))
  })

  await guarded(`subscribing to ${topics.join(', ')}`, async () => {
    await consumer.connect()
    await consumer.subscribe({ topics: [...topics], fromBeginning: true })
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: tuning.concurrency,
      eachBatch: async (payload) => {
        beat = payload.heartbeat
        const owned = assignment.get(nameOf(payload.batch))
        if (owned) await turns.take(nameOf(owned), () => work(owned, payload))
      },
    })
  }).catch(async (error: unknown) => {
    await consumer.disconnect().catch(() => undefined)
    throw error
  })
  if (failure !== undefined) throw failure
  const ticking = setInterval(tick, tuning.idleMs)
  const ended = new Promise<void>((resolve, reject) => {
    end = { resolve, reject }
  })
  signal.addEventListener('abort', () => clearInterval(ticking))

  let stopped: Promise<void> | undefined
  return {
    ended,
    lastProgressAt: () => lastProgressAt,
    stop: () =>
      (stopped ??= (async () => {
        stopping.abort()
        await leave()
        end?.resolve()
      })()),
  }
}

const keyOf = ({ topic, partition }: Owned) => ({ topic, partition })

const newlyOwned = (topic: string, partition: number): Owned => ({
  topic,
  partition,
  isLost: false,
  position: -1,
  sought: undefined,
  committed: undefined,
  failures: 0,
  isQuiet: false,
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
