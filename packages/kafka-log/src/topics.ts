/** What is asked and said about topics and groups, apart from their records. */
import { setTimeout as sleep } from 'node:timers/promises'
import { DAY_MS } from '@ringback/contracts'
import { type Bounds, RingbackError, type TopicSpec } from '@ringback/pipeline'
// Not all of its names are seen by ES modules.
import kafkajs from 'kafkajs'
import type { Admin, Kafka, SeekEntry } from 'kafkajs'
import { backoffMs } from './backoff.ts'
import { whenFirstUsed } from './connection.ts'
import { guarded } from './faults.ts'
import { createTurns } from './turns.ts'

export interface TopicAdmin {
  readonly partitionsOf: (topic: string) => Promise<number>
  readonly bounds: (topic: string) => Promise<readonly Bounds[]>
  readonly committed: (group: string, topic: string) => Promise<readonly (number | undefined)[]>
  readonly createTopics: (specs: readonly TopicSpec[]) => Promise<readonly string[]>
  readonly describeTopics: (topics: readonly string[]) => Promise<readonly TopicSpec[]>
  readonly addPartitions: (topic: string, partitions: number) => Promise<void>
  readonly deleteTopics: (topics: readonly string[]) => Promise<void>
  readonly membersOf: (group: string) => Promise<number>
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

const DESCRIBED = ['cleanup.policy', 'retention.ms', 'message.timestamp.type', 'max.message.bytes']

const toSpec = (topic: string, partitions: number, values: ReadonlyMap<string, string>): TopicSpec => {
  const retention = Number(values.get('retention.ms') ?? -1)
  return {
    topic,
    partitions,
    retention: retention < 0 ? undefined : retention,
    isCompacted: values.get('cleanup.policy') === 'compact',
    stampsOnAppend: values.get('message.timestamp.type') === 'LogAppendTime',
    mostMessageBytes: Number(values.get('max.message.bytes') ?? 0),
  }
}

/** A broker says that topics are gone before each of its parts knows. */
const LOOKS_EVERY_MS = 100

const byPartition = <T extends { readonly partition: number }>(entries: readonly T[]): readonly T[] =>
  entries.toSorted((a, b) => a.partition - b.partition)

/** A group that never committed has -1; one whose partition kafkajs reset, a name of the earliest: neither is an offset. */
const toOffset = ({ offset }: SeekEntry): number | undefined => (Number(offset) < 0 ? undefined : Number(offset))

export const createTopicAdmin = (kafka: Kafka, minInSyncReplicas?: number): TopicAdmin => {
  const connection = whenFirstUsed(() => kafka.admin())
  const turns = createTurns()
  // One question at a time: kafkajs's admin loses sight of a topic while it asks for another's offsets.
  const ask = <T>(doing: string, question: (admin: Admin) => Promise<T>): Promise<T> =>
    guarded(doing, () => turns.take('admin', () => connection.use(question)))

  const counts = new Map<string, number>()
  const countPartitions = async (topic: string): Promise<number> => {
    const { topics } = await ask(`looking for ${topic}`, (admin) => admin.fetchTopicMetadata({ topics: [topic] }))
    const count = topics[0]?.partitions.length ?? 0
    if (count === 0) throw new RingbackError('store', `${topic} has no partitions yet`, { retryable: true })
    return count
  }

  const listTopics = async (): Promise<ReadonlySet<string>> =>
    new Set(await ask('listing topics', (admin) => admin.listTopics()))

  const existing = async (specs: readonly TopicSpec[]): Promise<ReadonlySet<string>> => {
    const names = await listTopics()
    for (const { topic, partitions } of specs) {
      if (!names.has(topic)) continue
      const count = await countPartitions(topic)
      if (count !== partitions)
        throw new RingbackError(
          'configuration',
          `topic ${topic} has ${count} partitions, kafka.partitions says ${partitions}: correct it; to change the number, stop the services when nothing waits, raise kafka.generation by one, and run \`ringback topics create --anew\``,
        )
    }
    return names
  }

  // Nobody but us changes the number.
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

  /** Brokers learn of new partitions and their leaders one by one, and say until then that they are not there. */
  const untilKnown = async (topic: string, partitions: number): Promise<void> => {
    for (let attempts = 1; ; attempts++)
      try {
        if ((await bounds(topic)).length >= partitions) return
        throw new RingbackError('store', `${topic} does not have all of its partitions yet`, { retryable: true })
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
      const found = answer.find((entry) => entry.topic === topic)?.partitions ?? []
      // Right after a change of brokers kafkajs may know of no partitions: whoever takes that for an answer begins at the earliest.
      if (found.length < (await partitionsOf(topic)))
        throw new RingbackError('store', `asking for the offsets of ${group}: not all are known yet`, {
          retryable: true,
        })
      return byPartition(found).map(toOffset)
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
      for (const { topic } of missing) counts.delete(topic)
      await Promise.all(missing.map(({ topic, partitions }) => untilKnown(topic, partitions)))
      return missing.map(({ topic }) => topic)
    },
    describeTopics: async (wanted) => {
      const there = await listTopics()
      const names = wanted.filter((topic) => there.has(topic))
      if (names.length === 0) return []
      const asked = names.map((name) => ({ type: kafkajs.ConfigResourceTypes.TOPIC, name, configNames: DESCRIBED }))
      const { resources } = await ask('asking for the settings of topics', (admin) =>
        admin.describeConfigs({ resources: asked, includeSynonyms: false }),
      )
      return Promise.all(
        names.map(async (topic) => {
          const entries = resources.find(({ resourceName }) => resourceName === topic)?.configEntries ?? []
          const values = new Map(entries.map(({ configName, configValue }) => [configName, configValue]))
          return toSpec(topic, await countPartitions(topic), values)
        }),
      )
    },
    addPartitions: async (topic, partitions) => {
      if ((await countPartitions(topic)) >= partitions) return
      await ask(`giving ${topic} more partitions`, (admin) =>
        admin.createPartitions({ topicPartitions: [{ topic, count: partitions }] }),
      )
      counts.delete(topic)
      await connection.renew()
      await untilKnown(topic, partitions)
    },
    deleteTopics: async (wanted) => {
      const there = await listTopics()
      const topics = wanted.filter((topic) => there.has(topic))
      if (topics.length === 0) return
      await ask('deleting topics', (admin) => admin.deleteTopics({ topics }))
      for (const topic of topics) counts.delete(topic)
      // What this client knows of them must not be taken for what comes after.
      await connection.renew()
      for (let names = there; topics.some((topic) => names.has(topic)); names = await listTopics())
        await sleep(LOOKS_EVERY_MS)
    },
    membersOf: async (group) => {
      const { groups } = await ask(`asking for the members of ${group}`, (admin) => admin.describeGroups([group]))
      return groups.reduce((sum, { members }) => sum + members.length, 0)
    },
    close: connection.end,
  }
}
