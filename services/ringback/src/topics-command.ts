/** `ringback topics create`: the topics of the cluster, ours and those of the council's own that are missing. */
import { type Log, sourceSpecs, topicSpecs, type TopicSpec } from '@ringback/pipeline'
import type { ClusterConfig } from '@ringback/runtime'
import { openClusterHouse } from './cluster-house.ts'
import { makeHouseholdsAnew } from './households-anew.ts'
import { requireConfig } from './house.ts'
import type { Io } from './io.ts'
import { type ParsedCommand, usageError } from './options.ts'

export const TOPICS_OPTIONS = { anew: { type: 'boolean' } } as const

type Topics = Pick<Log, 'createTopics' | 'describeTopics'>

/** Those of the council's own that are there stay as the council made them, whatever their partitions. */
const missingOf = async (log: Topics, specs: readonly TopicSpec[]): Promise<readonly TopicSpec[]> => {
  const there = new Set((await log.describeTopics(specs.map(({ topic }) => topic))).map(({ topic }) => topic))
  return specs.filter(({ topic }) => !there.has(topic))
}

/** The names of what it made. */
export const createTopics = async (log: Topics, { kafka, defaults }: ClusterConfig): Promise<readonly string[]> => {
  const own = await log.createTopics(topicSpecs(kafka, defaults))
  const sources = await log.createTopics(await missingOf(log, sourceSpecs(kafka, defaults)))
  return [...own, ...sources]
}

export const topicsCommand = async (parsed: ParsedCommand, io: Io): Promise<number> => {
  if (parsed.positionals.length !== 1 || parsed.positionals[0] !== 'create') throw usageError('topics: expected create')
  const house = openClusterHouse(requireConfig(parsed.common, io), parsed.common, io)
  try {
    const isAnew = parsed.values['anew'] === true
    const again = isAnew ? await makeHouseholdsAnew(house, io) : undefined
    const made = await createTopics(house.log, house.config)
    if (parsed.common.json) await io.out(`${JSON.stringify({ made, ...(isAnew && { households: again }) })}\n`)
    else if (again !== undefined)
      await io.out(
        `${house.topics.households} begins anew with ${again.toLocaleString('en-GB')} households: start the services with this configuration.\n`,
      )
    else await io.out(made.length === 0 ? 'Every topic is there.\n' : made.map((topic) => `made ${topic}\n`).join(''))
    return 0
  } finally {
    await house.close()
  }
}
