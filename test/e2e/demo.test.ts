/** `demo`: a made-up council plays through the real doors, and what comes of it is what an import of the same gives. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createCouncil, type Delivery } from '@ringback/council'
import { until } from '@ringback/testkit'
import { comparable, ndjson } from './command-line.ts'

const MAIN = join(__dirname, '../../services/ringback/dist/main.js')
const folder = mkdtempSync(join(tmpdir(), 'ringback-demo-'))
const running: ChildProcess[] = []
afterAll(() => {
  for (const child of running) child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

const env = { PATH: process.env['PATH'] }
const command = (data: string, args: readonly string[]) =>
  spawnSync(process.execPath, [MAIN, ...args, '--data', data], { encoding: 'utf8', cwd: '/', env, maxBuffer: 1 << 28 })
const rowsOf = (data: string, name: string): Record<string, unknown>[] => {
  const { status, stdout, stderr } = command(data, ['export', name])
  if (status !== 0) throw new Error(stderr)
  return stdout.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Record<string, unknown>]))
}

/** Runs until it has said something; gives what it said up to then. */
const runDemo = async (args: readonly string[], until: string) => {
  const child = spawn(process.execPath, [MAIN, ...args, '--port', '0'], {
    cwd: '/',
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  running.push(child)
  let said = ''
  const hasSaid = new Promise<void>((resolve, reject) => {
    const hear = (chunk: Buffer): void => {
      said += String(chunk)
      if (said.includes(until)) resolve()
    }
    child.stdout.on('data', hear)
    child.stderr.on('data', hear)
    child.once('exit', (status) => reject(new Error(`ended with ${String(status)}: ${said}`)))
  })
  await hasSaid
  const stop = async (): Promise<number | null> => {
    child.kill('SIGTERM')
    const [status] = (await once(child, 'exit')) as [number | null]
    return status
  }
  return { said: () => said, stop }
}

interface State {
  readonly seed: number
  readonly residents: number
  readonly start: string
  readonly playedTo: number
}

/** The same records as files, by feed. */
const importAll = (data: string, config: string, { seed, residents, start, playedTo }: State): void => {
  mkdirSync(data)
  writeFileSync(join(data, 'ringback.yaml'), config)
  const council = createCouncil({ seed, residents, start, weeks: 26 })
  const deliveries: readonly Delivery[] = [...council.deliveries(undefined, playedTo)]
  const records = join(data, 'records.ndjson')
  writeFileSync(records, ndjson(deliveries.flatMap((one) => (one.kind === 'records' ? one.records : []))))
  expect(command(data, ['import', records]).status).toBeLessThan(2)
  for (const [feed, mapping] of Object.entries(council.mappings)) {
    const files = deliveries.flatMap((one) => (one.kind === 'file' && one.feed === feed ? [one] : []))
    writeFileSync(join(data, `${feed}.yaml`), mapping)
    const names = files.map(({ name }) => join(data, name))
    for (const [i, { text }] of files.entries()) writeFileSync(names[i] as string, text)
    expect(command(data, ['import', ...names, '--mapping', join(data, `${feed}.yaml`)]).status).toBeLessThan(2)
  }
}

test('an empty folder becomes a council whose week comes in through the doors, and gives the rows that an import gives', async () => {
  const data = join(folder, 'played')
  const demo = await runDemo(
    ['demo', '--data', data, '--residents', '400', '--speed', '40000'],
    'That was the week up to now',
  )
  expect(demo.said()).toContain('nobody in it is real')
  expect(demo.said()).toMatch(/records of its last weeks loaded in/)
  expect(demo.said()).toMatch(/Task +Journeys +Came back +Failure rate \(95 %\)/)
  // Beside it.
  expect(rowsOf(data, 'task-rates').length).toBeGreaterThan(30)
  expect(command(data, ['doctor']).status).toBe(0)
  // The last night's files too, however soon after them the week was over.
  const areFilesIn = (): boolean =>
    ['crm', 'desk'].every((feed) => !readdirSync(join(data, 'inbox', feed)).some((name) => /\.(csv|part)$/.test(name)))
  await until(areFilesIn)
  expect(await demo.stop()).toBe(0)

  const state = JSON.parse(readFileSync(join(data, 'demo.json'), 'utf8')) as State
  // It goes on from where it was.
  const again = await runDemo(['start', '--or-demo', '--data', data], 'Now its week')
  expect(again.said()).not.toContain('loaded in')
  expect(await again.stop()).toBe(0)

  const imported = join(folder, 'imported')
  importAll(imported, readFileSync(join(data, 'ringback.yaml'), 'utf8'), state)
  const played = rowsOf(data, 'journeys').filter(
    ({ last_at }) => Date.parse(String(last_at)) < state.playedTo - 86_400_000,
  )
  const expected = rowsOf(imported, 'journeys').filter(
    ({ last_at }) => Date.parse(String(last_at)) < state.playedTo - 86_400_000,
  )
  expect(expected.length).toBeGreaterThan(1_000)
  // Tokens are made with another key: names of residents differ, and nothing else.
  const unnamed = (rows: readonly Record<string, unknown>[]) =>
    comparable(rows.map(({ resident: _resident, household: _household, ...row }) => row))
  const [ours, theirs] = [new Set(unnamed(played)), new Set(unnamed(expected))]
  const differing = [...ours].filter((row) => !theirs.has(row)).concat([...theirs].filter((row) => !ours.has(row)))
  expect({ rows: ours.size, differing: differing.slice(0, 3) }).toEqual({ rows: theirs.size, differing: [] })
}, 240_000)

test('a folder that holds something else is left alone', () => {
  const data = join(folder, 'used')
  mkdirSync(data)
  writeFileSync(join(data, 'ringback.yaml'), 'council: { name: A, timezone: Europe/London }')
  const { status, stderr } = command(data, ['demo', '--port', '0'])
  expect(status).toBe(2)
  expect(stderr).toContain('holds something that is no demo')
})
