/**
 * `open311`: service requests of GeoReport v2 (JSON, XML, or a CSV of the same names). docs/formats.md says which field becomes which, and
 * what is no contact.
 */
import type { Format } from './format.ts'
import { createApiTimes, readFields, refuse, SKIPPED, toRecord, type UnitFields } from './unit-fields.ts'

/**
 * GeoReport itself does not tell how a request came; endpoints that do, do so in a field of their own. What a resident reported by
 * themselves, on the web or in an app, is the web journey and no contact.
 */
const SOURCE_FIELDS = ['channel', 'source', 'request_source', 'method_received', 'origin', 'open_data_channel_type']

const SOURCES: readonly (readonly [RegExp, { readonly channel: string; readonly actor?: string } | 'self_service'])[] =
  [
    [/e-?mail/, { channel: 'email' }],
    [
      /\b(?:web\w*|online|internet|apps?|mobile|self\w*|portal|widget|open ?311|api|android|ios|iphone|connect)\b/,
      'self_service',
    ],
    [/phone|\bcall|voice|\bivr\b|hotline/, { channel: 'phone' }],
    [/walk|person|counter|face|visit|desk|kiosk/, { channel: 'face_to_face' }],
    [/letter|post|\bmail|fax/, { channel: 'post' }],
    [/chat/, { channel: 'webchat' }],
    [/\b(?:sms|text)/, { channel: 'sms' }],
    [/twitter|facebook|social|instagram|whatsapp/, { channel: 'social' }],
    [/staff|crew|employee|worker|officer|internal|agent|proactive|maximo/, { channel: 'other', actor: 'internal' }],
  ]

const sourceOf = (request: UnitFields): string =>
  (request.text(...SOURCE_FIELDS) || request.inner('extended_attributes').text(...SOURCE_FIELDS)).toLowerCase()

export const open311Format: Format = {
  name: 'open311',
  kind: 'contacts',
  source: 'open311',
  units: ['json', 'xml', 'csv'],
  lists: ['service_requests', 'requests'],
  columns: [['service_request_id'], ['requested_datetime']],
  xml: { root: 'service_requests', unit: 'request' },
  open: ({ zone }) => {
    const times = createApiTimes(zone)
    return (unit) => {
      const request = readFields(unit)
      const id = request.text('service_request_id')
      // An answer to a report may hold a token alone, until there is a request.
      if (id === '') return refuse('schema', 'service_request_id')
      const source = sourceOf(request)
      const known = SOURCES.find(([names]) => names.test(source))?.[1] ?? { channel: 'other' }
      if (known === 'self_service') return SKIPPED
      const time = times.time(request.text('requested_datetime'))
      if (time === undefined) return refuse('bad_time', 'requested_datetime')
      return toRecord(time, {
        id,
        revision: times.revision(request.text('updated_datetime')),
        ...known,
        queue: request.text('agency_responsible'),
        category: request.text('service_name', 'service_code'),
        disposition: request.text('status'),
        identifiers: {
          case: `open311-${id}`,
          email: request.text('email'),
          phone: request.text('phone'),
        },
      })
    }
  },
}
