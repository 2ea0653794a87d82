/**
 * `snowplow`: events as Snowplow's enrichment leaves them. Lines of 131 columns and more without a header, or a table with one, in which
 * self-describing events and contexts have columns of their own (`unstruct_event_…`, `contexts_…`).
 */
import type { Converted, Format } from '../format.ts'
import { isJsonObject, parseJson } from '../unit.ts'
import { type Columns, createColumns } from './columns.ts'
import {
  createSnowplowMapping,
  parseSelfDescribing,
  type SelfDescribing,
  sessionOfContexts,
} from './snowplow-events.ts'
import { textOf, utcTime } from './web-records.ts'

/** Where a line has what is read, of the canonical event model's columns. */
const PLACES = {
  platform: 1,
  collector_tstamp: 3,
  event: 5,
  event_id: 6,
  user_id: 12,
  domain_userid: 15,
  domain_sessionidx: 16,
  page_url: 29,
  page_title: 30,
  contexts: 52,
  se_category: 53,
  se_action: 54,
  se_label: 55,
  unstruct_event: 58,
  useragent: 77,
  derived_contexts: 122,
  domain_sessionid: 123,
  derived_tstamp: 124,
  event_vendor: 125,
  event_name: 126,
  true_tstamp: 130,
} as const
const LEAST_COLUMNS = 131

type Column = keyof typeof PLACES
type Cells = (column: Column) => string | undefined

interface Told {
  readonly event: SelfDescribing | undefined
  readonly contexts: readonly SelfDescribing[]
}

/** null: it cannot be read. */
const readJson = (text: string | undefined): unknown => (text === undefined ? undefined : (parseJson(text) ?? null))

const SNOWPLOW = 'com.snowplowanalytics.snowplow'
const bad = (pointer: string): readonly Converted[] => [{ kind: 'bad', refusal: { reason: 'json', pointer } }]

/** What is no self-describing event. */
const plainEvent = (cells: Cells): SelfDescribing => {
  const isStruct = cells('event') === 'struct'
  const struct = { category: cells('se_category'), action: cells('se_action'), label: cells('se_label') }
  return { vendor: SNOWPLOW, name: cells('event') ?? '', data: isStruct ? struct : {} }
}

const isRow = (unit: unknown): unit is Readonly<Record<string, string>> => isJsonObject(unit)

/** Of a line; a number is the index of a column whose JSON cannot be read. */
const toldByLine = (cells: Cells): Told | Column => {
  const contexts: SelfDescribing[] = []
  for (const column of ['contexts', 'derived_contexts'] as const) {
    const packed = readJson(cells(column))
    if (packed === null) return column
    const list = isJsonObject(packed) ? packed['data'] : undefined
    contexts.push(...[list].flat().flatMap((context) => parseSelfDescribing(context) ?? []))
  }
  if (cells('event') !== 'unstruct') return { event: plainEvent(cells), contexts }
  const unstruct = readJson(cells('unstruct_event'))
  if (unstruct === null) return 'unstruct_event'
  return { event: isJsonObject(unstruct) ? parseSelfDescribing(unstruct['data']) : undefined, contexts }
}

/** The contexts that are read at all: a column's name alone does not tell a vendor from a name. */
const CONTEXTS = [
  [SNOWPLOW, 'web_page'],
  [SNOWPLOW, 'client_session'],
  ['com.iab.snowplow', 'spiders_and_robots'],
  ['uk.ringback', 'linking'],
] as const

const stemOf = (prefix: string, vendor: string, name: string): string => `${prefix}_${vendor}_${name}_`

/** Of a table's row; text is the column whose JSON cannot be read. */
const toldByRow = (row: Readonly<Record<string, string>>, cells: Cells, columns: Columns): Told | string => {
  const contexts: SelfDescribing[] = []
  for (const [vendor, name] of CONTEXTS) {
    const column = columns.versioned(row, stemOf('contexts', vendor, name))
    const packed = column === undefined ? undefined : readJson(textOf(row[column]))
    if (packed === null) return column ?? ''
    contexts.push(...[packed].flat().flatMap((data) => (isJsonObject(data) ? { vendor, name, data } : [])))
  }
  if (cells('event') !== 'unstruct') return { event: plainEvent(cells), contexts }
  const vendor = cells('event_vendor') ?? ''
  const name = cells('event_name') ?? ''
  const column = columns.versioned(row, stemOf('unstruct_event', vendor, name))
  const data = column === undefined ? undefined : readJson(textOf(row[column]))
  if (data === null) return column ?? ''
  return { event: { vendor, name, data: isJsonObject(data) ? data : {} }, contexts }
}

const sessionOf = (cells: Cells, contexts: readonly SelfDescribing[]): string | undefined => {
  const device = cells('domain_userid')
  const visit = cells('domain_sessionidx')
  const ofDevice = device !== undefined && visit !== undefined ? `${device}.${visit}` : undefined
  return cells('domain_sessionid') ?? sessionOfContexts(contexts) ?? ofDevice
}

export const snowplowFormat: Format = {
  name: 'snowplow',
  kind: 'web',
  source: 'web',
  units: ['csv', 'line'],
  columns: [['event_id'], ['event'], ['derived_tstamp', 'collector_tstamp']],
  open: () => {
    const toRecords = createSnowplowMapping()
    const columns = createColumns()
    const convert = (cells: Cells, told: Told | string): readonly Converted[] => {
      if (typeof told === 'string') return bad(told)
      if (told.event === undefined) return [{ kind: 'skip' }]
      const time = cells('true_tstamp') ?? cells('derived_tstamp') ?? cells('collector_tstamp')
      return toRecords({
        id: cells('event_id'),
        time: time === undefined ? '' : utcTime(time),
        session: sessionOf(cells, told.contexts),
        url: cells('page_url'),
        title: cells('page_title'),
        event: told.event,
        contexts: told.contexts,
        user: cells('user_id'),
        device: cells('domain_userid'),
        sender: { userAgent: cells('useragent'), isPage: cells('platform') !== 'srv' },
      })
    }
    return (unit) => {
      if (isRow(unit)) {
        const cells: Cells = (column) => textOf(unit[columns.named(unit, column) ?? ''])
        return convert(cells, toldByRow(unit, cells, columns))
      }
      const line = String(unit).split('\t')
      if (line.length < LEAST_COLUMNS) return [{ kind: 'bad', refusal: { reason: 'csv_row', pointer: '' } }]
      const cells: Cells = (column) => textOf(line[PLACES[column]])
      return convert(cells, toldByLine(cells))
    }
  },
}
