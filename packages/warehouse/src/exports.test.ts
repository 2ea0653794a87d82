/** Which rows an export lists, and how they read. */
import {
  type BadReason,
  type BadRow,
  badRowSchema,
  contactRowSchema,
  journeyRowSchema,
  parseInstant,
} from '@ringback/contracts'
import { insertBadRows } from './bad-rows.ts'
import { openEmbeddedEngine } from './engine.ts'
import { migrate } from './migrate.ts'
import { contactRow, createTestTables, insertRows, journeyRow, toArray } from './testing/tables.ts'

const tables = createTestTables()
afterAll(() => tables.close())

const at = (time: string): number => parseInstant(time) as number
const timezone = 'Europe/London'

test('rows have the keys of the contract, in its order', async () => {
  const warehouse = await tables.fresh()
  await insertRows(warehouse, { journeys: [journeyRow({ flagged: true })], contacts: [contactRow()] })
  const [journey] = await toArray(warehouse.flagged())
  const [contact] = await toArray(warehouse.contacts({ timezone }))
  expect(Object.keys(journey ?? {})).toEqual(Object.keys(journeyRowSchema.shape))
  expect(Object.keys(contact ?? {})).toEqual(Object.keys(contactRowSchema.shape))
  expect(() => journeyRowSchema.parse(journey)).not.toThrow()
  expect(() => contactRowSchema.parse(contact)).not.toThrow()
})

test('journeys are listed by last_at, [from, to), and `flagged` lists the flagged ones', async () => {
  const warehouse = await tables.fresh()
  const times = [
    '2026-11-08T23:59:59.999Z',
    '2026-11-09T00:00:00.000Z',
    '2026-11-15T23:59:59.999Z',
    '2026-11-16T00:00:00.000Z',
  ]
  await insertRows(warehouse, {
    journeys: times.map((last_at, index) =>
      journeyRow({ journey_id: `j-${index}`, last_at, flagged: index % 2 === 0 }),
    ),
  })
  const period = { from: at('2026-11-09T00:00:00Z'), to: at('2026-11-16T00:00:00Z') }
  expect((await toArray(warehouse.journeys(period))).map(({ journey_id }) => journey_id)).toEqual(['j-1', 'j-2'])
  expect((await toArray(warehouse.flagged(period))).map(({ journey_id }) => journey_id)).toEqual(['j-2'])
  expect(await toArray(warehouse.journeys({ from: period.to }))).toHaveLength(1)
  expect(await toArray(warehouse.journeys({ to: period.from }))).toHaveLength(1)
  expect(await toArray(warehouse.journeys({ from: 0, to: at('2299-12-31T00:00:00Z') * 10 }))).toHaveLength(4)
})

test('a contact is listed by its start, and one that has a day alone by that', async () => {
  const warehouse = await tables.fresh()
  // British summer time: local days begin at 23:00Z.
  const contacts = [
    contactRow({ contact_id: 'crm:0', started_at: '2026-07-05T22:59:59.999Z', day: '2026-07-05' }),
    contactRow({ contact_id: 'crm:1', started_at: '2026-07-05T23:00:00.000Z', day: '2026-07-06' }),
    contactRow({ contact_id: 'crm:2', started_at: null, day: '2026-07-05' }),
    contactRow({ contact_id: 'crm:3', started_at: null, day: '2026-07-06' }),
    contactRow({ contact_id: 'crm:4', started_at: null, day: '2026-07-07' }),
  ]
  await insertRows(warehouse, { contacts })
  const listed = async (from: string, to: string): Promise<string[]> =>
    (await toArray(warehouse.contacts({ timezone, from: at(from), to: at(to) }))).map(({ contact_id }) => contact_id)
  expect(await listed('2026-07-05T23:00:00Z', '2026-07-06T23:00:00Z')).toEqual(['crm:1', 'crm:3'])
  expect(await listed('2026-07-06T00:00:00Z', '2026-07-07T00:00:00Z')).toEqual(['crm:3'])
  expect(await listed('2026-07-01T00:00:00Z', '2026-07-05T23:00:00Z')).toEqual(['crm:0', 'crm:2'])
})

test('more rows than a page holds are listed once each, in the order of their ids', async () => {
  const warehouse = await tables.fresh()
  const ids = Array.from({ length: 12_000 }, (_, index) => `j-${String(index).padStart(6, '0')}`)
  await insertRows(warehouse, { journeys: ids.map((journey_id) => journeyRow({ journey_id })) })
  await insertRows(warehouse, { journeys: ids.slice(0, 7_000).map((journey_id) => journeyRow({ journey_id })) }, '2')
  expect((await toArray(warehouse.journeys())).map(({ journey_id }) => journey_id)).toEqual(ids)
}, 30_000)

describe('bad rows', () => {
  const badRow = (row: Partial<BadRow> = {}): BadRow => ({
    id: 'b-1',
    received_at: '2026-11-10T12:00:00.000Z',
    kind: 'web',
    source: null,
    reason: 'schema',
    place: 'events.ndjson:17',
    pointer: '/time',
    ...row,
  })

  test('are kept once, however often they are reported', async () => {
    const warehouse = await tables.fresh()
    await warehouse.insertBadRows([badRow(), badRow({ id: 'b-2', place: 'broken \ud800 name:1' })])
    await warehouse.insertBadRows([badRow()])
    const rows = await toArray(warehouse.badRows())
    expect(rows).toEqual([badRow(), badRow({ id: 'b-2', place: 'broken \ufffd name:1' })])
    expect(Object.keys(rows[0] ?? {})).toEqual(Object.keys(badRowSchema.shape))
    expect(await toArray(warehouse.badRows({ from: at('2026-11-10T12:00:00.001Z') }))).toEqual([])
  })

  test('are gone once they were redriven, and back when they turn bad again', async () => {
    const warehouse = await tables.fresh()
    await warehouse.insertBadRows([badRow()])
    await warehouse.withdrawBadRows(['b-1'], at('2026-11-11T00:00:00Z'))
    await warehouse.insertBadRows([badRow()])
    expect(await toArray(warehouse.badRows())).toEqual([])
    await warehouse.insertBadRows([badRow({ received_at: '2026-11-12T00:00:00.000Z' })])
    expect(await toArray(warehouse.badRows())).toHaveLength(1)
  })

  test('have what they held sealed, for redrive alone, while it is kept', async () => {
    const warehouse = await tables.fresh()
    const sealed_until = '2026-12-10T12:00:00.000Z'
    await warehouse.insertBadRows([
      badRow({ reason: 'json' }),
      { ...badRow({ id: 'b-2' }), sealed: 'v1.copy', sealed_until },
    ])
    const redrivable = (when: string, reason?: BadReason) =>
      toArray(warehouse.redrivableBadRows({ reason, now: at(when) }))
    expect(await redrivable('2026-12-10T11:59:59Z')).toEqual([
      { ...badRow({ reason: 'json' }), sealed: '' },
      { ...badRow({ id: 'b-2' }), sealed: 'v1.copy' },
    ])
    expect(await redrivable('2026-12-10T12:00:00Z')).toMatchObject([{ sealed: '' }, { id: 'b-2', sealed: '' }])
    expect(await redrivable('2026-12-01T00:00:00Z', 'json')).toMatchObject([{ id: 'b-1' }])
    for await (const row of warehouse.badRows()) expect(Object.keys(row)).toEqual(Object.keys(badRowSchema.shape))
  })

  test('lose what is sealed when its time is over, from the disk too, and stay', async () => {
    const engine = await openEmbeddedEngine({ dataDir: tables.dataDir, database: 'sealed' })
    try {
      await migrate(engine)
      await insertBadRows(engine, [
        { ...badRow(), sealed: 'v1.old', sealed_until: '2020-01-01T00:00:00.000Z' },
        { ...badRow({ id: 'b-2' }), sealed: 'v1.new', sealed_until: '2100-01-01T00:00:00.000Z' },
      ])
      await engine.run({ name: 'merge', text: 'OPTIMIZE TABLE bad_rows FINAL' })
      const text = 'SELECT id, sealed FROM bad_rows ORDER BY id'
      expect(await engine.select({ name: 'kept', text })).toEqual([
        { id: 'b-1', sealed: '' },
        { id: 'b-2', sealed: 'v1.new' },
      ])
    } finally {
      await engine.close()
    }
  })

  test('none are none', async () => {
    const warehouse = await tables.fresh()
    await warehouse.insertBadRows([])
    expect(await toArray(warehouse.badRows())).toEqual([])
  })
})
