/** What is asked and said about topics and groups, apart from their records. */
import { setTimeout as sleep } from 'node:timers/promises'
import { DAY_MS } from '@ringback/contracts'
import { type Bounds, RingbackError, type TopicSpec } from '@ringback/pipeline'
import type { Admin, Kafka, SeekEntry } from 'kafkajs'
import { backoffMs } from './backoff.ts'
import { whenFirstUsed } from './connection.ts'
import { guarded } from './faults.ts'

export interface TopicAdmin {
  readonly partitionsOf: (topic: string) => Promise<number>
  readonly bounds: (topic: string) => Promise<readonly Bounds[]>
  readonly committed: (group: string, topic: string) => Promise<readonly (number | undefined)[]>
  readonly createTopics: (specs: readonly TopicSpec[]) => Promise<readonly string[]>
  readonly close: () => Promise<void>
}

/** Some six seconds in all. */
const ATTEMPTS = 6

const settings = (
  { retention, isCompacted, stampsOnAppend, mostMessageBytes }: TopicSpec,
  minInSyncReplicas: number | undefined,
) =>
  Object.entries({
    'cleanup.policy': isCompacted ? 'compact' : 'delete',
    'retention.ms': retention ?? -1,
    // Segments are deleted and compacted as a whole, once nothing is written to them: what is due to go goes a day late at most.
    'segment.ms': DAY_MS,
    'message.timestamp.type': stampsOnAppend ? 'LogAppendTime' : 'CreateTime',
    'max.message.bytes': mostMessageBytes,
    ...(minInSyncReplicas !== undefined && { 'min.insync.replicas': minInSyncReplicas }),
  }).map(([name, value]) => ({ name, value: String(value) }))

const byPartition = <T extends { readonly partition: number }>(entries: readonly T[]): readonly T[] =>
  entries.toSorted((a, b) => a.partition - b.partition)

/** A group that never committed has -1; one whose partition kafkajs reset, a name of the earliest: neither is an offset. */
const toOffset = ({ offset }: SeekEntry): number | undefined => (Number(offset) < 0 ? undefined : Number(offset))

export const createTopicAdmin = (kafka: Kafka, minInSyncReplicas?: number): TopicAdmin => {
  const connection = whenFirstUsed(() => kafka.admin())
  const ask = <T>(doing: string, question: (admin: Admin) => Promise<T>): Promise<T> =>
    guarded(doing, () => connection.use(question))

  const counts = new Map<string, number>()
  const countPartitions = async (topic: string): Promise<number> => {
    const { topics } = await ask(`looking for ${topic}`, (admin) => admin.fetchTopicMetadata({ topics: [topic] }))
    const count = topics[0]?.partitions.length ?? 0
    if (count === 0) throw new RingbackError('store', `${topic} has no partitions yet`, { retryable: true })
    return count
  }

  const existing = async (specs: readonly TopicSpec[]): Promise<ReadonlySet<string>> => {
    const names = new Set(await ask('listing topics', (admin) => admin.listTopics()))
    for (const { topic, partitions } of specs) {
      if (!names.has(topic)) continue
      const count = await countPartitions(topic)
      if (count !== partitions)
        throw new RingbackError(
          'configuration',
          `topic ${topic} has ${count} partitions, kafka.partitions says ${partitions}: correct it, or choose another kafka.prefix`,
        )
    }
    return names
  }

  // The number never changes: another one would be another log (kafka.generation).
  const partitionsOf = async (topic: string): Promise<number> => {
    const known = counts.get(topic) ?? (await countPartitions(topic))
    counts.set(topic, known)
    return known
  }

  const bounds = async (topic: string): Promise<readonly Bounds[]> => {
    await partitionsOf(topic)
    const doing = `asking for the bounds of ${topic}`
    const offsets = await ask(doing, (admin) => admin.fetchTopicOffsets(topic)).catch((error: unknown) => {
      // While a topic is being made, kafkajs may take an answer apart that no leader has given: seen as "low.pop(...) is undefined".
      if (error instanceof TypeError) throw new RingbackError('store', doing, { retryable: true, cause: error })
      throw error
    })
    return byPartition(offsets).map(({ low, high }) => ({ earliest: Number(low), end: Number(high) }))
  }

  /** Brokers learn of a new topic and its leaders one by one, and say until then that it is not there. */
  const untilKnown = async (topic: string): Promise<void> => {
    for (let attempts = 1; ; attempts++)
      try {
        await bounds(topic)
        return
      } catch (error) {
        if (attempts === ATTEMPTS) throw error
        await sleep(backoffMs(attempts))
      }
  }

  return {
    partitionsOf,
    bounds,
    committed: async (group, topic) => {
      const answer = await ask(`asking for the offsets of ${group}`, (admin) =>
        admin.fetchOffsets({ groupId: group, topics: [topic] }),
      )
      return byPartition(answer.find((entry) => entry.topic === topic)?.partitions ?? []).map(toOffset)
    },
    createTopics: async (specs) => {
      const there = await existing(specs)
      const missing = specs.filter(({ topic }) => !there.has(topic))
      if (missing.length === 0) return []
      const topics = missing.map((spec) => ({
        topic: spec.topic,
        numPartitions: spec.partitions,
        // default.replication.factor of the brokers, which know how many they are.
        replicationFactor: -1,
        configEntries: settings(spec, minInSyncReplicas),
      }))
      await ask('creating topics', (admin) => admin.createTopics({ topics, waitForLeaders: true }))
      await Promise.all(missing.map(({ topic }) => untilKnown(topic)))
      return missing.map(({ topic }) => topic)
    },
    close: connection.end,
  }
}
