/**
 * The edge: a raw record is checked against the contract, its identifiers become tokens, and it goes on as an
 * `EdgeRecord`; or it is refused with a reason and a pointer. Every door leads through here (SEMANTICS sections 1, 2;
 * CONTRACT section 1).
 */
import {
  cutUrl,
  type EdgeLeg,
  type EdgeProfile,
  type EdgeRecord,
  type EdgeWebEvent,
  ID_LENGTH,
  type Identifiers,
  type Instant,
  type Leg,
  legSchema,
  MINUTE_MS,
  parseDay,
  parseInstant,
  type Profile,
  profileSchema,
  type RecordKind,
  type Refusal,
  type Token,
  type WebEvent,
  webEventSchema,
} from '@ringback/contracts'
import type { NoTokenReason, Tokeniser } from '@ringback/identity'
import type { Rules } from '@ringback/journeys'
import { clean, isAbsent, isObject, isTooDeep } from './clean.ts'

/** What the edge noticed without refusing anything. */
export interface EdgeCounts {
  unknownTask: number
  noToken: Partial<Record<NoTokenReason, number>>
}

export type Accepted =
  | { readonly kind: 'pass'; readonly record: EdgeRecord }
  | {
      readonly kind: 'bad'
      readonly refusal: Refusal
      /** null: nothing tells. */
      readonly recordKind: RecordKind | null
      readonly source: string | null
    }

export interface Door {
  /** What the records are; told from their fields where it is not stated. */
  readonly kind?: RecordKind | undefined
  /** For records that name none. */
  readonly source?: string | undefined
}

export interface Intake {
  /** `received` is also the clock by which an event may not lie in the future. */
  readonly accept: (raw: unknown, door: Door, received: Instant, counts: EdgeCounts) => Accepted
}

/** Clocks differ; more than this ahead is a mistake. */
const FUTURE_MS = 5 * MINUTE_MS

const FIELDS = {
  web: Object.keys(webEventSchema.shape),
  contacts: Object.keys(legSchema.shape),
  profiles: Object.keys(profileSchema.shape),
}
const SCHEMAS = { web: webEventSchema, contacts: legSchema, profiles: profileSchema } as const

const hasField = (raw: Readonly<Record<string, unknown>>, name: string): boolean =>
  Object.hasOwn(raw, name) && !isAbsent(raw[name])

const kindOf = (raw: Readonly<Record<string, unknown>>): RecordKind =>
  hasField(raw, 'session') ? 'web' : hasField(raw, 'channel') ? 'contacts' : 'profiles'

const refuse = (reason: Refusal['reason'], pointer: string): { kind: 'bad'; refusal: Refusal } => ({
  kind: 'bad',
  refusal: { reason, pointer },
})

/** Known fields in canonical order: RFC 8785 is JSON with its keys sorted, for a record without inner objects. */
const canonicalJson = (record: Leg | Profile, tokens: readonly Token[]): string => {
  const entries = Object.entries({ ...record, ...(record.identifiers ? { identifiers: tokens } : {}) })
  return JSON.stringify(Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1))))
}

type Parsed<T> = { readonly kind: 'pass'; readonly record: T } | { readonly kind: 'bad'; readonly refusal: Refusal }

const parseTime = (text: string, received: Instant): Instant | Refusal => {
  const at = parseInstant(text)
  if (at === undefined) return { reason: 'bad_time', pointer: '/time' }
  return at > received + FUTURE_MS ? { reason: 'future', pointer: '/time' } : at
}

type SchemaError = ReturnType<(typeof SCHEMAS)[RecordKind]['safeParse']>['error']

/** The first thing wrong, as deep as can be told. */
const refuseBySchema = (kind: RecordKind, value: Readonly<Record<string, unknown>>, error: SchemaError) => {
  const issue = error?.issues[0]
  const path = issue?.path ?? []
  if (kind === 'web' && path[0] === 'type' && typeof value['type'] === 'string') return refuse('unknown_type', '/type')
  const within = issue?.code === 'invalid_union' ? issue.errors.map((branch) => branch[0]?.path ?? []) : []
  const deepest = within.find((inner) => inner.length > 0) ?? []
  return refuse('schema', [...path, ...deepest].map((key) => `/${String(key)}`).join(''))
}

export const createIntake = (tokeniser: Tokeniser, rules: Rules): Intake => {
  const tokensOf = (identifiers: Identifiers | undefined, counts: EdgeCounts): Token[] =>
    tokeniser.tokensOf(identifiers, (reason) => {
      counts.noToken[reason] = (counts.noToken[reason] ?? 0) + 1
    })

  const parseWebEvent = (event: WebEvent, received: Instant, counts: EdgeCounts): Parsed<EdgeWebEvent> => {
    const at = parseTime(event.time, received)
    if (typeof at !== 'number') return { kind: 'bad', refusal: at }
    if (event.type === 'step' && event.step === undefined) return refuse('schema', '/step')
    if (event.task !== undefined && !rules.task(event.task)) counts.unknownTask++
    let identifiers = tokeniser.linked(event.identifiers, event.linking ?? 'none')
    if (event.type === 'task_completed' && event.case !== undefined && (event.linking ?? 'none') !== 'none')
      identifiers = { ...identifiers, case: [identifiers?.case ?? [], event.case].flat() }
    return {
      kind: 'pass',
      record: {
        kind: 'web',
        id: event.id,
        at,
        session: event.session,
        type: event.type,
        source: event.source ?? 'web',
        isPublic: (event.actor ?? 'public') === 'public',
        received,
        tokens: tokensOf(identifiers, counts),
        url: cutUrl(event.url ?? '') || undefined,
        task: event.task,
        step: event.step,
        code: event.type === 'error' ? event.code : undefined,
        result: event.result,
        results: event.results,
        useful: event.useful,
        deviceClass: event.device_class,
      },
    }
  }

  const parseLeg = (leg: Leg, received: Instant, counts: EdgeCounts): Parsed<EdgeLeg> => {
    if (leg.time === undefined && leg.date === undefined) return refuse('schema', '/time')
    if (leg.time !== undefined) {
      const at = parseTime(leg.time, received)
      if (typeof at !== 'number') return { kind: 'bad', refusal: at }
    }
    if (leg.date !== undefined) {
      const day = parseDay(leg.date)
      if (day === undefined) return refuse('bad_time', '/date')
      if (rules.instantOf(day, 0) > received + FUTURE_MS) return refuse('future', '/date')
    }
    if (leg.tasks?.some((task) => !rules.task(task))) counts.unknownTask++
    const tokens = tokensOf(leg.identifiers, counts)
    return {
      kind: 'pass',
      record: {
        kind: 'contacts',
        source: leg.source,
        conversation: leg.conversation ?? leg.id,
        id: leg.id,
        revision: leg.revision ?? 0,
        canonical: canonicalJson(leg, tokens),
        received,
        tokens,
        shows: leg.direction !== 'internal' && (leg.actor ?? 'public') === 'public',
      },
    }
  }

  const parseProfile = (profile: Profile, received: Instant, counts: EdgeCounts): Parsed<EdgeProfile> => {
    const tokens = tokensOf(profile.identifiers, counts)
    const { source, id, revision = 0 } = profile
    const canonical = canonicalJson(profile, tokens)
    return { kind: 'pass', record: { kind: 'profiles', source, id, revision, canonical, received, tokens } }
  }

  const parse = (
    kind: RecordKind,
    value: Readonly<Record<string, unknown>>,
    received: Instant,
    counts: EdgeCounts,
  ): Parsed<EdgeRecord> => {
    const result = SCHEMAS[kind].safeParse(value)
    if (!result.success) return refuseBySchema(kind, value, result.error)
    if (kind === 'web') return parseWebEvent(result.data as WebEvent, received, counts)
    if (kind === 'contacts') return parseLeg(result.data as Leg, received, counts)
    return parseProfile(result.data as Profile, received, counts)
  }

  return {
    accept: (raw, door, received, counts) => {
      if (!isObject(raw)) return { ...refuse('schema', ''), recordKind: door.kind ?? null, source: door.source ?? null }
      const kind = door.kind ?? kindOf(raw)
      const named = raw['source']
      const isName = typeof named === 'string' && named !== '' && named.length <= ID_LENGTH && named.isWellFormed()
      const described = { recordKind: kind, source: isName ? named : (door.source ?? null) }
      if (isTooDeep(raw)) return { ...refuse('too_deep', ''), ...described }
      const cleaned = clean(raw, FIELDS[kind])
      if (cleaned.kind === 'bad') return { ...cleaned, ...described }
      const isSourceMissing = cleaned.value['source'] === undefined && door.source !== undefined
      const value = isSourceMissing ? { ...cleaned.value, source: door.source } : cleaned.value
      const parsed = parse(kind, value, received, counts)
      return parsed.kind === 'pass' ? parsed : { ...parsed, ...described }
    },
  }
}
