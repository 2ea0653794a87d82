/** The worked examples of the law (inputs and expected rows) through the edge, the facts and judge. */
import { configSchema, parseInstant } from '@ringback/contracts'
import { AGAINST_THE_TABLE, EXAMPLES_NOW, readLawExamples } from '@ringback/testkit'
import { judgeRecords, toEdgeRecords } from './judge-records.ts'

const idOf = (row: Record<string, unknown>): string => String(row['journey_id'] ?? row['contact_id'])
const only = (row: object, keys: string[]) =>
  Object.fromEntries(keys.map((key) => [key, (row as Record<string, unknown>)[key]]))
const byId = (rows: readonly Record<string, unknown>[]) => rows.toSorted((a, b) => (idOf(a) < idOf(b) ? -1 : 1))

const examples = readLawExamples()
if (!examples) test.skip('worked examples of the law', () => undefined)
else
  test.each(examples.map((example, i) => [`${i} ${example.title}`, example] as const))('%s', (_title, example) => {
    const config = configSchema.parse(example.catalogue)
    const now = parseInstant(EXAMPLES_NOW) ?? NaN
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
