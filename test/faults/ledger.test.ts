/** The yardstick of the faults can fail: each way in which tables may be wrong, it names. */
import { worldRecords } from './council.ts'
import { createLedger, differenceOf, type Row } from './ledger.ts'

const CLOCK = Date.UTC(2026, 10, 24)

const createExample = () => {
  const ledger = createLedger(CLOCK)
  for (let world = 1; world <= 10; world++) ledger.add(worldRecords(1, world, CLOCK))
  const expected = ledger.expected()
  const rows = [...expected.values()].map((row) => JSON.parse(row) as Row)
  return { expected, rows, first: rows[0] as Row }
}

test('the same rows in any order are no difference, nor are versions', () => {
  const { expected, rows } = createExample()
  expect(rows.length).toBeGreaterThan(50)
  expect(
    differenceOf(
      expected,
      rows.toReversed().map((row) => ({ ...row, version: '7', rule_version: 'r' })),
    ),
  ).toBeUndefined()
})

test.each<[string, (rows: readonly Row[], first: Row) => readonly Row[], RegExp]>([
  ['missing', (rows) => rows.slice(1), /missing: (journey|contact) /],
  ['twice', (rows, first) => [...rows, first], /twice: /],
  ['too many', (rows, first) => [...rows, { ...first, journey_id: 'other' }], /too many: /],
  ['other', (rows, first) => [{ ...first, family: 'other' }, ...rows.slice(1)], /other: /],
])('a row that is %s is one', (_, spoil, said) => {
  const { expected, rows, first } = createExample()
  expect(differenceOf(expected, spoil(rows, first))).toMatch(said)
})

test('worlds never meet, nor do their records come again under another name', () => {
  const records = Array.from({ length: 60 }, (_, world) => worldRecords(5, world, CLOCK)).flat()
  const ids = records
    .filter(({ kind }) => kind === 'web')
    .map(({ world, record }) => `${world} ${String(record['id'])}`)
  expect(new Set(ids.map((id) => id.split(' ')[1])).size).toBe(new Set(ids).size)
  const ledger = createLedger(CLOCK)
  ledger.add(records)
  // It would say who meets.
  expect(ledger.expected().size).toBeGreaterThan(300)
})
