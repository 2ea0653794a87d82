import { ga4Format } from './ga4-format.ts'
import { LONDON, recordsOf, told } from './testing/told.ts'

const PAGE = 'https://x.org/bins/address?postcode=ZZ1'

/** As BigQuery writes a row. */
const exported = (name: string, parameters: Readonly<Record<string, string | number>> = {}, fields: object = {}) => ({
  event_name: name,
  event_timestamp: '1794820323120999',
  event_params: Object.entries({ ga_session_id: 1_794_820_000, page_location: PAGE, ...parameters }).map(
    ([key, value]) => ({
      key,
      value: typeof value === 'string' ? { string_value: value } : { int_value: String(value) },
    }),
  ),
  user_pseudo_id: '123.456',
  device: { category: 'mobile' },
  ...fields,
})
const flat = (name: string, cells: object = {}) => ({
  name,
  timestamp: '2026-11-16 09:12:03.120',
  user_pseudo_id: '123.456',
  device_category: 'Mobile',
  param_ga_session_id: '1794820000',
  param_page_location: PAGE,
  ...cells,
})
const convert = (unit: unknown) => ga4Format.open(LONDON)(unit)

test.each<[string, unknown, readonly string[]]>([
  ['a view', exported('page_view', { page_title: 'Your address' }), ['page_view']],
  [
    'a view with errors',
    exported('page_view', { page_title: 'Error: Your address' }),
    ['page_view', 'validation_error address'],
  ],
  ['a flat view', flat('page_view', { param_page_title: 'Page not found' }), ['page_view', 'error not_found']],
  ['a form begun', exported('form_start', { form_id: 'f' }), ['step address']],
  ['a form sent', exported('form_submit'), ['page_view']],
  ['a scroll', flat('scroll'), ['page_view']],
  ['a link', exported('click', { link_url: 'https://example.org' }), ['page_view']],
  ['a telephone link', exported('click', { link_url: 'tel:01632960000' }), ['contact_viewed']],
  ['a search', exported('view_search_results', { search_term: 'bin' }), ['search']],
  ['a search without results', exported('view_search_results', { results: 0 }), ['search 0']],
  ['a script that fails', exported('exception', { description: 'x' }), ['error script']],
  ['a step of ours', exported('step', { step: 'which_bin' }), ['step which_bin']],
  ['an error of ours', exported('error', { code: 'payment' }), ['error payment']],
  ['a completion of ours', flat('task_completed', { param_result: 'refused' }), ['task_completed refused']],
  ['feedback of ours', exported('feedback', { useful: 'false' }), ['feedback false']],
  ['a purchase', flat('purchase'), ['skip']],
  ['a name that every object has', exported('constructor'), ['skip']],
  ['no row', 'page_view', ['schema ']],
])('%s', (_, unit, expected) => {
  expect(told(convert(unit))).toEqual(expected)
})

test('a row of BigQuery and a flat one say the same, but for the name of the event', () => {
  const record = {
    time: '2026-11-16T09:12:03.120Z',
    session: '123.456.1794820000',
    url: 'x.org/bins/address',
    device_class: 'mobile',
    type: 'step',
    step: 'address',
  }
  const records = [exported('form_start'), flat('form_start')].map((unit) => recordsOf(convert(unit))[0])
  expect(records).toEqual([
    { id: expect.any(String), ...record },
    { id: expect.any(String), ...record },
  ])
})

test('a row that is exported again is the same event; another of the same moment is not', () => {
  const ids = [
    exported('scroll'),
    exported('scroll'),
    exported('click'),
    exported('scroll', {}, { batch_event_index: 2 }),
  ].map((unit) => recordsOf(convert(unit))[0]?.['id'])
  expect([ids[0] === ids[1], ids[0] === ids[2], ids[0] === ids[3]]).toEqual([true, false, false])
})

test('without a session it is of none', () => {
  expect(recordsOf(convert(flat('scroll', { param_ga_session_id: '' })))[0]?.['session']).toBeUndefined()
})

test('nobody is named without a ground', () => {
  const units = [{}, { linking: 'none' }, { linking: 'consent' }].map((parameters) =>
    exported('scroll', parameters, { user_id: 'a-1' }),
  )
  expect(units.map((unit) => recordsOf(convert(unit))[0]?.['identifiers'])).toEqual([
    undefined,
    undefined,
    { account: 'a-1' },
  ])
})
