/**
 * The distribution's redis-server: one alone, and three that are joined to a Cluster. Nothing of it is kept on disk: the state
 * is a cache of a fold over Kafka, and one that comes back empty is folded again.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { NativeError } from '../failures.mjs'
import { findOrInstall } from '../packages.mjs'
import { exchange } from './exchange.mjs'
import { ensureProcess, portOf, throwIfInterrupted } from './part.mjs'

const NODES = ['redis-1', 'redis-2', 'redis-3']

/**
 * On Debian redis-server is a link to a program of `redis-tools`, which goes by the name it is called by; that package brings
 * no service that would start by itself.
 */
const serverProgram = () => {
  if (spawnSync('redis-server', ['--version'], { stdio: 'ignore' }).status === 0) return { program: 'redis-server' }
  const twin = '/usr/bin/redis-check-rdb'
  if (!existsSync(twin)) return undefined
  const { stdout } = spawnSync(twin, ['--version'], { argv0: 'redis-server', encoding: 'utf8' })
  return stdout.startsWith('Redis server') ? { program: twin, argv0: 'redis-server' } : undefined
}

const findServer = () =>
  findOrInstall({
    name: 'redis: redis-server',
    aptPackage: 'redis-tools',
    find: serverProgram,
    byHand: 'Install redis-server 6.2 or newer by hand.',
  })

/**
 * @param {number} port
 * @param {string} command
 * @returns {Promise<string | undefined>}
 */
const ask = async (port, command) => {
  const answer = await exchange(port, `${command}\r\n`, (bytes) => {
    const head = bytes.indexOf('\r\n')
    if (head < 0) return false
    const length = bytes[0] === 36 ? Number(bytes.subarray(1, head)) + 4 : 0
    return bytes.length >= head + length
  })
  return answer?.toString('utf8')
}

/**
 * @param {import('./part.mjs').Call} call
 * @param {string} name
 * @param {(ports: { port: number, bus: number | undefined }) => string[]} extra
 */
const upServer = async (call, name, extra = () => []) => {
  const server = await findServer()
  const isNode = NODES.includes(name)
  await ensureProcess(call, async () => {
    const port = await portOf(call, name)
    const bus = isNode ? await portOf(call, `${name}-bus`) : undefined
    const data = join(call.dir, 'data', name)
    mkdirSync(data, { recursive: true })
    const listens = ['--port', String(port), '--bind', '127.0.0.1', '--protected-mode', 'yes']
    const keeps = ['--save', '', '--appendonly', 'no', '--dir', data, '--maxmemory-policy', 'noeviction']
    return {
      name,
      ...server,
      args: [...listens, ...keeps, '--daemonize', 'no', ...extra({ port, bus })],
      ports: isNode ? [name, `${name}-bus`] : [name],
      isReady: async () => (await ask(port, 'PING')) === '+PONG\r\n',
    }
  })
  return call.ports[name]
}

/**
 * @param {import('./part.mjs').Call} call
 * @returns {Promise<{ url: string }>}
 */
export const upRedis = async (call) => ({ url: `redis://127.0.0.1:${await upServer(call, 'redis')}` })

/** @param {number} port */
const clusterInfo = async (port) => (await ask(port, 'CLUSTER INFO')) ?? ''

const JOINED_MS = 60_000

/**
 * @param {import('./part.mjs').Call} call
 * @returns {Promise<{ nodes: string[] }>}
 */
export const upRedisCluster = async (call) => {
  const ports = []
  for (const name of NODES)
    ports.push(
      await upServer(call, name, ({ bus }) => [
        '--cluster-enabled',
        'yes',
        '--cluster-port',
        String(bus),
        '--cluster-config-file',
        'nodes.conf',
        '--cluster-node-timeout',
        '5000',
      ]),
    )
  const nodes = ports.map((port) => `127.0.0.1:${port}`)
  // Who has been joined remembers it.
  if ((await clusterInfo(ports[0])).includes('cluster_known_nodes:1\r')) {
    const create = ['--cluster', 'create', ...nodes, '--cluster-yes']
    const { status, stdout, stderr } = spawnSync('redis-cli', create, { encoding: 'utf8' })
    if (status !== 0) throw new NativeError(`redis-cluster: could not be joined:\n${stdout ?? ''}${stderr ?? ''}`)
  }
  const until = performance.now() + JOINED_MS
  for (const port of ports)
    while (!(await clusterInfo(port)).includes('cluster_state:ok')) {
      throwIfInterrupted(call)
      if (performance.now() > until)
        throw new NativeError(`redis-cluster: 127.0.0.1:${port} says:\n${await clusterInfo(port)}`)
      await delay(100)
    }
  return { nodes }
}
