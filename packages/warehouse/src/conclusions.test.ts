/** What is inserted, replaced, withdrawn and refused. */
import type { Unwritable } from './conclusions.ts'
import { toRowLine, toWithdrawalLine } from './conclusions.ts'
import { contactRow, createTestTables, insertRows, journeyRow, toArray } from './testing/tables.ts'
import type { Warehouse } from './warehouse.ts'

const tables = createTestTables()
afterAll(() => tables.close())

const timezone = 'Europe/London'
const refuse = (): never => {
  throw new Error('unwritable')
}
const idsOf = async (warehouse: Warehouse): Promise<string[]> =>
  (await toArray(warehouse.journeys())).map(({ journey_id }) => journey_id)
const line = (id: string, version = '1', more: object = {}): string =>
  toRowLine(JSON.stringify({ ...journeyRow({ journey_id: id }), ...more }), version)

test('the greatest version stays, in whatever order they come, beyond 64 bits', async () => {
  const warehouse = await tables.fresh()
  const versions = ['5192296858534827628530496329220096', '5192296858534827628530496329220097', '7']
  for (const version of versions.toReversed())
    await insertRows(warehouse, { journeys: [journeyRow({ last_step: version })] }, version)
  await insertRows(warehouse, { journeys: [journeyRow({ last_step: '6' })] }, '6')
  const [row, ...rest] = await toArray(warehouse.journeys())
  expect(rest).toEqual([])
  expect([row?.version, row?.last_step]).toEqual([versions[1], versions[1]])
})

test('a withdrawn row is gone until a greater version says it again', async () => {
  const warehouse = await tables.fresh()
  await insertRows(warehouse, { journeys: [journeyRow()], contacts: [contactRow()] }, '1')
  const withdrawal = {
    journeys: [toWithdrawalLine('journeys', 'j-1', '2')],
    contacts: [toWithdrawalLine('contacts', 'telephony:c-1', '2')],
  }
  await warehouse.insertConclusions(withdrawal, refuse)
  expect(await toArray(warehouse.contacts({ timezone }))).toEqual([])
  await insertRows(warehouse, { journeys: [journeyRow()] }, '1')
  expect(await idsOf(warehouse)).toEqual([])
  await insertRows(warehouse, { journeys: [journeyRow()] }, '3')
  expect(await idsOf(warehouse)).toEqual(['j-1'])
})

test('the same batch again changes nothing', async () => {
  const warehouse = await tables.fresh()
  const batch = { journeys: [line('j-1'), line('j-2')], contacts: [toRowLine(JSON.stringify(contactRow()), '1')] }
  await warehouse.insertConclusions(batch, refuse)
  const before = [await toArray(warehouse.journeys()), await toArray(warehouse.contacts({ timezone }))]
  await warehouse.insertConclusions(batch, refuse)
  expect([await toArray(warehouse.journeys()), await toArray(warehouse.contacts({ timezone }))]).toEqual(before)
})

test('lines come as text or bytes, several in a chunk, with or without a line break at the end', async () => {
  const warehouse = await tables.fresh()
  const chunks = [`${line('a')}\n${line('b')}\n`, Buffer.from(line('c')), '', Buffer.from(`${line('d')}\n`)]
  await warehouse.insertConclusions({ journeys: chunks }, refuse)
  expect(await idsOf(warehouse)).toEqual(['a', 'b', 'c', 'd'])
})

test('whatever a value holds is data', async () => {
  const warehouse = await tables.fresh()
  const values = [`'); DROP TABLE journeys; --`, 'a;b\n\n;c', '\\N', '\\', '"', '\t\0', 'é😀\u2028', '{x:String}', '?']
  const journeys = values.map((value, index) =>
    journeyRow({ journey_id: `${index}${value}`, resident: value, steps: [value, value], last_step: value }),
  )
  await insertRows(warehouse, { journeys })
  const rows = await toArray(warehouse.journeys())
  expect(rows.map(({ resident, steps, last_step }) => [resident, steps, last_step])).toEqual(
    values.map((value) => [value, [value, value], value]),
  )
})

describe('a row that the table refuses', () => {
  const poison: readonly [string, string][] = [
    ['a lone surrogate', line('poison', '1', { last_step: '\ud800' })],
    ['null where none is allowed', line('poison', '1', { task: null })],
    ['a column that is none', line('poison', '1', { surprise: 1 })],
    ['an instant that is none', line('poison', '1', { last_at: 'yesterday' })],
    ['text for a number', line('poison', '1', { segments: 'many' })],
    ['a line that is cut', line('poison').slice(0, 100)],
  ]

  test.each(poison)('%s: is reported, and the others are in', async (_, bad) => {
    const warehouse = await tables.fresh()
    const lines = Array.from({ length: 40 }, (_row, index) => line(`j-${String(index).padStart(2, '0')}`))
    const reported: Unwritable[] = []
    await warehouse.insertConclusions({ journeys: lines.toSpliced(17, 0, bad) }, (row) => reported.push(row))
    expect(reported.map((row) => [row.table, row.line])).toEqual([['journeys', bad]])
    expect(reported[0]?.cause).toMatchObject({ code: 'warehouse', retryable: false })
    expect(await idsOf(warehouse)).toHaveLength(40)
  })

  test('if every one of several is refused, nothing is passed over', async () => {
    const warehouse = await tables.fresh()
    const lines = [1, 2, 3].map((index) => line(`j-${index}`, '1', { surprise: 1 }))
    await expect(warehouse.insertConclusions({ journeys: lines }, refuse)).rejects.toMatchObject({ code: 'warehouse' })
  })
})

test('the tables keep to the contract: instants to the millisecond, days of any year, nulls, flags', async () => {
  const warehouse = await tables.fresh()
  const times = ['1900-01-01T00:00:00.000Z', '2038-01-19T03:14:08.001Z', '2299-12-30T23:59:59.999Z'] as const
  const journeys = times.map((at, index) =>
    journeyRow({
      journey_id: `j-${index}`,
      first_at: at,
      last_at: at,
      completed_at: index === 0 ? null : at,
      window_ends_at: at,
      flagged: index === 1,
      gap_seconds: index === 0 ? null : 123_456_789.012,
      cost: 2.83,
      sessions: ['b', 'a'],
      device_class: index === 0 ? null : 'tablet',
    }),
  )
  await insertRows(warehouse, { journeys })
  const rows = await toArray(warehouse.journeys())
  expect(rows).toEqual(
    journeys.map(({ tokens: _tokens, resumable_until: _until, ...row }) => ({ ...row, version: '1' })),
  )
  const contacts = ['1900-01-01', '1969-12-31', '2100-02-28', '2299-12-30'].map((day, index) =>
    contactRow({ contact_id: `crm:${index}`, source: 'crm', day, started_at: null, repeat_index: null }),
  )
  await insertRows(warehouse, { contacts })
  expect(await toArray(warehouse.contacts({ timezone }))).toEqual(
    contacts.map(({ tokens: _tokens, ...row }) => ({ ...row, version: '1' })),
  )
})
