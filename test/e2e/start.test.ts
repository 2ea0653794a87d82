/** `start`: a page, health, and the commands that go through it. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { createBench, ndjson, NOW } from './command-line.ts'
import { startRingback } from './running-start.ts'

const CONFIG = { council: { name: 'Borset & Co', timezone: 'Europe/London' }, tasks: [{ id: 'bin', urls: ['/bins*'] }] }

test('serves health and a page, runs commands for others, and stops when told', async () => {
  const bench = createBench(CONFIG)
  mkdirSync(join(bench.folder, 'data'))
  const killed = bench.file('data/stdin-1', 'what a command that was killed had read')
  const { url, stop, log } = await startRingback(bench.folder)
  expect(existsSync(killed)).toBe(false)
  expect(await (await fetch(`${url}healthz`)).json()).toEqual({ status: 'ok' })
  expect((await fetch(`${url}readyz`)).status).toBe(200)
  const page = await (await fetch(url)).text()
  expect(page).toContain('Borset &#38; Co')
  const socket = join(bench.folder, 'data', 'ringback.sock')
  expect(statSync(socket).mode & 0o077).toBe(0)

  const event = {
    id: '1',
    time: '2026-11-16T09:00:00Z',
    session: 's',
    type: 'page_view',
    url: 'https://b.gov.uk/bins/1',
  }
  expect(bench.run(['import', bench.file('one.ndjson', ndjson([event])), '--now', NOW])).toMatchObject({ status: 0 })
  const more = bench.run(['import', '-', '--json', '--now', NOW], ndjson([{ ...event, id: '2', session: 't' }, 7]))
  expect(more.status).toBe(1)
  expect(JSON.parse(more.stdout)).toMatchObject({ read: 2, accepted: 1, bad: { schema: 1 } })
  expect(bench.rows('journeys')).toHaveLength(2)
  expect(bench.rows('bad-rows')).toMatchObject([{ place: '-:2', reason: 'schema' }])
  expect(bench.run(['import', 'nowhere.ndjson'])).toMatchObject({ status: 2 })
  expect(bench.run(['doctor']).stdout).toMatch(/^ok configuration: /)

  expect(await stop()).toBe(0)
  expect(existsSync(socket)).toBe(false)
  // Commands that go through it speak to those who gave them.
  expect(log()).toBe('SIGTERM: stopping.\n')
  expect(bench.rows('journeys')).toHaveLength(2)
}, 120_000)

test('a newcomer gets a configuration to begin with', async () => {
  const bench = createBench(CONFIG)
  const fresh = join(bench.folder, 'fresh')
  const other = spawn(
    process.execPath,
    [join(__dirname, '../../services/ringback/dist/main.js'), 'start', '--port', '0', '--data', fresh],
    { cwd: '/', env: { PATH: process.env['PATH'] } },
  )
  await once(other.stdout, 'data')
  expect(existsSync(join(fresh, 'ringback.yaml'))).toBe(true)
  expect(statSync(join(fresh, 'link.key')).mode & 0o777).toBe(0o600)
  other.kill('SIGKILL')
}, 60_000)
