/** The reference against the worked examples of the law, every key they expect. */
import { AGAINST_THE_TABLE, readLawExamples } from '../law-examples.ts'
import { referenceLaw } from './law.ts'
import { plainEdge } from './plain-edge.ts'
import { referenceRates } from './rates.ts'

type Row = Readonly<Record<string, unknown>>

/** The rows by name, each cut to the keys that the expected row of that name has. */
const byName = (rows: readonly object[], keys: readonly string[], expected: readonly Row[]): Record<string, Row> => {
  const nameOf = (row: Row): string => keys.map((key) => String(row[key])).join(' ')
  const wanted = new Map(expected.map((row) => [nameOf(row), Object.keys(row)]))
  return Object.fromEntries(
    rows.map((any) => {
      const row = any as Row
      const shown = wanted.get(nameOf(row)) ?? Object.keys(row)
      return [nameOf(row), Object.fromEntries(shown.map((key) => [key, row[key]]))]
    }),
  )
}

const compare = (actual: readonly object[], expected: readonly Row[], keys: readonly string[]): void => {
  expect(byName(actual, keys, expected)).toEqual(byName(expected, keys, expected))
}

const examples = readLawExamples()?.map((example, i) => [`${i} ${example.title}`, example] as const)
if (examples) {
  test.each(examples)('the reference agrees with example %s', (_, { title, catalogue, expected, now, ...example }) => {
    const records = plainEdge(example, catalogue)
    const rows = referenceLaw(records, catalogue)
    compare(rows.journeys, expected.journeys, ['journey_id'])
    const listed = expected.contacts.map((row) => row.contact_id)
    const contacts = rows.contacts.filter((row) => title !== AGAINST_THE_TABLE || listed.includes(row.contact_id))
    compare(contacts, expected.contacts, ['contact_id'])
    if (expected.task_rates === undefined || expected.contact_rates === undefined) return
    const declared = Date.parse(example.complete_to ?? '')
    const feeds = [...Object.keys(catalogue.feeds ?? {}), ...records.contacts.map((leg) => leg.source)]
    const completeTo = new Map(feeds.map((feed) => [feed, declared]))
    const rates = referenceRates(records, catalogue, Date.parse(now ?? ''), completeTo)
    compare(rates.taskRates, expected.task_rates, ['task', 'week'])
    compare(rates.contactRates, expected.contact_rates, ['task', 'channel', 'week'])
  })

  test('there are examples', () => {
    expect(examples.length).toBeGreaterThanOrEqual(210)
  })
} else {
  test.skip('the reference agrees with the examples of the law', () => {})
}
