/** `ringback topics create`: the topics of the cluster, ours and those of the council's own that are missing. */
import { createKafkaLog } from '@ringback/kafka-log'
import { type Log, RingbackError, sourceSpecs, topicSpecs, type TopicSpec } from '@ringback/pipeline'
import { type ClusterConfig, requireCluster } from '@ringback/runtime'
import { requireConfig } from './house.ts'
import type { Io } from './io.ts'
import { type ParsedCommand, usageError } from './options.ts'

type Topics = Pick<Log, 'bounds' | 'createTopics'>

/** Those of the council's own that are there stay as the council made them, whatever their partitions. */
const missingOf = async (log: Topics, specs: readonly TopicSpec[]): Promise<readonly TopicSpec[]> => {
  const missing: TopicSpec[] = []
  for (const spec of specs) {
    try {
      await log.bounds(spec.topic)
    } catch (error) {
      if (!(error instanceof RingbackError) || error.retryable) throw error
      missing.push(spec)
    }
  }
  return missing
}

/** The names of what it made. */
export const createTopics = async (log: Topics, { kafka, defaults }: ClusterConfig): Promise<readonly string[]> => {
  const own = await log.createTopics(topicSpecs(kafka, defaults))
  const sources = await log.createTopics(await missingOf(log, sourceSpecs(kafka, defaults)))
  return [...own, ...sources]
}

export const topicsCommand = async (parsed: ParsedCommand, io: Io): Promise<number> => {
  if (parsed.positionals.length !== 1 || parsed.positionals[0] !== 'create') throw usageError('topics: expected create')
  const config = requireCluster(requireConfig(parsed.common, io))
  const log = createKafkaLog({ brokers: config.kafka.brokers, clientId: 'ringback-topics', clock: io.clock })
  try {
    const made = await createTopics(log, config)
    if (parsed.common.json) await io.out(`${JSON.stringify({ made })}\n`)
    else await io.out(made.length === 0 ? 'Every topic is there.\n' : made.map((topic) => `made ${topic}\n`).join(''))
    return 0
  } finally {
    await log.close()
  }
}
