/** The log in Kafka, by kafkajs, whose types and errors stop in this package. */
import type { Instant } from '@ringback/contracts'
import type { Log, Subscription } from '@ringback/pipeline'
import { Kafka, logLevel } from 'kafkajs'
import { stopIdleTimers } from './idle-timer.ts'
import { createAppender } from './producer.ts'
import { subscribe, type SubscriptionTuning } from './subscription.ts'
import { createTopicAdmin } from './topics.ts'

export interface KafkaLogOptions {
  /** As host:port; some of them, the others are learnt. */
  readonly brokers: readonly string[]
  /** How the brokers' logs and quotas call us. */
  readonly clientId: string
  readonly clock: () => Instant
  /** What kafkajs warns of; none of it is in messages. Nothing is said without it. */
  readonly log?: (fields: object, sentence: string) => void
  /** Of topics that are made; the brokers' default without it. */
  readonly minInSyncReplicas?: number
  readonly tuning?: Partial<SubscriptionTuning>
}

/** Of requests by kafkajs itself: some three seconds in all. Whoever calls goes on from there. */
const RETRY = { initialRetryTime: 100, multiplier: 2, factor: 0.2, maxRetryTime: 2_000, retries: 5 }

const TUNING: SubscriptionTuning = {
  batchMessages: 500,
  partitionBytes: 256 * 1024,
  fetchBytes: 32 * 1024 * 1024,
  concurrency: 16,
  fetchWaitMs: 500,
  idleMs: 1_000,
  heartbeatMs: 1_000,
  sessionMs: 10_000,
  retry: RETRY,
}

const CONNECTION_TIMEOUT_MS = 3_000
const REQUEST_TIMEOUT_MS = 30_000

export const createKafkaLog = (options: KafkaLogOptions): Log => {
  stopIdleTimers()
  const { log, clock } = options
  // One for each user: consumers of one client share what they believe to be committed, and members of one group would spoil it.
  const connect = (): Kafka =>
    new Kafka({
      brokers: [...options.brokers],
      clientId: options.clientId,
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      retry: RETRY,
      logLevel: log ? logLevel.WARN : logLevel.NOTHING,
      logCreator:
        () =>
        ({ log: { message, ...fields } }) =>
          log?.(fields, message),
    })
  const admin = createTopicAdmin(connect(), options.minInSyncReplicas)
  const appender = createAppender(connect(), admin.partitionsOf)
  const subscriptions = new Set<Subscription>()
  return {
    append: appender.append,
    bounds: admin.bounds,
    committed: admin.committed,
    createTopics: admin.createTopics,
    describeTopics: admin.describeTopics,
    addPartitions: async (topic, partitions) => {
      await admin.addPartitions(topic, partitions)
      await appender.renew()
    },
    deleteTopics: async (topics) => {
      await admin.deleteTopics(topics)
      // It connects anew when it is next used, and finds them as they are by then.
      await appender.renew()
    },
    membersOf: admin.membersOf,
    subscribe: async (wanted) => {
      const subscription = await subscribe(
        {
          kafka: connect(),
          clock,
          bounds: admin.bounds,
          committed: admin.committed,
          tuning: { ...TUNING, ...options.tuning },
        },
        wanted,
      )
      subscriptions.add(subscription)
      return subscription
    },
    close: async () => {
      await Promise.all([...subscriptions].map(({ stop }) => stop()))
      await appender.close()
      await admin.close()
    },
  }
}
