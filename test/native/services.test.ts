/** The services against real servers: what lies on the council's own topics comes to stand in the tables, whoever is killed meanwhile. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createKafkaLog } from '@ringback/kafka-log'
import type { Log } from '@ringback/pipeline'
import { startNative, until } from '@ringback/testkit'
import { openServer, type Warehouse } from '@ringback/warehouse'

const MINUTE_MS = 60_000
jest.setTimeout(5 * MINUTE_MS)

const CONFIG = {
  council: { name: 'Borsetshire', timezone: 'Europe/London' },
  tasks: [{ id: 'bin', urls: ['/bins*'] }],
  costs: { web: 0.15, phone: 2.83 },
  kafka: {
    brokers: ['127.0.0.1:1'],
    prefix: 'ringback',
    partitions: 3,
    sources: { web: ['site.events'], contacts: ['telephony.calls'], profiles: ['crm.people'] },
  },
}

const native = (name: string, ...args: readonly string[]) =>
  spawnSync(join(__dirname, '..', '..', 'infra', 'native', name), args, { encoding: 'utf8' })

interface State {
  readonly kafka: { readonly brokers: readonly string[] }
  readonly clickhouse: { readonly url: string }
  readonly services: Readonly<Record<string, { readonly url: string; readonly pid: number }>>
}

let dir: string
let state: State
let log: Log
let tables: Warehouse
let isThere = false
beforeAll(async () => {
  // Says so where this machine cannot run them.
  const probe = await startNative(['redis'])
  if (!probe) return
  await probe.stop()
  dir = mkdtempSync(join(tmpdir(), 'ringback-services-'))
  writeFileSync(join(dir, 'base.yaml'), JSON.stringify(CONFIG))
  const { status, stdout, stderr } = native('up', dir, '--config', join(dir, 'base.yaml'))
  if (status === 4 && !process.env['CI']) return
  if (status !== 0) throw new Error(`${stdout}\n${stderr}`)
  isThere = true
  readState()
  log = createKafkaLog({ brokers: state.kafka.brokers, clientId: 'test', clock: () => Date.now() })
  tables = openServer({ url: state.clickhouse.url, database: 'ringback' })
})
afterAll(async () => {
  await log?.close()
  await tables?.close()
  if (!dir || !existsSync(dir)) return
  native('down', dir, '--purge')
  rmSync(dir, { recursive: true, force: true })
})

const readState = (): void => {
  state = JSON.parse(readFileSync(join(dir, 'native.json'), 'utf8')) as State
}

const iso = (at: number): string => new Date(at).toISOString()

/** Residents who try online, fail and ring: only their profile ties the two. */
const bring = async (from: number, to: number): Promise<void> => {
  const now = Date.now()
  const each = <T>(make: (i: number) => T): T[] => Array.from({ length: to - from }, (_, i) => make(from + i))
  const message = (key: string, value: unknown) => ({ key, value: JSON.stringify(value) })
  const event = (i: number, step: number) => ({
    id: `e-${i}-${step}`,
    time: iso(now - 3_600_000 + step * 1_000),
    session: `s-${i}`,
    type: ['task_started', 'error'][step],
    url: 'https://b.gov.uk/bins/missed?email=jo@example.org',
    linking: 'transaction',
    identifiers: { account: `account-${i}` },
  })
  await Promise.all([
    log.append(
      'site.events',
      each((i) => message(`s-${i}`, [event(i, 0), event(i, 1)])),
    ),
    log.append(
      'crm.people',
      each((i) =>
        message(`p-${i}`, { source: 'crm', id: `p-${i}`, identifiers: { account: `account-${i}`, crm: `crm-${i}` } }),
      ),
    ),
    log.append(
      'telephony.calls',
      each((i) =>
        message(`c-${i}`, {
          source: 'telephony',
          id: `c-${i}`,
          time: iso(now - 1_800_000),
          channel: 'phone',
          tasks: ['bin'],
          identifiers: { crm: `crm-${i}` },
        }),
      ),
    ),
  ])
}

const count = async (rows: AsyncIterable<unknown>): Promise<number> => {
  let rowsSeen = 0
  for await (const _ of rows) rowsSeen++
  return rowsSeen
}
const standing = async () => ({
  flagged: await count(tables.flagged()),
  journeys: await count(tables.journeys()),
  contacts: await count(tables.contacts({ timezone: 'Europe/London' })),
})
const all = (residents: number) => ({ flagged: residents, journeys: residents, contacts: residents })

/** Waits for as many, then says what stands. */
const settled = async (residents: number) => {
  await until(async () => (await count(tables.flagged())) >= residents)
  return standing()
}

test('every service is ready and tells its measures; insights shows a page', async () => {
  if (!isThere) return
  for (const { url } of Object.values(state.services)) {
    expect((await fetch(`${url}/readyz`)).status).toBe(200)
    expect(await (await fetch(`${url}/metrics`)).text()).toContain('process_cpu_seconds_total')
  }
  const page = await fetch(`${state.services['insights']?.url}/`)
  expect(await page.text()).toContain('Borsetshire')
})

test('topics are made once', () => {
  if (!isThere) return
  const main = join(__dirname, '../../services/ringback/dist/main.js')
  const { status, stdout } = spawnSync(
    process.execPath,
    [main, 'topics', 'create', '--config', join(dir, 'ringback.yaml')],
    {
      encoding: 'utf8',
    },
  )
  expect({ status, stdout }).toEqual({ status: 0, stdout: 'Every topic is there.\n' })
})

test('a failed attempt that rings back is flagged, and what cannot be used is a bad row', async () => {
  if (!isThere) return
  await bring(0, 20)
  await log.append('site.events', [
    { key: 'x', value: '{"id":' },
    { key: 'x', value: '[7,{"session":"s"}]' },
  ])
  expect(await settled(20)).toEqual(all(20))
  await until(async () => (await count(tables.badRows())) >= 3)
  const bad: string[] = []
  for await (const { place, reason, pointer } of tables.badRows())
    bad.push(`${place.replace(/\/\d+$/, '')} ${reason} ${pointer}`)
  expect(bad.map((text) => text.replace(/\/\d+ /, ' ')).toSorted()).toEqual([
    'site.events json ',
    'site.events schema /0',
    'site.events schema /1/id',
  ])
})

test('what was acknowledged comes to stand, whoever is killed meanwhile', async () => {
  if (!isThere) return
  const killed = ['collector', 'assembler', 'correlator', 'writer']
  const steps = killed.length + 1
  for (let i = 0; i < steps; i++) {
    await bring(20 + i * 200, 20 + (i + 1) * 200)
    const victim = killed[i]
    if (victim !== undefined) process.kill(state.services[victim]?.pid ?? 0, 'SIGKILL')
  }
  expect(native('up', dir)).toMatchObject({ status: 0 })
  readState()
  expect(await settled(20 + steps * 200)).toEqual(all(20 + steps * 200))
})

test('each service ends when it is told to', async () => {
  if (!isThere) return
  const isGone = (pid: number): boolean => {
    try {
      process.kill(pid, 0)
      return false
    } catch {
      return true
    }
  }
  const pids = Object.values(state.services).map(({ pid }) => pid)
  for (const pid of pids) process.kill(pid, 'SIGTERM')
  await until(() => pids.every(isGone))
  for (const name of Object.keys(state.services)) {
    const said = readFileSync(join(dir, 'logs', `${name}.log`), 'utf8')
    expect(said.trimEnd().split('\n').at(-1)).toContain('"Ended."')
    expect(said).not.toContain('jo@example.org')
  }
})
