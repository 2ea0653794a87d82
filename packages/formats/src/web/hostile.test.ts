/** Whatever is sent: nothing throws, and what comes out is a record, a skip or a refusal. */
import fc from 'fast-check'
import { accessLogFormat } from './access-log-format.ts'
import { ga4Format } from './ga4-format.ts'
import { createMatomoConverter, parseMatomo } from './matomo.ts'
import { snowplowFormat } from './snowplow-format.ts'
import { createPayloadConverter } from './snowplow-payload.ts'
import { LONDON } from './testing/told.ts'

const REQUEST = { received: Date.UTC(2026, 10, 16), userAgent: undefined, isPage: true }
const NAMES = [
  'e',
  'eid',
  'ue_pr',
  'ue_px',
  'co',
  'cx',
  'dtm',
  'stm',
  'ttm',
  'url',
  'page',
  'uid',
  'sid',
  'se_ca',
  'se_ac',
]
const MATOMO = ['url', 'cdt', 'e_c', 'e_a', 'e_n', 'search', 'search_count', '_id', 'uid', 'link', 'ringback_linking']
const GA4 = [
  'event_name',
  'event_timestamp',
  'event_params',
  'device',
  'user_pseudo_id',
  'param_page_location',
  '__proto__',
]
const SNOWPLOW = [
  'event',
  'event_name',
  'event_vendor',
  'derived_tstamp',
  'contexts_uk_ringback_linking_1_0_0',
  '__proto__',
]

const said = fc.constantFrom(
  'ue',
  'pv',
  'se',
  'unstruct',
  'struct',
  'ringback',
  'step',
  '1e999',
  '-1',
  '\0',
  '\ud800',
  '{}',
  '[]',
  'constructor',
)
const value = fc.oneof(
  said,
  fc.string(),
  fc.jsonValue(),
  fc.double(),
  fc.jsonValue().map((any) => JSON.stringify(any)),
)
const object = (names: readonly string[]) => fc.dictionary(fc.oneof(fc.constantFrom(...names), fc.string()), value)

const payloads = createPayloadConverter()
const matomo = createMatomoConverter(LONDON.zone)
const open = [snowplowFormat, ga4Format, accessLogFormat].map((format) => format.open(LONDON))

const kinds = (converted: readonly { readonly kind: string }[]): boolean =>
  converted.length > 0 && converted.every(({ kind }) => ['record', 'skip', 'bad'].includes(kind))

test.each<[string, fc.Arbitrary<unknown>, (unit: unknown) => readonly { readonly kind: string }[]]>([
  ['payloads', object(NAMES), (unit) => payloads(unit, REQUEST)],
  ['no payloads', fc.anything(), (unit) => payloads(unit, REQUEST)],
  ['Matomo', fc.oneof(object(MATOMO), fc.string()), (unit) => matomo(parseMatomo(unit) ?? new Map(), REQUEST)],
  ['enriched rows', object(SNOWPLOW), (unit) => open[0]?.(unit) ?? []],
  [
    'enriched lines',
    fc.array(fc.oneof(said, fc.string()), { minLength: 120, maxLength: 140 }).map((all) => all.join('\t')),
    (unit) => open[0]?.(unit) ?? [],
  ],
  ['rows of GA4', fc.oneof(object(GA4), fc.anything()), (unit) => open[1]?.(unit) ?? []],
  ['lines of a log', fc.string(), (unit) => open[2]?.(unit) ?? []],
])('%s', (_, arbitrary, convert) => {
  fc.assert(
    fc.property(arbitrary, (unit) => kinds(convert(unit))),
    { numRuns: 500 },
  )
})
