/** `up DIR`: Kafka, Redis, ClickHouse and the services on this machine, without containers. See README.md. */
import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { runCommand, usageError } from './failures.mjs'
import { withLock } from './lock.mjs'
import { upKafka } from './parts/kafka.mjs'
import { upRedis, upRedisCluster } from './parts/redis.mjs'
import { runningPid, stopProcess } from './processes.mjs'
import { readState, writeState } from './state.mjs'

const USAGE = `infra/native/up DIR [--config FILE] [--only PART,…] [--redis-cluster] [--partitions N]
  PART: kafka, redis, redis-cluster, clickhouse, services`

const PARTS = ['kafka', 'redis', 'redis-cluster', 'clickhouse', 'services']

const parse = () => {
  const options = /** @type {const} */ ({
    config: { type: 'string' },
    only: { type: 'string' },
    'redis-cluster': { type: 'boolean', default: false },
    partitions: { type: 'string' },
    help: { type: 'boolean', default: false },
  })
  let parsed
  try {
    parsed = parseArgs({ options, allowPositionals: true })
  } catch (error) {
    throw usageError(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`)
  }
  const { values, positionals } = parsed
  if (values.help || positionals.length !== 1) throw usageError(USAGE)
  const only = values.only?.split(',') ?? ['kafka', 'redis', 'clickhouse', 'services']
  for (const part of only) if (!PARTS.includes(part)) throw usageError(`There is no part "${part}".\n${USAGE}`)
  const partitions = values.partitions === undefined ? undefined : Number(values.partitions)
  if (partitions !== undefined && !(Number.isInteger(partitions) && partitions > 0))
    throw usageError(`--partitions ${values.partitions}: expected a number from 1.\n${USAGE}`)
  const parts = new Set(values['redis-cluster'] ? [...only, 'redis-cluster'] : only)
  return { dir: resolve(positionals[0]), parts, config: values.config, partitions }
}

/** @param {ReturnType<typeof parse>} options */
const up = async ({ dir, parts }) => {
  const state = readState(dir)
  /** @type {import('./parts/part.mjs').Call} */
  const call = { dir, ports: state.ports, newPorts: new Set(), started: [] }
  const takeBack = async () => {
    for (const name of call.started.reverse()) await stopProcess(dir, name)
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.once(signal, () => {
      console.error(`${signal}: ending what was started …`)
      void takeBack().finally(() => process.exit(3))
    })
  const pid = (name) => ({ pid: runningPid(dir, name) })
  const said = (name, where) => console.log(`${name}: ${where}, log ${join(dir, 'logs', `${name}.log`)}`)
  try {
    if (parts.has('kafka')) {
      state.kafka = { ...(await upKafka(call)), ...pid('kafka') }
      said('kafka', state.kafka.brokers.join(', '))
    }
    if (parts.has('redis')) {
      state.redis = { ...(await upRedis(call)), ...pid('redis') }
      said('redis', state.redis.url)
    }
    if (parts.has('redis-cluster')) {
      const { nodes } = await upRedisCluster(call)
      state.redisCluster = { nodes, pids: ['redis-1', 'redis-2', 'redis-3'].map((name) => runningPid(dir, name)) }
      said('redis-1', `${nodes.join(', ')} (a Cluster)`)
    }
    writeState(dir, state)
  } catch (error) {
    await takeBack()
    throw error
  }
}

await runCommand(async () => {
  const options = parse()
  mkdirSync(options.dir, { recursive: true })
  await withLock(join(options.dir, 'run', 'lock'), () => up(options))
})
