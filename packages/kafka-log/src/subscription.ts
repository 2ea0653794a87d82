/** A member of a consumer group: kafkajs's consumer, its beginning, its end, and what it tells in between. */
import { setMaxListeners } from 'node:events'
import type { Instant } from '@ringback/contracts'
import type { Bounds, Subscription, SubscriptionOptions } from '@ringback/pipeline'
import type { Kafka, RetryOptions } from 'kafkajs'
import { createAssignment, isPassing } from './assignment.ts'
import { guarded, toRingbackError } from './faults.ts'

export interface SubscriptionTuning {
  /** Most messages of one call of the handler. */
  readonly batchMessages: number
  /** Of a fetch; a larger record batch comes whole. */
  readonly partitionBytes: number
  /** Of all partitions. kafkajs asks for them in the same order each time: those that find no room wait until others are read. */
  readonly fetchBytes: number
  /** Partitions that are worked on at once. */
  readonly concurrency: number
  /** How long a fetch waits for something to come: a partition that was paused waits as long for its next fetch. */
  readonly fetchWaitMs: number
  readonly idleMs: number
  readonly heartbeatMs: number
  /** What a member that died owned stands still for so long; one that says nothing for longer is taken for dead, and joins again. */
  readonly sessionMs: number
  readonly retry: RetryOptions
}

export interface SubscriptionDeps {
  /** For this subscription alone: what consumers of one client believe to be committed, they share. */
  readonly kafka: Kafka
  readonly clock: () => Instant
  readonly bounds: (topic: string) => Promise<readonly Bounds[]>
  readonly committed: (group: string, topic: string) => Promise<readonly (number | undefined)[]>
  readonly tuning: SubscriptionTuning
}

/** Answers of the broker by which this member hears from the log. kafkajs's own FETCH event also comes where none was made. */
const SIGNS_OF_LIFE: ReadonlySet<string> = new Set(['Fetch', 'Heartbeat'])

export const subscribe = async (deps: SubscriptionDeps, options: SubscriptionOptions): Promise<Subscription> => {
  const { clock, tuning } = deps
  const { group, topics, handler } = options
  const consumer = deps.kafka.consumer({
    groupId: group,
    allowAutoTopicCreation: false,
    retry: {
      ...tuning.retry,
      // kafkajs would try for ever to read a topic that is deleted, or that it may not read.
      restartOnFailure: async (error) => isPassing(toRingbackError(error, '')),
    },
    maxBytesPerPartition: tuning.partitionBytes,
    maxBytes: tuning.fetchBytes,
    maxWaitTimeInMs: tuning.fetchWaitMs,
    heartbeatInterval: tuning.heartbeatMs,
    sessionTimeout: tuning.sessionMs,
  })
  const stopping = new AbortController()
  const { signal } = stopping
  // Each partition that waits listens.
  setMaxListeners(0, signal)
  let lastProgressAt = clock()
  let failure: unknown
  let end: { readonly resolve: () => void; readonly reject: (reason: unknown) => void } | undefined

  const fail = (error: unknown): void => {
    if (signal.aborted) return
    failure = error
    stopping.abort()
    end?.reject(error)
    void leave()
  }
  const assignment = createAssignment({
    ...deps,
    consumer,
    group,
    handler,
    batchMessages: tuning.batchMessages,
    signal,
    fail,
  })
  /** Turns first: what commits by itself must not find the consumer gone. Then kafkajs ends its own batches and leaves the group. */
  const leave = async (): Promise<void> => {
    await assignment.finish()
    await consumer.disconnect().catch(() => undefined)
    assignment.lose()
  }

  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => assignment.assign(payload.memberAssignment))
  consumer.on(consumer.events.COMMIT_OFFSETS, ({ payload }) => {
    for (const { topic, partitions } of payload.topics)
      for (const { partition, offset } of partitions) assignment.onCommitted(topic, partition, Number(offset))
  })
  consumer.on(consumer.events.REQUEST, ({ payload }) => {
    if (SIGNS_OF_LIFE.has(payload.apiName)) lastProgressAt = clock()
  })
  consumer.on(consumer.events.CRASH, ({ payload: { error, restart } }) => {
    assignment.lose()
    if (!restart) fail(toRingbackError(error, `reading as ${group}`))
  })

  await guarded(`subscribing to ${topics.join(', ')}`, async () => {
    await consumer.connect()
    await consumer.subscribe({ topics: [...topics], fromBeginning: true })
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: tuning.concurrency,
      eachBatch: assignment.onBatch,
    })
  }).catch(async (error: unknown) => {
    await consumer.disconnect().catch(() => undefined)
    throw error
  })
  if (failure !== undefined) throw failure
  const ended = new Promise<void>((resolve, reject) => {
    end = { resolve, reject }
  })
  const ticking = setInterval(assignment.tick, tuning.idleMs)
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
