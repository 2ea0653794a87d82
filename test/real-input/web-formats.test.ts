/**
 * What others exported of their web, by the formats themselves. The counts of the access log were made by a script of its own: 524 pages and
 * 12 that are not there; 461 assets and 3 looks without a page are none. Of GA4's rows the law knows the scroll alone.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createBench } from '../e2e/command-line.ts'

const DATA = join(__dirname, '../../../shared/data')
const CONFIG = { council: { name: 'B', timezone: 'Europe/London', region: 'GB' }, tasks: [{ id: 'any', urls: ['/*'] }] }
const NOW = '2026-11-24T00:00:00Z'

const FILES = [
  ['snowplow', 'snowplow-web/snowplow_web_events.csv', { read: 160, accepted: 68, skipped: 92, bad: {} }, 28],
  ['ga4', 'ga4/event_data.csv', { read: 6, accepted: 1, skipped: 5, bad: {} }, 0],
  ['access-log', 'access-log/apache_1000.log', { read: 1_000, accepted: 536, skipped: 464, bad: {} }, 91],
] as const

if (!existsSync(DATA)) {
  console.warn(`SKIPPED: the exports of others are not at ${DATA}`)
  test.skip('exports of the web through the command line', () => undefined)
} else
  test.each(FILES)(
    '%s: %s',
    (format, file, expected, journeys) => {
      const bench = createBench(CONFIG)
      const args = ['import', '--format', format, join(DATA, file), '--now', NOW, '--json']
      const imported = bench.run(args)
      expect(imported).toMatchObject({ status: 0 })
      expect(JSON.parse(imported.stdout)).toMatchObject(expected)
      const before = bench.rows('journeys')
      expect(before).toHaveLength(journeys)
      // What is imported once more changes nothing.
      bench.run(args)
      expect(bench.rows('journeys')).toEqual(expect.arrayContaining(before))
      expect(bench.rows('journeys')).toHaveLength(journeys)
    },
    120_000,
  )
