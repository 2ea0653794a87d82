import { convertBody } from './body.ts'
import { CONTEXT, convertWith } from './testing/convert.ts'
import { zendeskFormat } from './zendesk-format.ts'

const convert = convertWith(zendeskFormat)

const ticket = {
  id: 16988,
  created_at: '2026-11-16T09:12:03Z',
  updated_at: '2026-11-17T08:00:00Z',
  type: 'incident',
  status: 'solved',
  subject: 'not read',
  description: 'not read',
  recipient: 'council@example.org',
  requester_id: 1500656884401,
  group_id: 360013366274,
  via: { channel: 'email', source: { from: { address: 'a.resident@example.org', name: 'not read' }, rel: null } },
}

test('a ticket is a leg, and nothing of what was written', () => {
  expect(convert(ticket)).toEqual([
    {
      id: '16988',
      revision: Date.UTC(2026, 10, 17, 8),
      time: '2026-11-16T09:12:03.000Z',
      channel: 'email',
      queue: '360013366274',
      category: 'incident',
      disposition: 'solved',
      identifiers: { crm: 'zendesk-1500656884401', case: 'zendesk-16988', email: 'a.resident@example.org' },
    },
  ])
})

test('a warehouse row, a webhook and a page of the API say the same', () => {
  const row = {
    id: '16988',
    created_at: '2026-11-16 09:12:03',
    updated_at: '2026-11-17 08:00:00',
    type: 'incident',
    status: 'solved',
    requester_id: '1500656884401',
    group_id: '360013366274',
    via_channel: 'email',
    via_source_from_address: 'a.resident@example.org',
  }
  expect(convert(row)).toEqual(convert(ticket))
  expect(convert({ ticket })).toEqual(convert(ticket))
  const page = convertBody(zendeskFormat, CONTEXT, {
    contentType: 'application/json',
    content: { tickets: [ticket], count: 1 },
  })
  expect(page).toEqual({
    kind: 'pass',
    units: [[{ kind: 'record', value: convert(ticket)[0], hasAmbiguousTime: false }]],
  })
})

test.each([
  [4, {}, { channel: 'email' }],
  ['voice', { rel: 'voicemail' }, { channel: 'phone', outcome: 'voicemail' }],
  ['voice', { rel: 'outbound' }, { channel: 'phone', direction: 'outbound' }],
  ['voice', { rel: 'inbound', from: { phone: '+447700900123' } }, { channel: 'phone' }],
  [33, {}, { channel: 'phone', outcome: 'voicemail' }],
  [34, {}, { channel: 'phone' }],
  [46, {}, { channel: 'phone', direction: 'outbound' }],
  ['Phone call (incoming)', {}, { channel: 'phone' }],
  ['phone_call_outbound', {}, { channel: 'phone', direction: 'outbound' }],
  ['native_messaging', {}, { channel: 'webchat' }],
  ['chat', {}, { channel: 'webchat' }],
  [57, {}, { channel: 'sms' }],
  ['whatsapp', {}, { channel: 'social' }],
  ['twitter_dm', {}, { channel: 'social' }],
  ['facebook_post', {}, { channel: 'social' }],
  ['web', {}, { channel: 'other' }],
  ['api', {}, { channel: 'other' }],
  ['', {}, { channel: 'other' }],
])('via %s %j', (channel, source, expected) => {
  expect(convert({ ...ticket, via: { channel, source } })).toEqual([expect.objectContaining(expected)])
})

test("a caller's number is an identifier", () => {
  const via = { channel: 'voice', source: { from: { phone: '+447700900123' }, rel: 'inbound' } }
  expect(convert({ ...ticket, via })[0]).toMatchObject({ identifiers: { phone: '+447700900123' } })
})

test.each([
  ['a deleted ticket', { ...ticket, status: 'deleted' }],
  ["Zendesk's own example", { ...ticket, via: { channel: 'sample_ticket' } }],
  ['what a rule made', { ...ticket, via: { channel: 8 } }],
  ['a user among what a search found', { id: 1, result_type: 'user' }],
])('%s is skipped', (_, unit) => {
  expect(convert(unit)).toEqual(['skip'])
})

test('numbers that a spreadsheet has eaten are nobody', () => {
  expect(convert({ ...ticket, requester_id: '1.50066E+12' })[0]).toMatchObject({ identifiers: { crm: '1.50066E+12' } })
  expect(convert({ ...ticket, id: '1.6988E+11' })).toEqual(['schema id'])
})

test.each([
  ['no ticket', { users: [] }, 'schema id'],
  ['no time', { ...ticket, created_at: null }, 'bad_time created_at'],
])('%s is a bad row', (_, unit, expected) => {
  expect(convert(unit)).toEqual([expected])
})
