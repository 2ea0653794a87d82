import { HOUR_MS, parseInstant } from '@ringback/contracts'
import { toWithdrawalLine } from './conclusions.ts'
import { contactRow, createTestTables, insertRows, parseConfig } from './testing/tables.ts'

const tables = createTestTables()
afterAll(() => tables.close())

const at = (time: string): number => parseInstant(time) as number
const now = at('2026-11-20T00:00:00Z')
const council = { name: 'Testshire', timezone: 'Europe/London' }

test('the greatest declaration of a feed counts', async () => {
  const warehouse = await tables.fresh()
  for (const time of ['2026-11-10T00:00:00Z', '2026-11-12T00:00:00.001Z', '2026-11-11T00:00:00Z'])
    await warehouse.declareFeed('crm', at(time))
  await warehouse.declareFeed('telephony', at('2026-11-01T00:00:00Z'))
  expect(await warehouse.feeds()).toEqual([
    { source: 'crm', completeTo: at('2026-11-12T00:00:00.001Z') },
    { source: 'telephony', completeTo: at('2026-11-01T00:00:00Z') },
  ])
})

test('the feeds are those of the configuration and every source that a contact names', async () => {
  const warehouse = await tables.fresh()
  const { feeds } = parseConfig({
    council,
    feeds: {
      telephony: { kind: 'contacts', delay: '2h' },
      crm: { kind: 'contacts' },
      site: { kind: 'web', delay: '1h' },
    },
  })
  const sources = ['mailbox', 'a:b%c', 'telephony']
  const contacts = sources.flatMap((source) =>
    ['1', '2', '\u{10ffff}'].map((id) => contactRow({ contact_id: `${encodeURIComponent(source)}:${id}`, source })),
  )
  await insertRows(warehouse, { contacts })
  await warehouse.declareFeed('mailbox', now - HOUR_MS)
  await warehouse.declareFeed('telephony', now - 9 * HOUR_MS)
  await warehouse.declareFeed('nobody-names-it', now)
  expect(await warehouse.contactFeeds({ feeds }, now)).toEqual([
    { source: 'a:b%c', completeTo: null },
    { source: 'crm', completeTo: null },
    { source: 'mailbox', completeTo: now - HOUR_MS },
    { source: 'telephony', completeTo: now - 2 * HOUR_MS },
  ])
})

test('a source of which every contact was withdrawn is no feed', async () => {
  const warehouse = await tables.fresh()
  await insertRows(warehouse, { contacts: [contactRow({ contact_id: 'test:1', source: 'test' }), contactRow()] })
  await warehouse.insertConclusions({ contacts: [toWithdrawalLine('contacts', 'test:1', '2')] }, () => {
    throw new Error('unwritable')
  })
  const feeds = await warehouse.contactFeeds(parseConfig({ council }), now)
  expect(feeds).toEqual([{ source: 'telephony', completeTo: null }])
})
