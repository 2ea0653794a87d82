/** What the doors of `start` acknowledged is in the tables, whatever happens to the process. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { COUNCIL_CONFIG, writeCouncilFiles } from '../bench/council-files.ts'
import { createRandom } from '../simulation/random.ts'
import { type Bench, comparable, createBench } from './command-line.ts'
import { makeWriteKey, postEvents, type RunningStart, soon, startRingback } from './running-start.ts'

const EVENTS = 4_000
const CONTACTS = 300
const BATCH = 60
const TABLES = ['journeys', 'contacts', 'bad-rows'] as const

interface Event {
  readonly id: string
  readonly session: string
}

const rowsOf = (bench: Bench): unknown[][] => TABLES.map((name) => comparable(bench.rows(name)))

/** Some of the rows that only one of the two has: all of them would fill the screen. */
const differences = (actual: readonly unknown[][], expected: readonly unknown[][]): unknown[] =>
  TABLES.flatMap((table, i) => {
    const [here, there] = [new Set(actual[i]), new Set(expected[i])]
    const extra = [...here].filter((row) => !there.has(row)).map((row) => ({ table, extra: row }))
    const missing = [...there].filter((row) => !here.has(row)).map((row) => ({ table, missing: row }))
    return [...extra.slice(0, 2), ...missing.slice(0, 2)]
  })

/** The files of a council, what an import makes of them, and the events in batches. */
const prepare = async () => {
  const calm = createBench(COUNCIL_CONFIG)
  await writeCouncilFiles(calm.folder, EVENTS, CONTACTS)
  const [web, contacts] = ['web.ndjson', 'contacts.ndjson'].map((name) => join(calm.folder, name)) as [string, string]
  expect(calm.run(['import', web, contacts]).status).toBe(0)
  const expected = rowsOf(calm)
  expect(expected[0]?.length).toBeGreaterThan(200)
  const lines = readFileSync(web, 'utf8').trimEnd().split('\n')
  const events = lines.map((line) => JSON.parse(line) as Event)
  const batches = Array.from({ length: Math.ceil(events.length / BATCH) }, (_, i) =>
    events.slice(i * BATCH, (i + 1) * BATCH),
  )
  const sessions = new Set(calm.rows('journeys').flatMap((row) => row['sessions'] as string[]))
  return { contacts, expected, batches, sessions }
}

type Batch = readonly Event[]

/** Sends batches from several sides at once until all are sent or an answer fails to come; tells which were acknowledged. */
const sendAll = async (start: RunningStart, key: string, batches: readonly Batch[]) => {
  const waiting = [...batches]
  const acknowledged: Batch[] = []
  const refused: { readonly batch: Batch; readonly response: Response }[] = []
  let isGone = false
  const send = async (): Promise<void> => {
    for (let batch = waiting.shift(); batch && !isGone; batch = waiting.shift()) {
      const response = await postEvents(start, key, batch)
      if (response?.status === 202) acknowledged.push(batch)
      else if (response) refused.push({ batch, response })
      else isGone = true
    }
  }
  await Promise.all(Array.from({ length: 4 }, send))
  return { acknowledged, refused }
}

const without = (batches: readonly Batch[], gone: Iterable<Batch>): Batch[] => {
  const set = new Set(gone)
  return batches.filter((batch) => !set.has(batch))
}

/** The sessions with a journey of all that was acknowledged. */
const expectSessions = (bench: Bench, acknowledged: readonly Batch[], sessions: ReadonlySet<string>): void => {
  const there = new Set(bench.rows('journeys').flatMap((row) => row['sessions'] as string[]))
  // The events of its task may not have come yet.
  const sent = new Map<string, number>()
  for (const { session } of acknowledged.flat()) sent.set(session, (sent.get(session) ?? 0) + 1)
  const whole = [...sent].filter(([session, count]) => count === 8 && sessions.has(session)).map(([session]) => session)
  expect(whole.filter((session) => !there.has(session))).toEqual([])
}

test('events that come through the door make the rows of an import, also while files are imported', async () => {
  const { contacts, expected, batches } = await prepare()
  const live = createBench(COUNCIL_CONFIG)
  const key = makeWriteKey(live)
  const start = await startRingback(live.folder)
  const sent = sendAll(start, key, batches)
  const imported = live.runLater(['import', contacts])
  expect(await sent).toMatchObject({ acknowledged: { length: batches.length }, refused: [] })
  expect(await imported).toBe(0)
  // Through the running start, without its having to end.
  expect(await soon(() => live.rows('journeys').length === expected[0]?.length)).toBe(true)
  expect(await start.stop()).toBe(0)
  expect(differences(rowsOf(live), expected)).toEqual([])
}, 180_000)

test('an acknowledged event is in the tables at once, as a person counts', async () => {
  const live = createBench(COUNCIL_CONFIG)
  const key = makeWriteKey(live)
  const start = await startRingback(live.folder)
  const event = { id: '1', time: '2026-11-16T09:00:00Z', session: 's', type: 'page_view', task: 'bin-days' }
  expect(await (await postEvents(start, key, [event, 7]))?.json()).toMatchObject({ accepted: 1, bad: [{ index: 1 }] })
  expect(await soon(() => live.rows('journeys').length === 1)).toBe(true)
  expect(live.rows('bad-rows')).toMatchObject([{ reason: 'schema', place: expect.stringMatching(/^http:/) as string }])
}, 60_000)

test('killed at any moment under load, it has all it acknowledged when it is back', async () => {
  const { contacts, expected, batches, sessions } = await prepare()
  const seed = Number(process.env['RINGBACK_SEED'] ?? Date.now() % 1e6)
  const random = createRandom(seed)
  const shaken = createBench(COUNCIL_CONFIG)
  const key = makeWriteKey(shaken)
  let rest: Batch[] = [...batches]
  const acknowledged: Batch[] = []
  for (let kills = 0; kills < 5; kills++) {
    const start = await startRingback(shaken.folder)
    const timer = setTimeout(() => void start.kill(), 20 + random.below(700))
    const sent = await sendAll(start, key, rest)
    clearTimeout(timer)
    await start.kill()
    acknowledged.push(...sent.acknowledged)
    rest = without(rest, sent.acknowledged)
  }
  expect(acknowledged.length).toBeGreaterThan(5)
  // Whatever command comes next finds it.
  expectSessions(shaken, acknowledged, sessions)
  const again = await startRingback(shaken.folder)
  // What was not acknowledged comes again, as its sender would do; some of it had been taken.
  await sendAll(again, key, rest)
  expect(await shaken.runLater(['import', contacts])).toBe(0)
  expect(await again.stop()).toBe(0)
  expect({ seed, differences: differences(rowsOf(shaken), expected) }).toEqual({ seed, differences: [] })
}, 300_000)

test('told to stop under load, it answers who was in, refuses who comes, and keeps what it acknowledged', async () => {
  const { batches, sessions } = await prepare()
  const live = createBench(COUNCIL_CONFIG)
  const key = makeWriteKey(live)
  const start = await startRingback(live.folder)
  const sent = sendAll(start, key, batches)
  expect(await soon(async () => (await fetch(`${start.url}metrics`)).ok)).toBe(true)
  const began = Date.now()
  expect(await start.stop()).toBe(0)
  expect(Date.now() - began).toBeLessThan(10_000)
  const { acknowledged, refused } = await sent
  expect(refused.filter(({ response }) => response.status !== 503)).toEqual([])
  expect(acknowledged.length).toBeLessThan(batches.length)
  expectSessions(live, acknowledged, sessions)
}, 180_000)

test('with a full inbox it says when to come again, and loses nothing', async () => {
  const { contacts, expected, batches } = await prepare()
  // One group of entries fills it.
  const small = createBench(`${COUNCIL_CONFIG}\ncollector: { inbox: 4KiB }\n`)
  const key = makeWriteKey(small)
  const start = await startRingback(small.folder)
  let rest: Batch[] = [...batches]
  const statuses = new Set<number>()
  while (rest.length > 0) {
    const { acknowledged, refused } = await sendAll(start, key, rest)
    for (const { response } of refused) {
      statuses.add(response.status)
      expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0)
    }
    rest = without(rest, acknowledged)
  }
  expect([...statuses]).toEqual([503])
  expect(await small.runLater(['import', contacts])).toBe(0)
  expect(await start.stop()).toBe(0)
  expect(differences(rowsOf(small), expected)).toEqual([])
}, 300_000)

test('where the thread of the doors ends by itself, so does the process, and says so', async () => {
  const bench = createBench(COUNCIL_CONFIG)
  const fault = bench.file(
    'fault.cjs',
    `const { isMainThread, workerData } = require('node:worker_threads')
     if (!isMainThread && workerData.host) setTimeout(() => { throw new Error('a fault of this test') }, 8000)`,
  )
  const start = await startRingback(bench.folder, [], { env: { NODE_OPTIONS: `--require ${fault}` } })
  expect(await start.ended).toBe(3)
  expect(start.log()).toContain('The thread of the doors ended: Error: a fault of this test')
}, 60_000)
