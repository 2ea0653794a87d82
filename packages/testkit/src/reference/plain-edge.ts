/**
 * A plain edge for tests, without a key: section 2 on raw records, `type:normalised value` for a token. Its telephone
 * numbers are only those that examples and worlds use; libphonenumber decides in production.
 */
import type { EdgeLeg, EdgeProfile, EdgeRecords, EdgeWebEvent, ReferenceConfig } from './types.ts'
import { sortedTexts } from './order.ts'
import { toMs } from './time.ts'

export type RawIdentifiers = Readonly<Record<string, string | readonly string[]>>

/** A record of CONTRACT section 1 before the edge. */
export interface RawRecord {
  readonly identifiers?: RawIdentifiers
  readonly [field: string]: unknown
}

export interface RawRecords {
  readonly web: readonly RawRecord[]
  readonly contacts: readonly RawRecord[]
  readonly profiles: readonly RawRecord[]
}

const normalisePhone = (value: string): string | null => {
  const digits = value
    .replace(/[\s()-]/g, '')
    .replace(/^00/, '+')
    .replace(/^0/, '+44')
  if (/^\+447[1-9]\d{8}$/.test(digits)) return `mobile:${digits}`
  return /^\+44[123]\d{8,9}$/.test(digits) ? `landline:${digits}` : null
}

const normaliseEmail = (value: string): string | null => {
  const email = value.trim().toLowerCase()
  const isEmail = /^[^\s@]+@[^\s@]*\.[^\s@]*$/.test(email) && email.length <= 254
  return isEmail ? `email:${email}` : null
}

const normaliseUprn = (value: string): string | null => {
  const digits = /^0*(\d{1,12})$/.exec(value.trim())?.[1]
  return digits === undefined || digits === '0' ? null : `uprn:${digits}`
}

const named = (type: string, value: string): string | null => (value === '' ? null : `${type}:${value}`)

const normalise: Readonly<Record<string, (value: string) => string | null>> = {
  account: (value) => named('account', value.trim()),
  crm: (value) => named('crm', value.trim()),
  email: normaliseEmail,
  phone: normalisePhone,
  code: (value) => named('code', value.toUpperCase().replace(/[\s-]/g, '').replaceAll('O', '0').replace(/[IL]/g, '1')),
  case: (value) => named('case', value.toUpperCase().replace(/\s/g, '')),
  uprn: normaliseUprn,
  device: (value) => named('device', value),
}

const tokensOf = (identifiers: RawIdentifiers, stopped: ReadonlySet<string>): string[] => {
  const tokens = Object.entries(identifiers).flatMap(([type, values]) =>
    (typeof values === 'string' ? [values] : values).map((value) => normalise[type]?.(value) ?? null),
  )
  return sortedTexts(tokens.filter((token) => token !== null).filter((token) => !stopped.has(token)))
}

/** `identity.stopList`: numbers, or `type:value`. */
const stoppedTokens = (config: ReferenceConfig): Set<string> => {
  const entries = (config.identity?.stopList ?? []).map((entry) => {
    const [, type = 'phone', value = entry] = /^(account|crm|email|phone|code|case|uprn|device):(.*)$/.exec(entry) ?? []
    return normalise[type]?.(value) ?? null
  })
  return new Set(entries.filter((token) => token !== null))
}

const KEPT_BY_LINKING: Readonly<Record<string, readonly string[]>> = { none: ['code'], quoted: ['code', 'case'] }

/** Section 2: what an event's `linking` leaves of its identifiers, the `case` field of a `task_completed` included. */
const identifiersOfEvent = (event: RawRecord): RawIdentifiers => {
  const { identifiers = {} } = event
  const ownCase = event.type === 'task_completed' && typeof event.case === 'string' ? [event.case] : []
  const cases = [...[identifiers.case ?? []].flat(), ...ownCase]
  const kept = KEPT_BY_LINKING[typeof event.linking === 'string' ? event.linking : 'none']
  return Object.fromEntries(
    Object.entries({ ...identifiers, case: cases }).filter(([type]) => kept === undefined || kept.includes(type)),
  )
}

const LINKING_FIELDS = ['identifiers', 'case', 'field', 'rule']
const ABSENT: readonly unknown[] = [null, '', undefined]

const fieldsOf = (record: RawRecord, removed: readonly string[]): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(record).filter(([field, value]) => !removed.includes(field) && !ABSENT.includes(value)),
  )

/** Scheme, query and fragment go; host and path, or a path alone, stay. */
const cutUrl = (url: string): string => url.replace(/^[a-z]+:\/\//i, '').replace(/[?#].*$/s, '')

/** What the records are after the edge. `received` is the event's own time: the reference does not look at it. */
export const plainEdge = (raw: RawRecords, config: ReferenceConfig): EdgeRecords => {
  const stopped = stoppedTokens(config)
  return {
    web: raw.web.map((event) => {
      const url = typeof event.url === 'string' && event.url !== '' ? { url: cutUrl(event.url) } : {}
      const identifiers = tokensOf(identifiersOfEvent(event), stopped)
      const received = toMs(String(event.time))
      return { ...fieldsOf(event, LINKING_FIELDS), ...url, identifiers, received } as unknown as EdgeWebEvent
    }),
    contacts: raw.contacts.map((leg) => {
      const identifiers = tokensOf(leg.identifiers ?? {}, stopped)
      return { ...fieldsOf(leg, ['identifiers']), identifiers, received: 0 } as unknown as EdgeLeg
    }),
    profiles: raw.profiles.map((profile) => {
      const identifiers = tokensOf(profile.identifiers ?? {}, stopped)
      return { ...fieldsOf(profile, ['identifiers']), identifiers, received: 0 } as unknown as EdgeProfile
    }),
  }
}
