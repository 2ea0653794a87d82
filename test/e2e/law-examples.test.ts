/** Worked examples of the law through the command line: files in, tables and rates out. */
import { readLawExamples } from '@ringback/testkit'
import { createBench, ndjson, NOW } from './command-line.ts'

const KEYS = {
  journeys: ['journey_id'],
  contacts: ['contact_id'],
  'task-rates': ['task', 'week'],
  'contact-rates': ['task', 'channel', 'week'],
}

const only = (row: Record<string, unknown>, keys: string[]) => Object.fromEntries(keys.map((key) => [key, row[key]]))
const sorted = (rows: readonly Record<string, unknown>[], keys: string[]) =>
  rows.toSorted((a, b) => (JSON.stringify(only(a, keys)) < JSON.stringify(only(b, keys)) ? -1 : 1))

const examples = readLawExamples()
if (!examples) test.skip('worked examples of the law by command line', () => undefined)
else {
  // All of them go through judge and through the tables' own tests; these go the whole way.
  const worlds = examples.filter((example) => example.expected.task_rates).slice(0, 6)
  test.each(worlds.map((example) => [example.title, example] as const))(
    '%s',
    (_title, example) => {
      const bench = createBench(example.catalogue)
      const files = (['contacts', 'web', 'profiles'] as const).map((kind) =>
        bench.file(`${kind}.ndjson`, ndjson(example[kind])),
      )
      const complete = example.complete_to === undefined ? [] : ['--complete-to', example.complete_to]
      const imported = bench.run(['import', ...files, '--now', NOW, '--json', ...complete])
      expect(imported).toMatchObject({ status: 0 })
      for (const [name, keys] of Object.entries(KEYS)) {
        const expected = example.expected[name.replace('-', '_') as keyof typeof example.expected] ?? []
        const columns = Object.keys(expected[0] ?? {})
        const rows = bench.rows(name, '--now', example.now ?? NOW).map((row) => only(row, columns))
        expect(sorted(rows, keys)).toEqual(sorted(expected, keys))
      }
    },
    120_000,
  )
}
