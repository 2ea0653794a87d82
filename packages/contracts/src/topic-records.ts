/**
 * Records on the topics `web`, `contacts` and `profiles` (CONTRACT section 6): those of section 1 after the edge, with
 * `identifiers` as sorted tokens and `received` added. A message holds one, or an array of those of one carrier.
 */
import type { CanonicalLeg, EdgeLeg, EdgeProfile, EdgeRecord, EdgeWebEvent, Token } from './edge.ts'
import { formatInstant, type Instant, parseInstant } from './instant.ts'
import { type DeviceClass, type RecordKind, type Result, WEB_EVENT_TYPES, type WebEventType } from './records.ts'

interface TopicWebEvent {
  readonly id: string
  readonly time: string
  readonly session: string
  readonly type: WebEventType
  readonly source: string
  readonly identifiers: readonly Token[]
  /** Only of what is not the public's own doing; which of the other actors it was matters to nobody. */
  readonly actor?: 'internal'
  readonly url?: string
  readonly task?: string
  readonly step?: string
  readonly code?: string
  readonly result?: Result
  readonly results?: number
  readonly useful?: boolean
  readonly device_class?: DeviceClass
  readonly received: string
}

const ofWebEvent = (event: EdgeWebEvent): object => ({
  id: event.id,
  time: formatInstant(event.at),
  session: event.session,
  type: event.type,
  source: event.source,
  ...(event.isPublic ? {} : { actor: 'internal' }),
  identifiers: event.tokens,
  url: event.url,
  task: event.task,
  step: event.step,
  code: event.code,
  result: event.result,
  results: event.results,
  useful: event.useful,
  device_class: event.deviceClass,
  received: formatInstant(event.received),
})

/** As JSON. A leg or profile is its canonical JSON with `received` behind it. */
export const toTopicRecord = (record: EdgeRecord): string =>
  record.kind === 'web'
    ? JSON.stringify(ofWebEvent(record))
    : `${record.canonical.slice(0, -1)},"received":"${formatInstant(record.received)}"}`

const refuse = (expected: string): never => {
  throw new TypeError(`a record on a topic of ours: expected ${expected}`)
}

const instant = (text: string): Instant => parseInstant(text) ?? refuse('an instant')

/** What the names of carriers are made of, and what ties them, must be what it says; the rest is as the edge left it. */
const checked = <T extends { readonly source: string; readonly id: string }>(record: T, tokens: unknown): T => {
  if (typeof record.source !== 'string' || typeof record.id !== 'string') refuse('a source and an id')
  if (!Array.isArray(tokens) || !tokens.every((token) => typeof token === 'string')) refuse('tokens')
  return record
}

const toWebEvent = (event: TopicWebEvent): EdgeWebEvent => ({
  kind: 'web',
  id: checked(event, event.identifiers).id,
  at: instant(event.time),
  session: typeof event.session === 'string' ? event.session : refuse('a session'),
  type: WEB_EVENT_TYPES.includes(event.type) ? event.type : refuse('a type'),
  source: event.source,
  isPublic: event.actor === undefined,
  received: instant(event.received),
  tokens: event.identifiers,
  url: event.url,
  task: event.task,
  step: event.step,
  code: event.code,
  result: event.result,
  results: event.results,
  useful: event.useful,
  deviceClass: event.device_class,
})

const toLeg = ({ received, ...leg }: CanonicalLeg & { readonly received: string }): EdgeLeg => ({
  kind: 'contacts',
  source: checked(leg, leg.identifiers ?? []).source,
  conversation: leg.conversation ?? leg.id,
  id: leg.id,
  revision: leg.revision ?? 0,
  canonical: JSON.stringify(leg),
  received: instant(received),
  tokens: leg.identifiers ?? [],
  shows: leg.direction !== 'internal' && (leg.actor ?? 'public') === 'public',
})

interface TopicProfile {
  readonly source: string
  readonly id: string
  readonly revision?: number
  readonly identifiers: readonly Token[]
  readonly received: string
}

const toProfile = ({ received, ...profile }: TopicProfile): EdgeProfile => ({
  kind: 'profiles',
  source: checked(profile, profile.identifiers).source,
  id: profile.id,
  revision: profile.revision ?? 0,
  canonical: JSON.stringify(profile),
  received: instant(received),
  tokens: profile.identifiers,
})

const PARSERS: Readonly<Record<RecordKind, (record: never) => EdgeRecord>> = {
  web: toWebEvent,
  contacts: toLeg,
  profiles: toProfile,
}

/** What a message on a topic of ours holds. Throws where it is none of ours. */
export const parseTopicRecords = (kind: RecordKind, json: string): readonly EdgeRecord[] => {
  const value = JSON.parse(json) as never
  return (Array.isArray(value) ? (value as never[]) : [value]).map(PARSERS[kind])
}
