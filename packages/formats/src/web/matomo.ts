/** Matomo's tracking API: the parameters of one request, however they came. docs/trackers.md has the table. */
import { HOUR_MS, type Instant, SECOND_MS, type Zone } from '@ringback/contracts'
import type { Converted } from '../format.ts'
import type { RawRecord } from '../mapped-record.ts'
import { isJsonObject } from '../unit.ts'
import { isContactLink } from './page-signals.ts'
import {
  type Base,
  countOf,
  fieldsOfAgent,
  isNamingGround,
  nameOf,
  OWN_CATEGORY,
  ownEvent,
  pageOf,
  pageView,
  type Sender,
  SKIP,
  textOf,
  timeOf,
  toRecord,
  touch,
  utcTime,
} from './web-records.ts'

type Parameters = ReadonlyMap<string, string>

/** Of one request; of a bulk request each of its `requests`, as a query string or an object. Undefined for anything else. */
export const parseMatomo = (request: unknown): Parameters | undefined => {
  if (typeof request === 'string') return new Map(new URLSearchParams(request))
  if (!isJsonObject(request)) return undefined
  return new Map(
    Object.entries(request).flatMap(([name, value]) => {
      const text = textOf(value)
      return text === undefined ? [] : [[name, text] as const]
    }),
  )
}

/** Seconds since 1970, or a time of day in UTC; without one, when it was received. */
const timeOfParameters = (parameters: Parameters, received: Instant): string => {
  const stated = textOf(parameters.get('cdt'))
  if (stated === undefined) return timeOf(received)
  return /^\d{1,11}$/.test(stated) ? timeOf(Number(stated) * SECOND_MS) : utcTime(stated)
}

/** When one day's sessions end and the next day's begin, on the council's clocks. */
const DAY_BEGINS_MS = 4 * HOUR_MS

/**
 * Matomo names visitors, not visits. What a visitor does from four in the morning on, for a day, is one session, told without a
 * memory, so that it is the same wherever and however often an event arrives; a long silence cuts an attempt all the same.
 */
const sessionOf = (parameters: Parameters, time: string, zone: Zone): string | undefined => {
  const visitor = textOf(parameters.get('_id')) ?? textOf(parameters.get('cid'))
  const at = Date.parse(time)
  return visitor === undefined || Number.isNaN(at) ? undefined : `${visitor}.${zone.dayOf(at - DAY_BEGINS_MS)}`
}

/** `ringback_linking` is a parameter of ours, that a page may append to its tracker's requests. */
const personOf = (parameters: Parameters): RawRecord => {
  const linking = textOf(parameters.get('ringback_linking'))
  const account = textOf(parameters.get('uid'))
  if (linking === undefined) return {}
  return isNamingGround(linking) && account !== undefined ? { linking, identifiers: { account } } : { linking }
}

const toRecords = (base: Base, parameters: Parameters): readonly Converted[] => {
  const has = (name: string): boolean => textOf(parameters.get(name)) !== undefined
  const of = (name: string): string | undefined => textOf(parameters.get(name))
  if (of('e_c') === OWN_CATEGORY) return [toRecord(base, ownEvent(of('e_a'), of('e_n')))]
  if (has('search')) {
    const results = countOf(of('search_count'))
    return [toRecord(base, { type: 'search', ...(results === undefined ? {} : { results }) })]
  }
  if (has('cra')) return [toRecord(base, { type: 'error', code: 'script' })]
  if (isContactLink(of('link'))) return [toRecord(base, { type: 'contact_viewed' })]
  if (has('link') || has('download') || of('ping') === '1') return touch(base)
  // Other events, contents, goals, orders, media: no word of the law's.
  if (['e_c', 'c_n', 'idgoal', 'ec_id', 'ma_id', 'fa_vid', 'ca'].some(has)) return SKIP
  return has('url') || has('action_name') ? pageView(base, of('action_name')) : SKIP
}

export interface MatomoRequest extends Sender {
  readonly received: Instant
}

export type ConvertMatomo = (parameters: Parameters, request: MatomoRequest) => readonly Converted[]

/** `zone` is the council's. Its `uid` is dropped without a ground, as its `cip`, its search words and its coordinates always are. */
export const createMatomoConverter =
  (zone: Zone): ConvertMatomo =>
  (parameters, request) => {
    const time = timeOfParameters(parameters, request.received)
    const told = textOf(parameters.get('ua'))
    const session = sessionOf(parameters, time, zone)
    const said = [...parameters].filter(([name]) => name !== 'token_auth').map(([name, value]) => `${name}=${value}`)
    const base = {
      id: nameOf([time, ...said.sort()]),
      time,
      session,
      url: pageOf(parameters.get('url')),
      ...personOf(parameters),
      ...fieldsOfAgent(told === undefined ? request : { userAgent: told, isPage: true }),
    }
    return toRecords(base, parameters)
  }
