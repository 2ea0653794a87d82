/**
 * `ga4`: Google Analytics' export to BigQuery, a row an event: NDJSON as BigQuery writes it, or a flat table (CSV) whose parameters are
 * columns of their own, with or without `param_` before their names.
 */
import type { Converted, Format } from '../format.ts'
import type { RawRecord } from '../mapped-record.ts'
import { isJsonObject, type JsonObject } from '../unit.ts'
import { type Columns, createColumns } from './columns.ts'
import { isContactLink, stepOf } from './page-signals.ts'
import {
  type Base,
  countOf,
  isNamingGround,
  isOwnType,
  nameOf,
  ownFields,
  pageOf,
  pageView,
  SKIP,
  textOf,
  timeOf,
  toRecord,
  touch,
  utcTime,
} from './web-records.ts'

/** A field of the row or a parameter of the event, by GA4's name for it. */
type Read = (name: string) => unknown

const valueOf = (value: unknown): unknown =>
  isJsonObject(value)
    ? (value['string_value'] ?? value['int_value'] ?? value['double_value'] ?? value['float_value'])
    : undefined

const parametersOf = (row: JsonObject): ReadonlyMap<unknown, unknown> => {
  const list = Array.isArray(row['event_params']) ? row['event_params'] : []
  return new Map(
    list.flatMap((entry) => (isJsonObject(entry) ? [[entry['key'], valueOf(entry['value'])] as const] : [])),
  )
}

/** What a flat table calls the fields that are deeper in, or have another name. */
const FLAT: Readonly<Record<string, readonly string[]>> = {
  event_name: ['event_name', 'name'],
  event_timestamp: ['event_timestamp', 'timestamp'],
  category: ['device_category', 'device.category'],
}

const readOf = (row: JsonObject, columns: Columns): Read => {
  const parameters = parametersOf(row)
  const own = (name: string): unknown => row[columns.named(row, name) ?? '']
  return (name) => {
    if (name === 'category' && isJsonObject(row['device'])) return row['device']['category']
    if (parameters.has(name)) return parameters.get(name)
    const names = (Object.hasOwn(FLAT, name) ? FLAT[name] : undefined) ?? [
      name,
      `param_${name}`,
      `event_params_${name}`,
    ]
    return names.map(own).find((value) => textOf(value) !== undefined)
  }
}

/** Microseconds since 1970; a flat table may have made a time of them, in UTC. */
const timeOfRow = (text: string | undefined): string => {
  if (text === undefined) return ''
  return /^\d{15,17}$/.test(text) ? timeOf(Math.floor(Number(text) / 1_000)) : utcTime(text)
}

const DEVICES = ['mobile', 'tablet', 'desktop']

/** Only a linking of ours lets the account through that a site has told GA4. */
const personOf = (read: Read): RawRecord => {
  const linking = textOf(read('linking'))
  const account = textOf(read('user_id'))
  if (linking === undefined) return {}
  return isNamingGround(linking) && account !== undefined ? { linking, identifiers: { account } } : { linking }
}

const OWN_PARAMETERS = ['task', 'step', 'code', 'result', 'case']

/** An event that a site names as the contract does, its parameters as the contract's fields. */
const ownEvent = (type: string, read: Read): RawRecord => {
  const useful = textOf(read('useful'))
  const fields = OWN_PARAMETERS.map((name) => [name, textOf(read(name))] as const).filter(
    ([, text]) => text !== undefined,
  )
  return ownFields({
    type,
    ...Object.fromEntries(fields),
    ...(type === 'search' ? { results: countOf(read('results')) } : {}),
    ...(useful === undefined ? {} : { useful: useful === 'true' || useful === '1' }),
  })
}

const toRecords = (base: Base, name: string | undefined, read: Read): readonly Converted[] => {
  switch (name ?? '') {
    case 'page_view':
      return pageView(base, textOf(read('page_title')))
    case 'user_engagement':
    case 'scroll':
    case 'form_submit':
    case 'file_download':
      return touch(base)
    // Google says it for the first field of a form in a page view.
    case 'form_start':
      return [toRecord(base, { type: 'step', step: stepOf(base.url) })]
    case 'click':
      return isContactLink(read('link_url')) ? [toRecord(base, { type: 'contact_viewed' })] : touch(base)
    case 'view_search_results': {
      const results = countOf(read('search_results')) ?? countOf(read('results'))
      return [toRecord(base, { type: 'search', ...(results === undefined ? {} : { results }) })]
    }
    case 'exception':
      return [toRecord(base, { type: 'error', code: 'script' })]
    default:
      return isOwnType(name) ? [toRecord(base, ownEvent(name, read))] : SKIP
  }
}

/** An event has no id of its own; these tell it from every other of its visitor. */
const IDENTITY = [
  'user_pseudo_id',
  'event_timestamp',
  'event_name',
  'event_bundle_sequence_id',
  'bundle_sequence_id',
  'batch_event_index',
  '_fivetran_id',
]

const convert = (unit: unknown, columns: Columns): readonly Converted[] => {
  if (!isJsonObject(unit)) return [{ kind: 'bad', refusal: { reason: 'schema', pointer: '' } }]
  const read = readOf(unit, columns)
  const visitor = textOf(read('user_pseudo_id'))
  const visit = textOf(read('ga_session_id'))
  const device = textOf(read('category'))?.toLowerCase()
  const base = {
    id: nameOf(IDENTITY.map((name) => textOf(read(name)))),
    time: timeOfRow(textOf(read('event_timestamp'))),
    session: visitor === undefined || visit === undefined ? undefined : `${visitor}.${visit}`,
    url: pageOf(read('page_location')),
    ...personOf(read),
    ...(device !== undefined && DEVICES.includes(device) ? { device_class: device } : {}),
  }
  return toRecords(base, textOf(read('event_name')), read)
}

export const ga4Format: Format = {
  name: 'ga4',
  kind: 'web',
  source: 'web',
  units: ['json', 'csv'],
  columns: [['event_name', 'name'], ['event_timestamp', 'timestamp'], ['user_pseudo_id']],
  open: () => {
    const columns = createColumns()
    return (unit) => convert(unit, columns)
  },
}
