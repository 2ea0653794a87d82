/** `up DIR`: Kafka, Redis, ClickHouse and the services on this machine, without containers. See README.md. */
import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { configFile, ensureLinkKey, isBuilt, writeConfig } from './config.mjs'
import { NativeError, runCommand, usageError } from './failures.mjs'
import { withLock } from './lock.mjs'
import { upClickhouse } from './parts/clickhouse.mjs'
import { upKafka } from './parts/kafka.mjs'
import { upRedis, upRedisCluster } from './parts/redis.mjs'
import { createTopics, SERVICES, upService } from './parts/services.mjs'
import { runningPid, stopProcess } from './processes.mjs'
import { readState, writeState } from './state.mjs'

const USAGE = `infra/native/up DIR [--config FILE] [--only PART,…] [--redis-cluster] [--partitions N]
  PART: kafka, redis, redis-cluster, clickhouse, services`

const SETUP = fileURLToPath(new URL('../setup.mjs', import.meta.url))
const PARTS = ['kafka', 'redis', 'redis-cluster', 'clickhouse', 'services']

/** @typedef {{ dir: string, parts: Set<string>, config: string | undefined, partitions: number | undefined }} Options */

/** @returns {Options} */
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

/** What is locked is installed, what is written is built. Says what it does; nothing when nothing has changed. */
const setUp = () => {
  const { status } = spawnSync(process.execPath, [SETUP, '--quiet'], { stdio: 'inherit' })
  if (status !== 0) throw new NativeError('The dependencies could not be installed, or the build failed: see above.')
}

const CLUSTER = ['redis-1', 'redis-2', 'redis-3']

/**
 * All at once. After the first failure, which is thrown, the rest is waited for no longer.
 * @param {import('./parts/part.mjs').Call} call
 * @param {readonly Promise<void>[]} works
 */
const all = async (call, works) => {
  let failure
  const note = (error) => {
    failure ??= error
    call.interruptedBy ??= 'another part failed'
  }
  await Promise.all(works.map((work) => work.catch(note)))
  if (failure !== undefined) throw failure
}

/**
 * @param {Options} options
 * @param {import('./state.mjs').NativeState} state
 * @param {import('./parts/part.mjs').Call} call
 */
const upStores = async ({ dir, parts }, state, call) => {
  const pid = (name) => runningPid(dir, name)
  /** @type {Record<string, () => Promise<string>>} */
  const stores = {
    kafka: async () => {
      state.kafka = { ...(await upKafka(call)), pid: pid('kafka') }
      return state.kafka.brokers.join(', ')
    },
    redis: async () => {
      state.redis = { ...(await upRedis(call)), pid: pid('redis') }
      return state.redis.url
    },
    'redis-cluster': async () => {
      state.redisCluster = { ...(await upRedisCluster(call)), pids: CLUSTER.map(pid) }
      return state.redisCluster.nodes.join(', ')
    },
    clickhouse: async () => {
      state.clickhouse = { ...(await upClickhouse(call)), pid: pid('clickhouse') }
      return `${state.clickhouse.url} (chDB behind ClickHouse's HTTP interface)`
    },
  }
  const wanted = Object.entries(stores).filter(([name]) => parts.has(name))
  await all(
    call,
    wanted.map(async ([name, start]) => console.log(`${name}: ${await start()}`)),
  )
}

/**
 * @param {Options} options
 * @param {import('./state.mjs').NativeState} state
 * @param {import('./parts/part.mjs').Call} call
 */
const upServices = async ({ dir }, state, call) => {
  const services = {}
  await all(
    call,
    SERVICES.map(async (name) => {
      const { port, url } = await upService(call, configFile(dir), name)
      services[name] = { port, url, pid: runningPid(dir, name) }
      console.log(`${name}: ${url}`)
    }),
  )
  state.services = Object.fromEntries(SERVICES.map((name) => [name, services[name]]))
}

/** @param {Options} options */
const up = async (options) => {
  const { dir, parts } = options
  const wantsServices = parts.has('services')
  // Whoever starts services means those of the sources as they are; the rest needs what is installed.
  if (wantsServices || !isBuilt()) setUp()
  const state = readState(dir)
  /** @type {import('./parts/part.mjs').Call} */
  const call = { dir, ports: state.ports, newPorts: new Set(), started: [], interruptedBy: undefined }
  const takeBack = async () => {
    for (const name of call.started.reverse()) await stopProcess(dir, name)
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => (call.interruptedBy = signal))
  try {
    await upStores(options, state, call)
    ensureLinkKey(dir)
    const { isWhole, isChanged } = await writeConfig(dir, {
      given: options.config,
      partitions: options.partitions,
      state,
    })
    state.config = configFile(dir)
    console.log(`configuration: ${state.config}`)
    const runsAlready = SERVICES.some((name) => runningPid(dir, name) !== undefined)
    if (isChanged && runsAlready)
      console.log('  It has changed: services that run go on with the former one until infra/native/down and up.')
    if (wantsServices && !isWhole)
      throw usageError('services: they need Kafka, Redis and ClickHouse: start those too, or name them in --config.')
    if (wantsServices) {
      createTopics(state.config)
      console.log('topics: there')
      await upServices(options, state, call)
    }
    writeState(dir, state)
    console.log(`logs: ${join(dir, 'logs')}`)
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
