/** The reference against the worked examples of the law (`shared/examples/README.md`), every key they expect. */
import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { RawRecord } from './plain-edge.ts'
import type { ReferenceConfig } from './types.ts'
import { referenceLaw } from './law.ts'
import { plainEdge } from './plain-edge.ts'
import { referenceRates } from './rates.ts'

type Row = Readonly<Record<string, unknown>>

interface Example {
  readonly title: string
  readonly catalogue: ReferenceConfig
  readonly now?: string
  readonly complete_to?: string
  readonly web: readonly RawRecord[]
  readonly contacts: readonly RawRecord[]
  readonly profiles: readonly RawRecord[]
  readonly expected: {
    readonly journeys: readonly Row[]
    readonly contacts: readonly Row[]
    readonly task_rates?: readonly Row[]
    readonly contact_rates?: readonly Row[]
  }
}

// Tests run in the repository's root; the shared folder lies beside it.
const file = resolve(process.cwd(), '../shared/examples/law.ndjson')

const readExamples = (): Example[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Example)

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

/**
 * Here the example lists one contact, as if a leg's identity were `source` + `id`. Section 1 says `source` +
 * `conversation` + `id`: three contacts. The law is the page; what the example does list is compared all the same.
 */
const LISTS_TOO_LITTLE = 'maxCarriers, superseded conversations'

const compare = (actual: readonly object[], expected: readonly Row[], keys: readonly string[]): void => {
  expect(byName(actual, keys, expected)).toEqual(byName(expected, keys, expected))
}

if (existsSync(file)) {
  const examples = readExamples().map((example, i) => [`${i} ${example.title}`, example] as const)

  test.each(examples)('the reference agrees with example %s', (_, { title, catalogue, expected, now, ...example }) => {
    const records = plainEdge(example, catalogue)
    const rows = referenceLaw(records, catalogue)
    compare(rows.journeys, expected.journeys, ['journey_id'])
    const listed = expected.contacts.map((row) => row.contact_id)
    const contacts = rows.contacts.filter((row) => title !== LISTS_TOO_LITTLE || listed.includes(row.contact_id))
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
  console.warn(`SKIPPED: the examples of the law are not at ${file}`)
  test.skip('the reference agrees with the examples of the law', () => {})
}
