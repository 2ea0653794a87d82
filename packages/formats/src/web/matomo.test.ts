import { parseInstant } from '@ringback/contracts'
import { createMatomoConverter, parseMatomo } from './matomo.ts'
import { LONDON, recordsOf, told } from './testing/told.ts'

const RECEIVED = parseInstant('2026-11-16T09:12:03.500Z') ?? 0
const REQUEST = { received: RECEIVED, userAgent: 'node', isPage: false }
const VISITOR = '0123456789abcdef'

const convert = (query: unknown, request = REQUEST) =>
  createMatomoConverter(LONDON.zone)(parseMatomo(query) ?? new Map(), request)
const of = (fields: Readonly<Record<string, string>>): string =>
  `?${new URLSearchParams({ idsite: '1', rec: '1', _id: VISITOR, url: 'https://x.org/bins/address?p=ZZ1', ...fields }).toString()}`
const record = (fields: Readonly<Record<string, string>>) => recordsOf(convert(of(fields)))[0] ?? {}

test.each<[string, Readonly<Record<string, string>>, readonly string[]]>([
  ['a view', { action_name: 'Your address' }, ['page_view']],
  ['a view with errors', { action_name: 'Error: Your address' }, ['page_view', 'validation_error address']],
  [
    'a page that has gone wrong',
    { action_name: 'Sorry, there is a problem with the service' },
    ['page_view', 'error server_error'],
  ],
  ['a ping', { ping: '1' }, ['page_view']],
  ['a search', { search: 'my bin', search_cats: 'bins', search_count: '0' }, ['search 0']],
  ['a search of unknown success', { search: 'my bin' }, ['search']],
  ['a step of ours', { e_c: 'ringback', e_a: 'step', e_n: 'which_bin' }, ['step which_bin']],
  ['an error of ours', { e_c: 'ringback', e_a: 'error', e_n: 'payment' }, ['error payment']],
  ['a completion of ours', { e_c: 'ringback', e_a: 'task_completed', e_n: 'refused' }, ['task_completed refused']],
  ['a start of ours', { e_c: 'ringback', e_a: 'task_started', e_n: 'x' }, ['task_started']],
  ['feedback of ours', { e_c: 'ringback', e_a: 'feedback', e_n: 'no' }, ['feedback false']],
  ['a word of ours that there is not', { e_c: 'ringback', e_a: 'stop' }, ['stop']],
  ['another event', { e_c: 'form', e_a: 'error', e_n: 'missed-bin' }, ['skip']],
  ['a link', { link: 'https://example.org' }, ['page_view']],
  ['a telephone link', { link: 'tel:01632960000' }, ['contact_viewed']],
  ['a download', { download: 'https://x.org/a.pdf' }, ['page_view']],
  ['a crash', { ca: '1', cra: 'Ms Example is not defined' }, ['error script']],
  ['a goal', { idgoal: '3' }, ['skip']],
])('%s', (_, fields, expected) => {
  expect(told(convert(of(fields)))).toEqual(expected)
})

test('a request may be a query or an object, and nothing else', () => {
  expect(told(convert({ _id: VISITOR, url: 'https://x.org/a', rec: 1, action_name: 'A' }))).toEqual(['page_view'])
  expect([7, null, ['?url=a']].map(parseMatomo)).toEqual([undefined, undefined, undefined])
})

test.each([
  ['1794820323', '2026-11-16T09:12:03.000Z'],
  ['2026-11-16 09:12:03', '2026-11-16T09:12:03.000Z'],
  ['2026-11-16T09:12:03.120Z', '2026-11-16T09:12:03.120Z'],
  ['noon', 'noon'],
  ['', '2026-11-16T09:12:03.500Z'],
])('the time %j is %s', (cdt, time) => {
  expect(record({ cdt })['time']).toBe(time)
})

test.each([
  ['2026-07-16T02:59:59Z', `${VISITOR}.2026-07-15`],
  ['2026-07-16T03:00:00Z', `${VISITOR}.2026-07-16`],
  ['2026-07-17T02:59:59Z', `${VISITOR}.2026-07-16`],
])('what a visitor does from four in the morning on is one session: %s', (cdt, session) => {
  expect(record({ cdt })['session']).toBe(session)
})

test('a request without a visitor is of no session', () => {
  expect(recordsOf(convert('?url=https://x.org/a&rec=1'))[0]?.['session']).toBeUndefined()
})

test('a request that is sent again is the same event; another is not', () => {
  const ids = ['1', '1', '2'].map((rand) => record({ cdt: '1794820323', rand, token_auth: `t${Math.random()}` })['id'])
  expect([ids[0] === ids[1], ids[0] === ids[2]]).toEqual([true, false])
})

test.each<[string, Readonly<Record<string, string>>, unknown]>([
  ['without a ground nobody is named', { uid: 'a-1' }, undefined],
  ['who has quoted is not', { uid: 'a-1', ringback_linking: 'quoted' }, undefined],
  ['who has consented is', { uid: 'a-1', ringback_linking: 'consent' }, { account: 'a-1' }],
])('%s', (_, fields, expected) => {
  expect(record(fields)['identifiers']).toEqual(expected)
})

test('nothing that was typed, nor where somebody is, is in it', () => {
  const secret = {
    search: 'ZZ1 1ZZ',
    cip: '192.0.2.1',
    uid: 'ms@example.org',
    lat: '51.5',
    cra: 'Ms Example',
    dimension1: 'x.y',
  }
  const said = JSON.stringify([secret, { ...secret, search: '' }].flatMap((fields) => convert(of(fields))))
  for (const text of ['ZZ1', ...Object.values(secret)]) expect(said).not.toContain(text)
})

test('the agent that a server tells is its visitor’s', () => {
  const agents = ['Mozilla/5.0 (compatible; Examplebot/1.0)', 'Mozilla/5.0 (iPhone) Mobile/15E148']
  expect(agents.map((ua) => record({ ua })).map((one) => [one['actor'], one['device_class']])).toEqual([
    ['bot', undefined],
    [undefined, 'mobile'],
  ])
})
