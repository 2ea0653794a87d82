/** `infra/native/up` and `down`, as programs. */
import { startNative, type Native } from '@ringback/testkit'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'

const script = (name: string, ...args: string[]) =>
  spawnSync(join(__dirname, '..', '..', 'infra', 'native', name), args, { encoding: 'utf8' })
const stateOf = (dir: string): unknown => JSON.parse(readFileSync(join(dir, 'native.json'), 'utf8'))

const MINUTES = 60_000
let native: Native | undefined
beforeAll(async () => {
  native = await startNative(['kafka', 'redis', 'redis-cluster'])
}, 5 * MINUTES)
afterAll(async () => {
  await native?.stop()
}, MINUTES)

/** What a Redis server answers, up to its end of line or of text. */
const ask = (port: number, command: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1' })
    socket.once('error', reject).once('data', (answer) => {
      socket.destroy()
      resolve(answer.toString())
    })
    socket.write(`${command}\r\n`)
  })
const portOf = (address: string): number => Number(address.split(':').at(-1))

test('a Redis Cluster of three is joined, and evicts nothing', async () => {
  if (!native) return
  expect(native.redisCluster).toHaveLength(3)
  for (const node of native.redisCluster ?? []) {
    const information = await ask(portOf(node), 'CLUSTER INFO')
    expect(information).toContain('cluster_state:ok')
    expect(information).toContain('cluster_slots_assigned:16384')
    expect(await ask(portOf(node), 'CONFIG GET maxmemory-policy')).toContain('noeviction')
  }
})

test('up twice is harmless', () => {
  if (!native) return
  const before = stateOf(native.dir)
  const { status, stderr } = script('up', native.dir, '--only', 'kafka,redis,redis-cluster')
  expect([status, stderr]).toEqual([0, ''])
  expect(stateOf(native.dir)).toEqual(before)
})
