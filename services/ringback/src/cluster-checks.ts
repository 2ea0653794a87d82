/** What `doctor` looks at where everything is on servers. One that is away is a failed check, and keeps no other from being made. */
import { setTimeout as sleep } from 'node:timers/promises'
import { type Check, checkCatalogue, checkFeeds } from '@ringback/insights'
import { RingbackError, sourceSpecs, topicSpecs, type TopicSpec } from '@ringback/pipeline'
import { checkRedis } from '@ringback/redis-state'
import { readHeads } from './cluster-rules.ts'
import { checkClock, checkKey } from './common-checks.ts'
import type { ClusterHouse } from './house.ts'
import { countWaiting } from './in-the-tables.ts'

type Checks = readonly Check[]

const ok = (name: string, message: string): Check => ({ status: 'ok', name, message })
const warn = (name: string, message: string): Check => ({ status: 'warn', name, message })
const fail = (name: string, message: string): Check => ({ status: 'fail', name, message })

const listed = (items: readonly (string | number)[]): string => items.join(', ')

/** What the check says; what it cannot find out is a failure, in the words of whoever could not answer. */
const attempt = async (name: string, check: () => Promise<Checks> | Checks): Promise<Checks> => {
  try {
    return await check()
  } catch (error) {
    if (!(error instanceof RingbackError)) throw error
    return [fail(name, error.message.replaceAll('\n', '; '))]
  }
}

const SETTINGS = {
  retention: 'retention.ms',
  isCompacted: 'cleanup.policy',
  stampsOnAppend: 'message.timestamp.type',
  mostMessageBytes: 'max.message.bytes',
} as const

const compareTopic = (wanted: TopicSpec, found: TopicSpec | undefined): Checks => {
  const name = `topic ${wanted.topic}`
  if (!found) return [fail(name, 'it is not there: run `ringback topics create`')]
  if (found.partitions !== wanted.partitions)
    return [
      fail(
        name,
        `it has ${found.partitions} partitions, kafka.partitions says ${wanted.partitions}: correct it, or change the number by \`ringback topics create --anew\``,
      ),
    ]
  const others = (Object.keys(SETTINGS) as (keyof typeof SETTINGS)[]).filter((key) => found[key] !== wanted[key])
  if (others.length === 0) return []
  const told = others.map((key) => `${SETTINGS[key]} is ${String(found[key])}, ${String(wanted[key])} is expected`)
  return [warn(name, `${told.join('; ')}: set it on the broker`)]
}

/** The council's own are only asked to be there. */
const checkTopics = async ({ log, config }: ClusterHouse): Promise<Checks> => {
  const own = topicSpecs(config.kafka, config.defaults)
  const sources = sourceSpecs(config.kafka, config.defaults)
  const all = [...own, ...sources].map(({ topic }) => topic)
  const there = new Map((await log.describeTopics(all)).map((spec) => [spec.topic, spec]))
  const wrong = [
    ...own.flatMap((spec) => compareTopic(spec, there.get(spec.topic))),
    ...sources.flatMap(({ topic }) => (there.has(topic) ? [] : [fail(`topic ${topic}`, 'it is not there')])),
  ]
  return [
    ok('kafka', `it answers at ${listed(config.kafka.brokers)}`),
    ...wrong,
    ...(wrong.length === 0 ? [ok('topics', `${all.length}, as they should be`)] : []),
  ]
}

const checkState = async ({ config }: ClusterHouse, env: Environment): Promise<Checks> => {
  const problems = await checkRedis({ redis: config.redis, env })
  if (problems.length === 0) return [ok('redis', 'it answers, and is set up as it should be')]
  return problems.map(({ severity, message }) => ({ status: severity, name: 'redis', message }))
}

const checkTables = async ({ warehouse, config }: ClusterHouse): Promise<Checks> => {
  if (!(await warehouse.ping()))
    return [
      fail(
        'tables',
        `${config.clickhouse.url} does not answer for ${config.clickhouse.database}: see whether it runs, and whether the writer has made the tables`,
      ),
    ]
  const missing = await warehouse.missingMigrations()
  return [
    missing.length === 0
      ? ok('tables', 'they answer, in the shape of this version')
      : warn('tables', `${listed(missing)} is missing: start the writer of this version`),
  ]
}

/** Between two looks at what waits. */
const LOOKS_AFTER_MS = 2_000

const checkServices = async (house: ClusterHouse): Promise<Checks> => {
  const { log, groups, config } = house
  const hasSources = Object.values(config.kafka.sources).some((topics) => topics.length > 0)
  const names = [...(hasSources ? (['collector'] as const) : []), 'assembler', 'correlator', 'writer'] as const
  const before = new Map((await countWaiting(house)).map(({ stage, messages }) => [stage, messages]))
  if (before.size > 0) await sleep(LOOKS_AFTER_MS)
  const after = before.size > 0 ? new Map((await countWaiting(house)).map((one) => [one.stage, one.messages])) : before
  return Promise.all(
    names.map(async (name) => {
      const members = await log.membersOf(groups[name])
      const waiting = after.get(name) ?? 0
      const told = `${waiting.toLocaleString('en-GB')} messages wait`
      if (members === 0) return fail(name, `it does not run (${told}): start it`)
      if (waiting > 0 && waiting >= (before.get(name) ?? 0))
        return warn(name, `${told}, and they become no fewer: see whether it is ready, and its log`)
      return ok(name, `${members} at work, ${told}`)
    }),
  )
}

/** What each partition was folded by last, and whether that is what the configuration says. */
const checkRules = async (house: ClusterHouse): Promise<Checks> => {
  const { ruleVersion } = house.rules
  const heads = await readHeads(house)
  const { keyId } = house.linkKey()
  if (heads.some(({ rules }) => rules && rules.keyId !== keyId))
    return [fail('link key', 'it is not the one that the data was made with: give the former one')]
  const others = heads.flatMap(({ rules }, partition) =>
    rules && rules.ruleVersion !== ruleVersion ? [partition] : [],
  )
  return others.length === 0
    ? [ok('rules', `version ${ruleVersion}`)]
    : [
        warn(
          'rules',
          `they have changed, and partitions ${listed(others)} still follow the former ones: start the services with this configuration, then run \`ringback rejudge\``,
        ),
      ]
}

type Environment = Readonly<Record<string, string | undefined>>

export const clusterChecks = async (house: ClusterHouse, env: Environment): Promise<Checks> => {
  const checks: Checks[] = [
    [ok('configuration', house.configFile)],
    checkCatalogue(house.config),
    await attempt('link key', () => [checkKey(house)]),
    await attempt('kafka', () => checkTopics(house)),
    await attempt('redis', () => checkState(house, env)),
    await attempt('tables', () => checkTables(house)),
    await attempt('services', () => checkServices(house)),
    await attempt('rules', () => checkRules(house)),
    [checkClock(house.clock())],
    await attempt('feeds', () => checkFeeds(house.warehouse, house.config, house.clock())),
  ]
  return checks.flat()
}
