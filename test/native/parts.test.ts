/** `infra/native/up` and `down`, as programs. */
import { startNative, type Native } from '@ringback/testkit'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

const MINUTE_MS = 60_000
jest.setTimeout(5 * MINUTE_MS)

const script = (name: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
  spawnSync(join(__dirname, '..', '..', 'infra', 'native', name), args, {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  })

interface State {
  readonly config: string
  readonly ports: Readonly<Record<string, number>>
  readonly kafka: { readonly pid: number; readonly brokers: readonly string[] }
  readonly redis: { readonly pid: number; readonly url: string }
  readonly redisCluster: { readonly pids: readonly number[] }
  readonly clickhouse: { readonly pid: number; readonly url: string }
}
const stateOf = (dir: string) => JSON.parse(readFileSync(join(dir, 'native.json'), 'utf8')) as State

/** The first of what a server on that port answers; undefined: nobody listens. */
const ask = (port: number, command: string): Promise<string | undefined> =>
  new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' })
    socket
      .once('error', () => resolve(undefined))
      .once('data', (answer) => {
        socket.destroy()
        resolve(answer.toString())
      })
    socket.write(`${command}\r\n`)
  })
const portOf = (address: string): number => Number(address.split(':').at(-1))

let native: Native | undefined
beforeAll(async () => {
  native = await startNative(['kafka', 'redis', 'redis-cluster', 'clickhouse'])
})
afterAll(() => native?.stop())

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'ringback-up-'))
})
afterEach(() => {
  script('down', [dir, '--purge'])
  rmSync(dir, { recursive: true, force: true })
})

test('a Redis Cluster of three is joined, and evicts nothing', async () => {
  if (!native) return
  expect(native.redisCluster).toHaveLength(3)
  for (const node of native.redisCluster ?? []) {
    const information = await ask(portOf(node), 'CLUSTER INFO')
    expect(information).toContain('cluster_state:ok')
    expect(information).toContain('cluster_slots_assigned:16384')
    expect(await ask(portOf(node), 'CONFIG GET maxmemory-policy')).toContain('noeviction')
  }
  expect(await ask(portOf(native.redis?.url ?? ''), 'CONFIG GET maxmemory-policy')).toContain('noeviction')
})

test('ClickHouse answers', async () => {
  if (!native) return
  const response = await fetch(`${native.clickhouse?.url}/?query=SELECT+1`)
  expect(await response.text()).toBe('1\n')
})

test('the configuration points at what runs, and the key is its owner’s alone', () => {
  if (!native) return
  const config = readFileSync(stateOf(native.dir).config, 'utf8')
  for (const part of ['mode: cluster', native.kafka?.brokers[0], native.redis?.url, native.clickhouse?.url])
    expect(config).toContain(part)
  expect(config).toContain('# What residents come to do')
  expect(statSync(join(native.dir, 'link.key')).mode & 0o777).toBe(0o600)
})

test('up twice is harmless', () => {
  if (!native) return
  const before = stateOf(native.dir)
  const { status, stderr } = script('up', [native.dir, '--only', 'kafka,redis,redis-cluster,clickhouse'])
  expect([status, stderr]).toEqual([0, ''])
  expect(stateOf(native.dir)).toEqual(before)
})

test('up starts what has gone, on the port that it had, with the data that it had; down ends all', async () => {
  if (!native) return
  const config = join(dir, 'given.yaml')
  writeFileSync(config, 'council: { name: Testshire, timezone: Europe/London } # ours\nkafka: { prefix: tested }\n')
  const parts = ['--only', 'kafka,redis,clickhouse']
  expect(script('up', [dir, ...parts, '--config', config, '--partitions', '3'])).toMatchObject({ status: 0 })
  const first = stateOf(dir)
  const sql = (query: string) =>
    fetch(first.clickhouse.url, { method: 'POST', body: query, headers: { connection: 'close' } })
  await sql('CREATE TABLE kept (id UInt8) ENGINE = MergeTree ORDER BY id')
  await sql('INSERT INTO kept VALUES (7)')
  for (const { pid } of [first.kafka, first.clickhouse]) process.kill(pid, 'SIGKILL')
  expect(script('up', [dir, ...parts])).toMatchObject({ status: 0 })
  const second = stateOf(dir)
  expect(second.ports).toEqual(first.ports)
  expect(second.redis).toEqual(first.redis)
  expect(second.kafka.pid).not.toBe(first.kafka.pid)
  expect(await (await sql('SELECT id FROM kept')).text()).toBe('7\n')
  const written = readFileSync(second.config, 'utf8')
  expect(written).toContain('# ours')
  expect(written).toMatch(/prefix: tested[^]*partitions: 3/)
  const down = script('down', [dir])
  expect(down).toMatchObject({ status: 0, stderr: '' })
  expect(down.stdout.trim().split('\n').sort()).toEqual(['clickhouse: stopped', 'kafka: stopped', 'redis: stopped'])
  for (const port of Object.values(second.ports)) expect(await ask(port, 'PING')).toBeUndefined()
  expect(readdirSync(join(dir, 'data')).sort()).toEqual(['clickhouse', 'kafka', 'redis'])
  expect(script('down', [dir, '--purge'])).toMatchObject({ status: 0 })
  expect(readdirSync(dir).sort()).toEqual(['given.yaml', 'link.key'])
})

test('what fails is told with the end of its log, and nothing is left running', async () => {
  if (!native) return
  mkdirSync(join(dir, 'data'), { recursive: true })
  writeFileSync(join(dir, 'data', 'clickhouse'), 'no folder')
  const { status, stderr } = script('up', [dir, '--only', 'redis,clickhouse'])
  expect(status).toBe(3)
  expect(stderr).toContain('clickhouse ended before it was ready')
  expect(stderr).toContain('did not open')
  expect(readdirSync(join(dir, 'run')).filter((file) => file.endsWith('.pid'))).toEqual([])
})

test('a number that another process has got since then is not touched', () => {
  mkdirSync(join(dir, 'run'))
  writeFileSync(join(dir, 'run', 'redis.pid'), `${process.pid}\nanother/1`)
  expect(script('down', [dir])).toMatchObject({ status: 0, stdout: 'redis: was not running\n' })
})

test('a port that somebody else has taken is told', async () => {
  if (!native) return
  writeFileSync(join(dir, 'native.json'), JSON.stringify({ ports: { redis: portOf(native.redis?.url ?? '') } }))
  const { status, stderr } = script('up', [dir, '--only', 'redis'])
  expect(status).toBe(3)
  expect(stderr).toContain('is taken by another process')
})

test.each([[[]], [['a', 'b']], [['a', '--only', 'kafak']], [['a', '--partitions', '0']], [['a', '--nope']]])(
  'wrong usage: %j',
  (args) => {
    const { status, stderr } = script('up', args)
    expect(status).toBe(2)
    expect(stderr).toContain('infra/native/up DIR')
  },
)

test('a machine without the programs says which, and how to get them', () => {
  mkdirSync(join(dir, 'bin'))
  const PATH = join(dir, 'bin')
  const up = join(__dirname, '..', '..', 'infra', 'native', 'up.mjs')
  const { status, stderr } = spawnSync(process.execPath, [up, dir, '--only', 'kafka'], {
    encoding: 'utf8',
    env: { ...process.env, PATH },
  })
  expect(status).toBe(4)
  expect(stderr).toContain('apt-get install')
})

test('a process that ends without stopping them takes them along', async () => {
  if (!native) return
  const module = join(__dirname, '..', '..', 'packages', 'testkit', 'dist', 'native.js')
  const program = `import(${JSON.stringify(module)}).then(async ({ startNative }) => {
    const { dir, redis } = await startNative(['redis'])
    process.stdout.write(JSON.stringify({ dir, url: redis.url }), () => process.exit(0))
  })`
  const { stdout } = spawnSync(process.execPath, ['-e', program], { encoding: 'utf8' })
  const left = JSON.parse(stdout) as { dir: string; url: string }
  const until = performance.now() + MINUTE_MS
  while (existsSync(left.dir) && performance.now() < until) await delay(100)
  expect(existsSync(left.dir)).toBe(false)
  expect(await ask(portOf(left.url), 'PING')).toBeUndefined()
})
