/** The Snowplow tracker protocol: what official trackers post to `tp2` or ask of `/i`, one payload an event. */
import type { Instant } from '@ringback/contracts'
import type { Converted } from '../format.ts'
import { isJsonObject, type JsonObject, parseJson } from '../unit.ts'
import {
  createSnowplowMapping,
  parseSelfDescribing,
  type SelfDescribing,
  sessionOfContexts,
} from './snowplow-events.ts'
import { type Sender, textOf, timeOf } from './web-records.ts'

/** What its request told of a payload. */
export interface TrackerRequest extends Sender {
  readonly received: Instant
}

const VENDOR = 'com.snowplowanalytics.snowplow'
const EVENTS: ReadonlyMap<string, string> = new Map([
  ['pv', 'page_view'],
  ['pp', 'page_ping'],
  ['se', 'struct'],
])

/** How finely a sender's clock is corrected: less than the way of a request may vary, so that a retry is at the same instant again. */
const CLOCK_STEP_MS = 10_000

/** By how much a sender's clock is behind, seen by when it says that it sent. */
export const clockErrorOf = (sent: Instant, received: Instant): number =>
  Math.round((received - sent) / CLOCK_STEP_MS) * CLOCK_STEP_MS

const numberOf = (value: unknown): number | undefined => {
  const text = textOf(value)
  return text !== undefined && /^\d{1,16}$/.test(text) ? Number(text) : undefined
}

/** `ttm` is true by the sender's word; `dtm` is by the device's clock, whose error shows in `stm`, the moment of sending. */
const timeOfPayload = (payload: JsonObject, received: Instant): string => {
  const trueTime = numberOf(payload['ttm'])
  if (trueTime !== undefined) return timeOf(trueTime)
  const created = numberOf(payload['dtm'])
  if (created === undefined) return timeOf(received)
  const sent = numberOf(payload['stm'])
  const error = sent === undefined ? 0 : clockErrorOf(sent, received)
  return timeOf(created + error)
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** A JSON field as itself or as base64url; undefined where it is absent, null where it cannot be read. */
const readJson = (plain: unknown, packed: unknown): unknown => {
  const text = textOf(plain)
  const bytes = textOf(packed)
  if (text === undefined && bytes === undefined) return undefined
  try {
    return parseJson(text ?? utf8.decode(Buffer.from(bytes ?? '', 'base64url'))) ?? null
  } catch {
    return null
  }
}

/** Inside the envelope that the protocol puts around: `{schema: unstruct_event or contexts, data}`. */
const withinEnvelope = (value: unknown): unknown => (isJsonObject(value) ? value['data'] : undefined)

const bad = (pointer: string): readonly Converted[] => [{ kind: 'bad', refusal: { reason: 'json', pointer } }]

const eventOf = (payload: JsonObject, unstruct: unknown): SelfDescribing | undefined => {
  if (payload['e'] === 'ue') return parseSelfDescribing(withinEnvelope(unstruct))
  const name = EVENTS.get(textOf(payload['e']) ?? '')
  const { se_ca: category, se_ac: action, se_la: label } = payload
  return name === undefined
    ? undefined
    : { vendor: VENDOR, name, data: name === 'struct' ? { category, action, label } : {} }
}

/** `sid`, else what the session context says, else the device's cookie and the number of its visit. */
const sessionOf = (payload: JsonObject, contexts: readonly SelfDescribing[]): string | undefined => {
  const device = textOf(payload['duid'])
  const visit = textOf(payload['vid'])
  const ofDevice = device !== undefined && visit !== undefined ? `${device}.${visit}` : undefined
  return textOf(payload['sid']) ?? sessionOfContexts(contexts) ?? ofDevice
}

export type ConvertPayload = (payload: unknown, request: TrackerRequest) => readonly Converted[]

/** One for each door: it remembers which forms were begun. */
export const createPayloadConverter = (): ConvertPayload => {
  const toRecords = createSnowplowMapping()
  return (payload, request) => {
    if (!isJsonObject(payload)) return [{ kind: 'bad', refusal: { reason: 'schema', pointer: '' } }]
    const unstruct = readJson(payload['ue_pr'], payload['ue_px'])
    if (unstruct === null) return bad(payload['ue_pr'] === undefined ? '/ue_px' : '/ue_pr')
    const packed = readJson(payload['co'], payload['cx'])
    if (packed === null) return bad(payload['co'] === undefined ? '/cx' : '/co')
    const event = eventOf(payload, unstruct)
    if (event === undefined) return [{ kind: 'skip' }]
    const contexts = [withinEnvelope(packed)].flat().flatMap((context) => parseSelfDescribing(context) ?? [])
    const told = textOf(payload['ua'])
    return toRecords({
      id: textOf(payload['eid']),
      time: timeOfPayload(payload, request.received),
      session: sessionOf(payload, contexts),
      url: payload['url'],
      title: textOf(payload['page']),
      event,
      contexts,
      user: textOf(payload['uid']),
      device: textOf(payload['duid']),
      sender: told === undefined ? request : { userAgent: told, isPage: true },
    })
  }
}
