/** What a nightly drop puts into the inbox folder of a running `start` is imported, and moved. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createBench } from './command-line.ts'
import { soon, startRingback } from './running-start.ts'

const CONFIG = {
  council: { name: 'Borset', timezone: 'Europe/London' },
  feeds: { telephony: { kind: 'contacts' } },
}
const MAPPING = `
kind: contacts
source: telephony
timezone: Europe/London
fields:
  id: Call
  time: { columns: [Start], format: "yyyy-MM-dd HH:mm" }
  channel: { value: phone }
  identifiers.phone: [CLI]
`

test('a CSV with its mapping becomes contacts; one that lacks a column says what to do', async () => {
  const bench = createBench(CONFIG)
  const feed = join(bench.folder, 'data', 'inbox', 'telephony')
  mkdirSync(feed, { recursive: true })
  writeFileSync(join(feed, 'mapping.yaml'), MAPPING)
  writeFileSync(join(feed, 'inbox.yaml'), 'completeTo: mtime\n')
  const rows = ['Call,Start,CLI', '1,2026-11-16 09:00,07700 900123', '2,nonsense,07700 900124']
  writeFileSync(join(feed, 'calls.csv'), rows.join('\n'))
  writeFileSync(join(feed, 'other.csv'), 'Call,Started\n1,2026-11-16 09:00\n')
  const start = await startRingback(bench.folder)
  const [done, failed] = [join(feed, 'done', 'calls.csv'), join(feed, 'failed', 'other.csv')]
  expect(await soon(() => existsSync(done) && !existsSync(join(feed, 'calls.csv')) && existsSync(failed))).toBe(true)
  expect(JSON.parse(readFileSync(`${done}.report.json`, 'utf8'))).toMatchObject({
    status: 'done',
    summary: { read: 2, accepted: 1, bad: { bad_time: 1 } },
  })
  const report = readFileSync(`${failed}.report.json`, 'utf8')
  expect(JSON.parse(report)).toMatchObject({ status: 'failed', summary: null })
  expect(report).not.toContain('07700')
  expect(bench.rows('contacts')).toMatchObject([{ contact_id: 'telephony:1' }])
  expect(bench.rows('bad-rows')).toMatchObject([{ place: `${done}:3`, reason: 'bad_time' }])
  // What the file said of its completeness is known.
  expect(bench.run(['doctor']).stdout).not.toMatch(/telephony.*complete to nothing/)
  expect(await start.stop()).toBe(0)
}, 120_000)
