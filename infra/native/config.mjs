/** `DIR/ringback.yaml`: the given configuration, pointed at what runs here; and the link key beside it. */
import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL, fileURLToPath } from 'node:url'
import { usageError } from './failures.mjs'

const require = createRequire(new URL('../../packages/contracts/package.json', import.meta.url))
const STARTER = fileURLToPath(new URL('../../services/ringback/dist/starter-config.js', import.meta.url))

/** @param {string} dir */
export const configFile = (dir) => join(dir, 'ringback.yaml')

export const isBuilt = () => existsSync(STARTER)

/**
 * The text to begin from: the given file, else what stands in the folder, else a council to begin from.
 * @param {string} dir
 * @param {string | undefined} given
 */
const baseText = async (dir, given) => {
  if (given !== undefined && !existsSync(given)) throw usageError(`--config ${given}: there is no such file`)
  if (given !== undefined) return readFileSync(given, 'utf8')
  return existsSync(configFile(dir))
    ? readFileSync(configFile(dir), 'utf8')
    : (await import(pathToFileURL(STARTER).href)).STARTER_CONFIG
}

/**
 * Writes it; what the file says besides is kept, comments too. Whether it is whole: a cluster needs all three stores.
 * @param {string} dir
 * @param {{ given: string | undefined, partitions: number | undefined, state: import('./state.mjs').NativeState }} options
 * @returns {Promise<{ isWhole: boolean, isChanged: boolean }>}
 */
export const writeConfig = async (dir, { given, partitions, state }) => {
  /** @type {typeof import('yaml')} */
  const { isMap, parseDocument } = require('yaml')
  const file = configFile(dir)
  const document = parseDocument(await baseText(dir, given))
  const [problem] = document.errors
  if (problem) throw usageError(`${given ?? file}: ${problem.message}`)
  if (!isMap(document.contents)) throw usageError(`${given ?? file}: expected a mapping: council, tasks, …`)
  const section = (name) => {
    if (!isMap(document.get(name))) document.set(name, document.createNode({}))
    return /** @type {import('yaml').YAMLMap} */ (document.get(name))
  }
  document.set('mode', 'cluster')
  if (state.kafka) {
    const kafka = section('kafka')
    kafka.set('brokers', document.createNode(state.kafka.brokers))
    if (!kafka.has('prefix')) kafka.set('prefix', 'ringback')
    if (partitions !== undefined) kafka.set('partitions', partitions)
  }
  const redis = state.redis ? { url: state.redis.url } : state.redisCluster && { cluster: state.redisCluster.nodes }
  if (redis) document.set('redis', document.createNode(redis))
  if (state.clickhouse) {
    const clickhouse = section('clickhouse')
    clickhouse.set('url', state.clickhouse.url)
    if (!clickhouse.has('database')) clickhouse.set('database', 'ringback')
  }
  const text = document.toString({ lineWidth: 0 })
  const isChanged = !existsSync(file) || readFileSync(file, 'utf8') !== text
  if (isChanged) writeFileSync(file, text)
  return { isWhole: ['kafka', 'redis', 'clickhouse'].every((name) => document.has(name)), isChanged }
}

/** @param {string} dir */
export const ensureLinkKey = (dir) => {
  const file = join(dir, 'link.key')
  // Another key than the data was made with would be refused: one that is there stays.
  if (!existsSync(file)) writeFileSync(file, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600, flag: 'wx' })
}
