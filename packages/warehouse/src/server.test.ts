/** The same tables over ClickHouse's HTTP interface: nothing but where they are is different. */
import { parseInstant } from '@ringback/contracts'
import type { Unwritable } from './conclusions.ts'
import { toRowLine } from './conclusions.ts'
import { type Gateway, openGateway } from './testing/gateway.ts'
import { contactRow, createTestTables, insertRows, journeyRow, parseConfig, toArray } from './testing/tables.ts'
import { openServer, type Warehouse } from './warehouse.ts'

const tables = createTestTables()
let gateway: Gateway
let server: Warehouse
beforeAll(async () => {
  gateway = await openGateway()
  server = openServer({ url: gateway.url, database: 'over_http' })
  await server.migrate()
})
afterAll(async () => {
  await server.close()
  await gateway.close()
  await tables.close()
})

const config = parseConfig({
  council: { name: 'Testshire', timezone: 'Europe/London' },
  tasks: [{ id: 'missed-bin', family: 'waste' }],
  costs: { web: 0.15, phone: 2.83 },
})
const question = { config, now: parseInstant('2026-11-30T00:00:00Z') as number }
const nasty = 'telephony:a\\b\'c\t\n"é😀\\N;--'
const rows = {
  journeys: [
    journeyRow({ return_kind: 'failed', flagged: true, gap_seconds: 60.5 }),
    journeyRow({ journey_id: 'j-2' }),
  ],
  contacts: [
    contactRow({ contact_id: nasty, verdict: 'failed', journey_id: 'j-1', tasks: ['missed-bin'] }),
    contactRow({ contact_id: 'telephony:z', handle_seconds: 12.5 }),
  ],
}

test('answers', async () => {
  expect(await server.ping()).toBe(true)
  expect(await server.migrate()).toEqual([])
})

test('says what the tables in the process say', async () => {
  const embedded = await tables.fresh()
  for (const warehouse of [server, embedded]) {
    await insertRows(warehouse, rows)
    await warehouse.declareFeed('telephony', question.now)
  }
  const said = async (warehouse: Warehouse) => ({
    journeys: await toArray(warehouse.journeys()),
    contacts: await toArray(warehouse.contacts({ timezone: 'Europe/London' })),
    taskRates: await warehouse.taskRates(question),
    contactRates: await warehouse.contactRates(question),
    feeds: await warehouse.contactFeeds(config, question.now),
  })
  const overHttp = await said(server)
  expect(overHttp).toEqual(await said(embedded))
  expect(overHttp.contacts.map(({ contact_id }) => contact_id)).toEqual([nasty, 'telephony:z'])
  expect(overHttp.taskRates).toMatchObject([{ came_back: 1, avoidable_cost: 2.68 }])
})

test('never sends a setting: they stand in the SQL', () => {
  expect(gateway.answered.length).toBeGreaterThan(0)
  const allowed = /^(database|query_id|query|param_.*|wait_end_of_query|enable_http_compression|http_.*)$/
  const names = gateway.answered.flatMap(({ parameters }) => parameters)
  expect(names.filter((name) => !allowed.test(name))).toEqual([])
})

test('a refused row is found here, too', async () => {
  const reported: Unwritable[] = []
  const bad = '{"journey_id":"j-3","surprise":1,"version":"1"}'
  const good = toRowLine(JSON.stringify(journeyRow({ journey_id: 'j-4' })), '1')
  await server.insertConclusions({ journeys: [good, bad] }, (row) => reported.push(row))
  expect(reported.map(({ line }) => line)).toEqual([bad])
})

test('a server that is away is worth another try', async () => {
  const away = openServer({ url: 'http://127.0.0.1:9', database: 'nowhere' })
  await expect(away.feeds()).rejects.toMatchObject({ code: 'warehouse', retryable: true })
  expect(await away.ping()).toBe(false)
  await away.close()
})
