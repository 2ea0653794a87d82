import { parseInstant } from '@ringback/contracts'
import { createPayloadConverter } from './snowplow-payload.ts'
import { recordsOf, told } from './testing/told.ts'

const RECEIVED = parseInstant('2026-11-16T09:12:03.500Z') ?? 0
const PAGE = 'https://my.borsetshire.gov.uk/bins/address?postcode=ZZ1+1ZZ#top'
const SP = 'iglu:com.snowplowanalytics.snowplow'
const CHROME =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36'

const REQUEST = { received: RECEIVED, userAgent: CHROME, isPage: true }

const ue = (schema: string, data: unknown): Record<string, string> => ({
  e: 'ue',
  ue_pr: JSON.stringify({ schema: `${SP}/unstruct_event/jsonschema/1-0-0`, data: { schema, data } }),
})
const contexts = (...list: (readonly [schema: string, data: unknown])[]): string =>
  JSON.stringify({
    schema: `${SP}/contexts/jsonschema/1-0-0`,
    data: list.map(([schema, data]) => ({ schema, data })),
  })

let events = 0
const payload = (fields: Record<string, unknown>): Record<string, unknown> => ({
  eid: `e-${++events}`,
  sid: 's-1',
  p: 'web',
  url: PAGE,
  dtm: String(RECEIVED - 900),
  stm: String(RECEIVED - 400),
  ...fields,
})
const convert = (fields: Record<string, unknown>, request = REQUEST) =>
  createPayloadConverter()(payload(fields), request)
const record = (fields: Record<string, unknown>, request = REQUEST) => recordsOf(convert(fields, request))[0] ?? {}

describe('what an event means', () => {
  test.each<[string, Record<string, unknown>, readonly string[]]>([
    ['a page view', { e: 'pv', page: 'What is your address?' }, ['page_view']],
    [
      'a page with errors',
      { e: 'pv', page: 'Error: What is your address?' },
      ['page_view', 'validation_error address'],
    ],
    ['a page that is not there', { e: 'pv', page: 'Page not found – Borsetshire' }, ['page_view', 'error not_found']],
    ['a ping', { e: 'pp' }, ['page_view']],
    ['a focus', ue(`${SP}/focus_form/jsonschema/1-0-0`, { elementId: 'postcode', value: 'ZZ1 1ZZ' }), ['step address']],
    [
      'a search field',
      ue(`${SP}/focus_form/jsonschema/1-0-0`, { elementId: 'q', elementType: 'search' }),
      ['page_view'],
    ],
    [
      'a change',
      ue(`${SP}/change_form/jsonschema/1-0-0`, { elementId: 'phone', value: '01632 960001' }),
      ['step address'],
    ],
    ['a submit', ue(`${SP}/submit_form/jsonschema/1-0-0`, { elements: [{ name: 'a', value: 'b' }] }), ['page_view']],
    ['a script that fails', ue(`${SP}/application_error/jsonschema/1-0-1`, { message: 'x' }), ['error script']],
    ['a link', ue(`${SP}/link_click/jsonschema/1-0-1`, { targetUrl: 'https://example.org' }), ['page_view']],
    ['a telephone link', ue(`${SP}/link_click/jsonschema/1-0-1`, { targetUrl: 'tel:01632960000' }), ['contact_viewed']],
    ['a mail link', ue(`${SP}/link_click/jsonschema/1-0-1`, { targetUrl: 'mailto:a@example.org' }), ['contact_viewed']],
    ['a search', ue(`${SP}/site_search/jsonschema/1-0-0`, { terms: ['my', 'bin'], totalResults: 0 }), ['search 0']],
    ['a search of unknown success', ue(`${SP}/site_search/jsonschema/1-0-0`, { terms: ['bin'] }), ['search']],
    [
      'an event of ours',
      ue('iglu:uk.ringback/web_event/jsonschema/1-0-0', { type: 'step', step: 'which_bin' }),
      ['step which_bin'],
    ],
    ['a structured event of ours', { e: 'se', se_ca: 'ringback', se_ac: 'error', se_la: 'payment' }, ['error payment']],
    ['another structured event', { e: 'se', se_ca: 'form', se_ac: 'error' }, ['skip']],
    ['an event of somebody else', ue('iglu:org.example/step/jsonschema/1-0-0', { type: 'step' }), ['skip']],
    ['a name that every object has', ue(`${SP}/constructor/jsonschema/1-0-0`, {}), ['skip']],
    ['a kind that every object has', { e: 'constructor' }, ['skip']],
    ['an order', { e: 'tr', tr_id: '1' }, ['skip']],
    ['a broken event', { e: 'ue', ue_pr: '{' }, ['json /ue_pr']],
    ['a broken packed event', { e: 'ue', ue_px: '!!' }, ['json /ue_px']],
    ['a broken context', { e: 'pv', cx: 'e30ew' }, ['json /cx']],
  ])('%s', (_, fields, expected) => {
    expect(told(convert(fields))).toEqual(expected)
  })
})

test('what is no payload is a bad row', () => {
  expect([null, 'pv', ['pv']].flatMap((one) => told(createPayloadConverter()(one, REQUEST)))).toEqual([
    'schema ',
    'schema ',
    'schema ',
  ])
})

test('of a page view with errors both events have ids of their own, and the page without its query', () => {
  expect(recordsOf(convert({ e: 'pv', eid: 'e-7', page: 'Error: x' }))).toMatchObject([
    { id: 'e-7', url: 'my.borsetshire.gov.uk/bins/address' },
    { id: 'e-7/validation_error', url: 'my.borsetshire.gov.uk/bins/address' },
  ])
})

test('nothing that was typed, searched or read is in a record', () => {
  const typed = ['ZZ1 1ZZ', '01632 960001', 'my leaking bin', 'Ms Example', 'postcode=']
  const said = [
    ue(`${SP}/focus_form/jsonschema/1-0-0`, { value: typed[0] }),
    ue(`${SP}/change_form/jsonschema/1-0-0`, { value: typed[1] }),
    ue(`${SP}/submit_form/jsonschema/1-0-0`, { elements: [{ value: typed[2] }] }),
    ue(`${SP}/site_search/jsonschema/1-0-0`, { terms: [typed[2]] }),
    ue(`${SP}/application_error/jsonschema/1-0-1`, { message: typed[3], stackTrace: typed[0] }),
    ue(`${SP}/link_click/jsonschema/1-0-1`, { targetUrl: `tel:${typed[1]}`, elementContent: typed[3] }),
    ue('iglu:uk.ringback/web_event/jsonschema/1-0-0', { type: 'step', step: 'a', notes: typed[3], name: typed[3] }),
    { e: 'pv', page: typed[3], refr: typed[3] },
  ]
  const records = said.flatMap((fields) => recordsOf(convert({ ...fields, uid: typed[3], ip: typed[3], ua: CHROME })))
  expect(records).toHaveLength(said.length)
  for (const text of [...typed, CHROME]) expect(JSON.stringify(records)).not.toContain(text)
})

describe('when it happened', () => {
  test.each<[string, Record<string, unknown>, string]>([
    ['by the true time', { ttm: String(RECEIVED - 5_000) }, '2026-11-16T09:11:58.500Z'],
    ['by the clock of a device that is right', {}, '2026-11-16T09:12:02.600Z'],
    [
      'by the clock of a device that is an hour ahead',
      { dtm: String(RECEIVED + 3_599_100), stm: String(RECEIVED + 3_599_600) },
      '2026-11-16T09:12:02.600Z',
    ],
    [
      'by the clock of a device that is a day behind',
      { dtm: String(RECEIVED - 86_401_000), stm: String(RECEIVED - 86_400_000) },
      '2026-11-16T09:12:02.500Z',
    ],
    [
      'what waited in the tracker is as old as it says',
      { dtm: String(RECEIVED - 600_000) },
      '2026-11-16T09:02:03.500Z',
    ],
    [
      'without the moment of sending the clock is believed',
      { dtm: '1794812520000', stm: undefined },
      '2026-11-16T07:02:00.000Z',
    ],
    ['without any, when it was received', { dtm: undefined }, '2026-11-16T09:12:03.500Z'],
    ['a time that nobody could store', { ttm: '8888888888888888' }, '8888888888888888'],
  ])('%s', (_, fields, expected) => {
    expect(record({ e: 'pv', ...fields })['time']).toBe(expected)
  })

  test('an event that is sent again is at the same instant, though its way was longer', () => {
    const ahead = { dtm: String(RECEIVED + 3_600_000), stm: String(RECEIVED + 3_600_000) }
    const again = { ...ahead, stm: String(RECEIVED + 3_600_000 + 7_000) }
    expect(record({ e: 'pv', ...again }, { ...REQUEST, received: RECEIVED + 9_000 })['time']).toBe(
      record({ e: 'pv', ...ahead })['time'],
    )
  })
})

describe('whose session it is', () => {
  const session = contexts([`${SP}/client_session/jsonschema/1-0-2`, { sessionId: 's-context' }])
  const blank = contexts([`${SP}/client_session/jsonschema/1-0-2`, { sessionId: '' }])
  test.each<[string, Record<string, unknown>, unknown]>([
    ['sid', { sid: 's-9', co: session }, 's-9'],
    ['the session context', { sid: undefined, co: session }, 's-context'],
    ['the session context, packed', { sid: undefined, cx: Buffer.from(session).toString('base64url') }, 's-context'],
    ['the cookie and the number of its visit', { sid: '', co: blank, duid: 'd-1', vid: '3' }, 'd-1.3'],
    ['none', { sid: undefined, duid: 'd-1' }, undefined],
  ])('%s', (_, fields, expected) => {
    expect(record({ e: 'pv', ...fields })['session']).toBe(expected)
  })
})

describe('who may be named', () => {
  const linked = (linking: string) => ({ co: contexts(['iglu:uk.ringback/linking/jsonschema/1-0-0', { linking }]) })
  const own = (data: object) => ue('iglu:uk.ringback/web_event/jsonschema/1-0-0', { type: 'step', step: 'a', ...data })
  const who = { uid: 'account-1', duid: 'device-1' }
  test.each<[string, Record<string, unknown>, unknown]>([
    ['nobody, by default', { e: 'pv' }, undefined],
    ['nobody without a ground', { e: 'pv', ...linked('none') }, undefined],
    ['nobody who only quoted', { e: 'pv', ...linked('quoted') }, undefined],
    ['who consented', { e: 'pv', ...linked('consent') }, { account: 'account-1', device: 'device-1' }],
    ['who saved or sent', { e: 'pv', ...linked('transaction') }, { account: 'account-1' }],
    [
      'by an event of ours',
      own({ linking: 'transaction', identifiers: { case: 'C-1' } }),
      { account: 'account-1', case: 'C-1' },
    ],
    [
      'by an event of ours, itself',
      own({ linking: 'consent', identifiers: { account: 'a-2' } }),
      { account: 'a-2', device: 'device-1' },
    ],
    ['a code that was quoted', own({ identifiers: { code: 'K7M4QX' } }), { code: 'K7M4QX' }],
  ])('%s', (_, fields, expected) => {
    expect(record({ ...who, ...fields })['identifiers']).toEqual(expected)
  })
})

describe('who acts, and on what', () => {
  const server = { received: RECEIVED, userAgent: 'node', isPage: false }
  const bot = { ...REQUEST, userAgent: 'Mozilla/5.0 (compatible; Examplebot/1.0)' }
  const robot = contexts(['iglu:com.iab.snowplow/spiders_and_robots/jsonschema/1-0-0', { spiderOrRobot: true }])
  const own = ue('iglu:uk.ringback/web_event/jsonschema/1-0-0', { type: 'step', step: 'a', actor: 'agent' })
  test.each<[string, Record<string, unknown>, typeof REQUEST, unknown]>([
    ['a browser', {}, REQUEST, [undefined, 'desktop']],
    ['a bot', {}, bot, ['bot', undefined]],
    ['a server that says nothing of its visitor', { p: 'srv' }, server, [undefined, undefined]],
    ['a server that tells its visitor', { p: 'srv', ua: 'curl/8.5.0' }, server, ['bot', undefined]],
    ['what the enrichment found to be a robot', { co: robot }, REQUEST, ['bot', 'desktop']],
    ['an agent, by an event of ours', own, REQUEST, ['agent', 'desktop']],
  ])('%s', (_, fields, request, expected) => {
    const { actor, device_class: device } = record({ e: 'pv', ...fields }, request)
    expect([actor, device]).toEqual(expected)
  })
})

test('a form of several fields on several pages, with errors and a retry, has a visit a page', () => {
  const convertOne = createPayloadConverter()
  const page = (id: string, path: string, title: string, fields: number) => {
    const common = { url: `https://x.org/bins/${path}`, co: contexts([`${SP}/web_page/jsonschema/1-0-0`, { id }]) }
    const focus = ue(`${SP}/focus_form/jsonschema/1-0-0`, { elementId: 'f', value: 'typed' })
    return [
      payload({ ...common, e: 'pv', page: title }),
      ...Array.from({ length: fields }, () => payload({ ...common, ...focus })),
    ]
  }
  const heard = [
    ...page('p-1', 'address', 'Your address', 2),
    ...page('p-2', 'address', 'Error: Your address', 2),
    ...page('p-3', 'which_bin', 'Which bin?', 1),
  ]
  expect(heard.flatMap((one) => told(convertOne(one, REQUEST)))).toEqual([
    'page_view',
    'step address',
    'page_view',
    'page_view',
    'validation_error address',
    'page_view',
    'page_view',
    'page_view',
    'step which_bin',
  ])
})
