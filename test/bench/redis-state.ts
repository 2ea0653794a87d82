/**
 * What keyed state costs: batches of 500 states of 500 B, read, changed and written through the port, beside the same with plain
 * MGET and MSET, which know neither positions nor expiry. Per CPU-second of this process, and of the server. After a build:
 * `node test/bench/dist/redis-state.js`
 */
import { createRequire } from 'node:module'
import { openRedisState } from '@ringback/redis-state'
import { startNative } from '@ringback/testkit'

const STATES = 20_000
const BATCH = 500
const BATCHES = 400
const RUNS = 5
const POSITION = 'next'

interface PlainRedis {
  readonly mget: (keys: readonly string[]) => Promise<readonly (string | null)[]>
  readonly mset: (pairs: readonly string[]) => Promise<unknown>
  readonly info: (section: string) => Promise<string>
  readonly disconnect: () => void
}
// The client belongs to the package; a benchmark borrows it from there.
const borrow = createRequire(new URL('../../../packages/redis-state/package.json', import.meta.url))
const { Redis } = borrow('ioredis') as { Redis: new (url: string) => PlainRedis }

const number = (value: number): string => Math.round(value).toLocaleString('en-GB')
const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN
const keysOf = (batch: number): string[] =>
  Array.from({ length: BATCH }, (_, i) => `n:session:${(batch * BATCH + i) % STATES}`)
const changed = (value: string | null | undefined, batch: number): string =>
  `${batch}:${(value ?? 'x'.repeat(500)).slice(0, 500)}`.slice(0, 500)

const native = await startNative(['redis'])
if (!native?.redis) throw new Error('there is no redis-server here')
const plain = new Redis(native.redis.url)
const state = openRedisState({ redis: native.redis, prefix: 'bench', generation: 0, expiresAfterMs: 90 * 86_400_000 })

const throughPort =
  (expires: boolean) =>
  async (batch: number): Promise<void> => {
    const keys = keysOf(batch)
    const [position, ...values] = await state.read(0, [POSITION, ...keys])
    const entries = keys.map((key, i) => ({ key, value: changed(values[i], batch), expires }))
    const outcome = await state.compareAndSet(0, position, String(Number(position ?? 0) + BATCH), entries)
    if (outcome !== 'written') throw new Error(outcome)
  }
const byPlainCommands = async (batch: number): Promise<void> => {
  const keys = keysOf(batch).map((key) => `{plain}:${key}`)
  const values = await plain.mget(keys)
  await plain.mset(keys.flatMap((key, i) => [key, changed(values[i], batch)]))
}

const serverCpuSeconds = async (): Promise<number> => {
  const info = await plain.info('cpu')
  return ['used_cpu_user', 'used_cpu_sys'].reduce(
    (sum, field) => sum + Number(new RegExp(`${field}:([\\d.]+)`).exec(info)?.[1]),
    0,
  )
}

const measure = async (name: string, work: (batch: number) => Promise<void>): Promise<void> => {
  for (let batch = 0; batch < STATES / BATCH; batch++) await work(batch)
  const runs: { readonly client: number; readonly server: number; readonly wall: number }[] = []
  for (let run = 0; run < RUNS; run++) {
    const server = await serverCpuSeconds()
    const began = performance.now()
    const cpu = process.cpuUsage()
    for (let batch = 0; batch < BATCHES; batch++) await work(batch)
    const { user, system } = process.cpuUsage(cpu)
    const wall = (performance.now() - began) / 1e3
    runs.push({ client: (user + system) / 1e6, server: (await serverCpuSeconds()) - server, wall })
  }
  const states = BATCHES * BATCH
  const per = (part: 'client' | 'server' | 'wall'): string => number(states / median(runs.map((run) => run[part])))
  console.log(
    `${name}: ${per('client')} states per client CPU-second, ${per('server')} per server CPU-second, ${per('wall')} a second`,
  )
}

try {
  await measure('port, entries that expire', throughPort(true))
  await measure('port, entries that stay ', throughPort(false))
  await measure('plain MGET and MSET     ', byPlainCommands)
} finally {
  await state.close()
  plain.disconnect()
  await native.stop()
}
