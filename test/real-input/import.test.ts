/** The exports of others through the whole command: `mappings.test.ts` and `formats.test.ts` beside this say how each count was worked out. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createBench } from '../e2e/command-line.ts'

const DATA = join(__dirname, '../../../shared/data')
const EXAMPLES = join(__dirname, '../../docs/examples')
const CONFIG = { council: { name: 'B', timezone: 'Europe/London', region: 'US' }, tasks: [{ id: 'any', urls: ['/*'] }] }
const NOW = '2026-11-24T00:00:00Z'

const DAMAGED = { read: 5, accepted: 4, skipped: 0, bad: { bad_time: 1 } }

/** By a mapping, or by a format's own name. */
const FILES = [
  ['boston-311.yaml', 'qsv-311/boston311-100.csv', { read: 100, accepted: 41, skipped: 59, bad: {} }],
  ['boston-311.yaml', 'qsv-311/boston311-100-bad.tsv', { read: 100, accepted: 40, skipped: 59, bad: { csv_row: 1 } }],
  ['nyc-311.yaml', 'qsv-311/nyc311-100.csv', { read: 100, accepted: 73, skipped: 27, bad: {} }],
  ['zendesk-tickets.yaml', 'zendesk/ticket_data.csv', { read: 10, accepted: 8, skipped: 2, bad: {} }],
  ['twilio-calls.yaml', 'twilio/twilio_call_data.csv', DAMAGED],
  ['twilio', 'twilio/twilio_call_data.csv', DAMAGED],
  ['zendesk', 'zendesk/ticket_data.csv', { read: 10, accepted: 8, skipped: 2, bad: {} }],
  ['open311', 'open311/mocks/service-requests.xml', { read: 2, accepted: 2, skipped: 0, bad: {} }],
  ['snowplow-web.yaml', 'snowplow-web/snowplow_web_events.csv', { read: 160, accepted: 68, skipped: 92, bad: {} }],
] as const

if (!existsSync(DATA)) {
  console.warn(`SKIPPED: the exports of others are not at ${DATA}`)
  test.skip('exports of others through the command line', () => undefined)
} else
  test.each(FILES)(
    '%s: %s',
    (name, file, expected) => {
      const bench = createBench(CONFIG)
      const imported = bench.run([
        'import',
        ...(name.endsWith('.yaml') ? ['--mapping', join(EXAMPLES, name)] : ['--format', name]),
        join(DATA, file),
        '--now',
        NOW,
        '--json',
      ])
      expect(JSON.parse(imported.stdout)).toMatchObject(expected)
      const isBad = Object.keys(expected.bad).length > 0
      expect(imported.status).toBe(isBad ? 1 : 0)
      expect(bench.rows('bad-rows').map((row) => row['reason'])).toEqual(Object.keys(expected.bad))
      const table = name === 'snowplow-web.yaml' ? 'journeys' : 'contacts'
      expect(bench.rows(table).length).toBeGreaterThan(0)
    },
    120_000,
  )
