/** What a Snowplow event means, whether it came as a tracker's payload or as an enriched row: docs/trackers.md has the table. */
import type { Converted } from '../format.ts'
import { isJsonObject, type JsonObject } from '../unit.ts'
import { createFormVisits } from './form-visits.ts'
import { isContactLink, signalOf, stepOf } from './page-signals.ts'
import {
  type Base,
  countOf,
  fieldsOfAgent,
  isNamingGround,
  OWN_CATEGORY,
  ownEvent,
  ownFields,
  pageOf,
  pageView,
  type Sender,
  SKIP,
  textOf,
  toRecord,
  touch,
} from './web-records.ts'

export interface SelfDescribing {
  readonly vendor: string
  readonly name: string
  readonly data: JsonObject
}

export interface SnowplowEvent {
  readonly id: string | undefined
  readonly time: string
  readonly session: string | undefined
  readonly url: unknown
  readonly title: string | undefined
  /** What happened; a structured event is `struct`, its data category, action, label. */
  readonly event: SelfDescribing
  readonly contexts: readonly SelfDescribing[]
  /** As the site told its tracker. */
  readonly user: string | undefined
  readonly device: string | undefined
  readonly sender: Sender
}

const SNOWPLOW = 'com.snowplowanalytics.snowplow'
const OURS = 'uk.ringback'

const SCHEMA = /^iglu:([\w.-]+)\/([\w.-]+)\/jsonschema\/\d+-\d+-\d+$/

/** `{schema, data}`, or undefined for anything else. */
export const parseSelfDescribing = (value: unknown): SelfDescribing | undefined => {
  if (!isJsonObject(value) || !isJsonObject(value['data'])) return undefined
  const match = SCHEMA.exec(textOf(value['schema']) ?? '')
  return match ? { vendor: match[1] ?? '', name: match[2] ?? '', data: value['data'] } : undefined
}

export const findContext = (
  contexts: readonly SelfDescribing[],
  vendor: string,
  name: string,
): JsonObject | undefined => contexts.find((context) => context.vendor === vendor && context.name === name)?.data

/** The session that the tracker's session context names. */
export const sessionOfContexts = (contexts: readonly SelfDescribing[]): string | undefined =>
  textOf(findContext(contexts, SNOWPLOW, 'client_session')?.['sessionId'])

const baseOf = (event: SnowplowEvent): Base => {
  const { id, time, session, contexts, user, device } = event
  const isOwn = event.event.vendor === OURS && event.event.name === 'web_event'
  const own = isOwn ? ownFields(event.event.data) : {}
  const linking = own['linking'] ?? findContext(contexts, OURS, 'linking')?.['linking']
  const isRobot = findContext(contexts, 'com.iab.snowplow', 'spiders_and_robots')?.['spiderOrRobot'] === true
  const identifiers = {
    ...(isNamingGround(linking) && user !== undefined ? { account: user } : {}),
    ...(linking === 'consent' && device !== undefined ? { device } : {}),
    ...(isJsonObject(own['identifiers']) ? own['identifiers'] : {}),
  }
  return {
    id,
    time,
    session,
    url: pageOf(event.url),
    ...own,
    ...(linking === undefined ? {} : { linking }),
    ...(Object.keys(identifiers).length === 0 ? {} : { identifiers }),
    ...fieldsOfAgent(event.sender),
    ...(isRobot ? { actor: 'bot' } : {}),
  }
}

/** By name, of Snowplow's own events without a memory. What is not here has no meaning for the law. */
const BY_NAME = {
  page_ping: (base: Base) => touch(base),
  submit_form: (base: Base) => touch(base),
  link_click: (base: Base, { targetUrl }: JsonObject) =>
    isContactLink(targetUrl) ? [toRecord(base, { type: 'contact_viewed' })] : touch(base),
  application_error: (base: Base) => [toRecord(base, { type: 'error', code: 'script' })],
  site_search: (base: Base, { totalResults, pageResults }: JsonObject) => {
    const results = countOf(totalResults) ?? countOf(pageResults)
    return [toRecord(base, { type: 'search', ...(results === undefined ? {} : { results }) })]
  },
  struct: (base: Base, { category, action, label }: JsonObject) =>
    category === OWN_CATEGORY ? [toRecord(base, ownEvent(textOf(action), textOf(label)))] : SKIP,
} satisfies Readonly<Record<string, (base: Base, data: JsonObject) => readonly Converted[]>>

const isNamed = (name: string): name is keyof typeof BY_NAME => Object.hasOwn(BY_NAME, name)

/** What is typed there looks for a page; no task is begun by it. */
const isSearchField = ({ type, elementType }: JsonObject): boolean => (elementType ?? type) === 'search'

/** One for each door or file: it remembers which forms were begun. Of what was typed nothing is ever copied. */
export const createSnowplowMapping = (): ((event: SnowplowEvent) => readonly Converted[]) => {
  const forms = createFormVisits()

  const formEvent = ({ id = '', session = '', contexts }: SnowplowEvent, url: string | undefined) => ({
    id,
    session,
    url,
    pageId: textOf(findContext(contexts, SNOWPLOW, 'web_page')?.['id']),
  })

  return (event) => {
    const { vendor, name, data } = event.event
    const base = baseOf(event)
    if (vendor === OURS) return name === 'web_event' ? [toRecord(base, {})] : SKIP
    if (vendor !== SNOWPLOW) return SKIP
    if (name === 'page_view') {
      forms.open(formEvent(event, base.url), signalOf(event.title)?.type === 'validation_error')
      return pageView(base, event.title)
    }
    if (name === 'focus_form' || name === 'change_form')
      return !isSearchField(data) && forms.isVisit(formEvent(event, base.url))
        ? [toRecord(base, { type: 'step', step: stepOf(base.url) })]
        : touch(base)
    return isNamed(name) ? BY_NAME[name](base, data) : SKIP
  }
}
