import { snowplowFormat } from './snowplow-format.ts'
import { LONDON, recordsOf, told } from './testing/told.ts'

const SP = 'iglu:com.snowplowanalytics.snowplow'
const FOCUS = { schema: `${SP}/focus_form/jsonschema/1-0-0`, data: { elementId: 'postcode', value: 'ZZ1 1ZZ' } }
const WEB_PAGE = { schema: `${SP}/web_page/jsonschema/1-0-0`, data: { id: 'p-1' } }
const LINKING = { schema: 'iglu:uk.ringback/linking/jsonschema/1-0-0', data: { linking: 'consent' } }
const ROBOT = { schema: 'iglu:com.iab.snowplow/spiders_and_robots/jsonschema/1-0-0', data: { spiderOrRobot: true } }

const unstruct = (event: unknown) => JSON.stringify({ schema: `${SP}/unstruct_event/jsonschema/1-0-0`, data: event })
const contexts = (...list: unknown[]) => JSON.stringify({ schema: `${SP}/contexts/jsonschema/1-0-1`, data: list })

/** What is said of an event, by the canonical model's place of each column. */
const line = (cells: Readonly<Record<number, string>>): string => {
  const columns = Array<string>(131).fill('')
  const common = { 1: 'web', 5: 'page_view', 6: 'e-1', 29: 'https://x.org/bins/address?p=ZZ1', 123: 's-1' }
  const times = { 3: '2026-11-16 09:12:09.000', 124: '2026-11-16 09:12:03.1209999' }
  for (const [place, text] of Object.entries({ ...common, ...times, ...cells })) columns[Number(place)] = text
  return columns.join('\t')
}
const row = (cells: object) => ({
  event: 'page_view',
  event_id: 'e-1',
  page_url: 'https://x.org/bins/address?p=ZZ1',
  domain_sessionid: 's-1',
  derived_tstamp: '2026-11-16 09:12:03.120',
  ...cells,
})
const open = () => snowplowFormat.open(LONDON)

const FOCUS_LINE = line({ 5: 'unstruct', 58: unstruct(FOCUS), 52: contexts(WEB_PAGE) })
const FOCUS_ROW = row({
  event: 'unstruct',
  event_vendor: 'com.snowplowanalytics.snowplow',
  event_name: 'focus_form',
  unstruct_event_com_snowplowanalytics_snowplow_focus_form_1_0_0: JSON.stringify(FOCUS.data),
  contexts_com_snowplowanalytics_snowplow_web_page_1_0_0: JSON.stringify([WEB_PAGE.data]),
})

test.each<[string, unknown, readonly string[]]>([
  ['a view, as a line', line({ 30: 'Error: Your address' }), ['page_view', 'validation_error address']],
  ['a view, as a row', row({ page_title: 'Error: Your address' }), ['page_view', 'validation_error address']],
  ['a focus, as a line', FOCUS_LINE, ['step address']],
  ['a focus, as a row', FOCUS_ROW, ['step address']],
  ['a structured event of ours', line({ 5: 'struct', 53: 'ringback', 54: 'error', 55: 'payment' }), ['error payment']],
  ['another structured event', row({ event: 'struct', se_category: 'x' }), ['skip']],
  [
    'an event whose column is not there',
    row({ event: 'unstruct', event_vendor: 'org.example', event_name: 'a' }),
    ['skip'],
  ],
  ['a line that is cut', line({}).split('\t').slice(0, 130).join('\t'), ['csv_row ']],
  ['a line with columns after the last', `${line({})}\t2026-11-16 09:13:00`, ['page_view']],
  ['a broken event', line({ 5: 'unstruct', 58: '{' }), ['json unstruct_event']],
  ['a broken context', line({ 52: '{' }), ['json contexts']],
  [
    'a broken context of a row',
    { ...FOCUS_ROW, contexts_uk_ringback_linking_1_0_0: '[{' },
    ['json contexts_uk_ringback_linking_1_0_0'],
  ],
  ['a line without an event', line({ 5: '' }), ['skip']],
])('%s', (_, unit, expected) => {
  expect(told(open()(unit))).toEqual(expected)
})

test('a line and a row of one event are the same record', () => {
  const record = {
    id: 'e-1',
    time: '2026-11-16T09:12:03.120Z',
    session: 's-1',
    url: 'x.org/bins/address',
    type: 'step',
    step: 'address',
  }
  expect([FOCUS_LINE, FOCUS_ROW].map((unit) => recordsOf(open()(unit))[0])).toEqual([record, record])
})

test('nothing that was typed is in it', () => {
  expect(JSON.stringify([...open()(FOCUS_LINE), ...open()(FOCUS_ROW)])).not.toContain('ZZ1')
})

test.each<[string, unknown, object]>([
  ['the true time wins', line({ 130: '2026-11-16 08:00:00' }), { time: '2026-11-16T08:00:00.000Z' }],
  ['else when it was collected', line({ 124: '' }), { time: '2026-11-16T09:12:09.000Z' }],
  ['a time that is none is told', line({ 124: 'noon' }), { time: 'noon' }],
  ['a cookie and its visit are a session', line({ 123: '', 15: 'd-1', 16: '4' }), { session: 'd-1.4' }],
  ['nothing is a session', line({ 123: '' }), { session: undefined }],
  ['an account without a ground is dropped', line({ 12: 'a-1' }), { identifiers: undefined }],
  [
    'an account with consent stays',
    line({ 12: 'a-1', 15: 'd-1', 52: contexts(LINKING) }),
    { identifiers: { account: 'a-1', device: 'd-1' } },
  ],
  [
    'a row has its contexts beside',
    row({ user_id: 'a-1', contexts_uk_ringback_linking_1_0_0: '[{"linking":"transaction"}]' }),
    { identifiers: { account: 'a-1' } },
  ],
  ['a robot is told', line({ 122: contexts(ROBOT) }), { actor: 'bot' }],
  ['a crawler is told', line({ 77: 'Mozilla/5.0 (compatible; Examplebot/1.0)' }), { actor: 'bot' }],
  ['a server is no bot', line({ 1: 'srv', 77: 'node' }), { actor: undefined }],
])('%s', (_, unit, expected) => {
  const record = recordsOf(open()(unit))[0] ?? {}
  expect(Object.fromEntries(Object.keys(expected).map((name) => [name, record[name]]))).toEqual(expected)
})
