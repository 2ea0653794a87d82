/**
 * What is remembered of a carrier: SEMANTICS section 4 (facts and spans), sections 1 and 6 (newest revisions).
 * All of it merges like sets, so order, repetition and batching of records need no special case.
 */
import {
  type DeviceClass,
  HOUR_MS,
  type Instant,
  type Result,
  RESULTS,
  type Token,
  type TokenType,
} from '@ringback/contracts'
import {
  type Instants,
  keepInstants,
  KEPT,
  type Keyed,
  mergeInstants,
  mergeKeyed,
  mergeStrings,
  valueOf,
} from './lattice.ts'

/**
 * Kinds of fact, by name: `start`, `save`, `handoff`, `completion`, `step:NAME`, `invalid:STEP`, `error:CODE`,
 * `soft:SIGNAL`; and `touch`, what floats without an effect of its own. Instants of `completion` are `toCompletion`s.
 */
export type FactKind = string

/** First and last event of one UTC hour, flattened: `[first, last, first, last, …]`; the 65th pair is all later hours. */
export type Spans = readonly Instant[]

/** One session's activity on one task. */
export interface AttemptFacts {
  readonly spans: Spans
  readonly kinds: Keyed<Instants>
}

export interface SessionFacts {
  readonly kind: 'session'
  /** When the latest of its events was received. */
  readonly received: Instant
  /** Time of its first and of its last event, with a task or without. */
  readonly first: Instant
  readonly last: Instant
  readonly isExcluded: boolean
  /** The class that the earliest event with one names (ties: the smaller). */
  readonly device: readonly [at: Instant, name: DeviceClass] | null
  /** By task id. */
  readonly attempts: Keyed<AttemptFacts>
  /** Facts of events without a task, which belong to whichever attempt began most recently before them. */
  readonly floating: Keyed<Instants>
}

/** A leg's newest revision: its canonical JSON says all there is to say of it. */
export interface LegFacts {
  readonly revision: number
  readonly canonical: string
  readonly received: Instant
}

export interface ContactFacts {
  readonly kind: 'contact'
  readonly received: Instant
  /** By leg id. */
  readonly legs: Keyed<LegFacts>
}

export interface ProfileFacts extends LegFacts {
  readonly kind: 'profile'
}

export type OwnFacts = SessionFacts | ContactFacts | ProfileFacts

/** What a carrier's records tell of one of its tokens. */
export interface Evidence {
  /** Whether some record with it may show it to be shared: none that is internal or not the public's does (section 3). */
  readonly shows: boolean
  /** The people beside it in one record, united over such records, sorted. */
  readonly people: readonly Token[]
}

/** Every token that a carrier was ever received with, superseded revisions included. */
export type CarrierTokens = Keyed<Evidence>

export interface CarrierFacts {
  readonly own: OwnFacts
  readonly tokens: CarrierTokens
}

/** By carrier name. */
export type HouseholdFacts = Keyed<CarrierFacts>

/**
 * How many instants of one kind float at most in a session: 9,999 earliest and the latest. The law bounds them only
 * once they belong to an attempt; this bounds what a runaway sender can make us keep.
 */
const FLOATING_KEPT = 9_999

/** A completion as one number, so that its order is time, then result. */
export const toCompletion = (at: Instant, result: Result): number => at * 4 + RESULTS.indexOf(result)
export const completionAt = (completion: number): Instant => Math.floor(completion / 4)
export const completionResult = (completion: number): Result =>
  RESULTS[completion - completionAt(completion) * 4] ?? 'confirmed'

/** At one instant confirmed stands before refused, refused before ineligible: one fact an instant. */
const keepCompletions = (completions: readonly number[]): Instants => {
  const earliest = new Map<Instant, number>()
  for (const completion of completions) {
    const at = completionAt(completion)
    earliest.set(at, Math.min(earliest.get(at) ?? Infinity, completion))
  }
  return keepInstants([...earliest.values()])
}

const mergeCompletions = (a: Instants, b: Instants): Instants => {
  const kept = keepCompletions([...a, ...b])
  return kept.length === a.length && kept.every((completion, i) => completion === a[i]) ? a : kept
}

/** What an attempt keeps of instants of one kind, given in any order. */
export const keepOf = (kind: FactKind, instants: Instant[]): Instants =>
  kind === 'completion' ? keepCompletions(instants) : keepInstants(instants)

/** What a session keeps of instants that float. */
export const keepFloating = (instants: Instant[]): Instants => keepInstants(instants, FLOATING_KEPT)

/** An attempt's facts of each kind, united. */
export const mergeKinds = (a: Keyed<Instants>, b: Keyed<Instants>): Keyed<Instants> =>
  mergeKeyed(a, b, (x, y, kind) => (kind === 'completion' ? mergeCompletions(x, y) : mergeInstants(x, y)))

const hourOf = (at: Instant): number => Math.floor(at / HOUR_MS)

/** Hours unite with their like; of more than 64 the later ones run together into one span. */
export const mergeSpans = (a: Spans, b: Spans): Spans => {
  if (b.length === 0) return a
  if (a.length === 0) return b
  const merged: Instant[] = []
  let restFirst = Infinity
  let restLast = -Infinity
  let i = 0
  let j = 0
  const isRest = (index: number): boolean => index >= 2 * KEPT
  while (i < a.length || j < b.length) {
    const isA = j >= b.length || (i < a.length && (a[i] as number) <= (b[j] as number))
    const index = isA ? i : j
    const first = (isA ? a[i] : b[j]) as number
    const last = (isA ? a[i + 1] : b[j + 1]) as number
    if (isA) i += 2
    else j += 2
    const end = merged.length
    if (!isRest(index) && end > 0 && hourOf(merged[end - 2] as number) === hourOf(first)) {
      if (last > (merged[end - 1] as number)) merged[end - 1] = last
    } else if (!isRest(index) && end < 2 * KEPT) {
      merged.push(first, last)
    } else {
      restFirst = Math.min(restFirst, first)
      restLast = Math.max(restLast, last)
    }
  }
  if (restFirst !== Infinity) merged.push(restFirst, restLast)
  return merged.length === a.length && merged.every((at, index) => at === a[index]) ? a : merged
}

/** The spans of instants in ascending order. */
export const toSpans = (instants: Instants): Spans => {
  const spans: Instant[] = []
  for (const at of instants) {
    const end = spans.length
    if (end > 2 * KEPT || (end > 0 && hourOf(spans[end - 2] as Instant) === hourOf(at))) spans[end - 1] = at
    else spans.push(at, at)
  }
  return spans
}

const mergeAttempt = (a: AttemptFacts, b: AttemptFacts): AttemptFacts => {
  const spans = mergeSpans(a.spans, b.spans)
  const kinds = mergeKinds(a.kinds, b.kinds)
  return spans === a.spans && kinds === a.kinds ? a : { spans, kinds }
}

const mergeDevice = (a: SessionFacts['device'], b: SessionFacts['device']): SessionFacts['device'] => {
  if (!a || !b) return a ?? b
  return b[0] < a[0] || (b[0] === a[0] && b[1] < a[1]) ? b : a
}

const mergeSession = (a: SessionFacts, b: SessionFacts): SessionFacts => {
  const received = Math.max(a.received, b.received)
  const first = Math.min(a.first, b.first)
  const last = Math.max(a.last, b.last)
  const isExcluded = a.isExcluded || b.isExcluded
  const device = mergeDevice(a.device, b.device)
  const attempts = mergeKeyed(a.attempts, b.attempts, mergeAttempt)
  const floating = mergeKeyed(a.floating, b.floating, (x, y) => mergeInstants(x, y, FLOATING_KEPT))
  const isSame =
    received === a.received &&
    first === a.first &&
    last === a.last &&
    isExcluded === a.isExcluded &&
    device === a.device &&
    attempts === a.attempts &&
    floating === a.floating
  return isSame ? a : { kind: 'session', received, first, last, isExcluded, device, attempts, floating }
}

/** Newest revision; of equal ones the greater canonical JSON. When it was last received counts for either. */
const newest = <T extends LegFacts>(a: T, b: T): T => {
  const isNewer = b.revision > a.revision || (b.revision === a.revision && b.canonical > a.canonical)
  const winner = isNewer ? b : a
  const received = Math.max(a.received, b.received)
  return received === winner.received ? winner : { ...winner, received }
}

const mergeContact = (a: ContactFacts, b: ContactFacts): ContactFacts => {
  const received = Math.max(a.received, b.received)
  const legs = mergeKeyed(a.legs, b.legs, newest)
  return received === a.received && legs === a.legs ? a : { kind: 'contact', received, legs }
}

const mergeOwn = (a: OwnFacts, b: OwnFacts): OwnFacts => {
  if (a.kind === 'session' && b.kind === 'session') return mergeSession(a, b)
  if (a.kind === 'contact' && b.kind === 'contact') return mergeContact(a, b)
  if (a.kind === 'profile' && b.kind === 'profile') return newest(a, b)
  throw new TypeError(`facts of a ${a.kind} and a ${b.kind} under one name`)
}

const mergeEvidence = (a: Evidence, b: Evidence): Evidence => {
  const people = mergeStrings(a.people, b.people)
  const shows = a.shows || b.shows
  return people === a.people && shows === a.shows ? a : { shows, people }
}

export const mergeTokens = (a: CarrierTokens, b: CarrierTokens): CarrierTokens => mergeKeyed(a, b, mergeEvidence)

export const mergeCarrier = (a: CarrierFacts, b: CarrierFacts): CarrierFacts => {
  const own = mergeOwn(a.own, b.own)
  const tokens = mergeTokens(a.tokens, b.tokens)
  return own === a.own && tokens === a.tokens ? a : { own, tokens }
}

/** What two households, or two parts of one, know together. */
export const mergeHousehold = (a: HouseholdFacts, b: HouseholdFacts): HouseholdFacts => mergeKeyed(a, b, mergeCarrier)

/** The type that a token names before its colon. */
export const tokenType = (token: Token): TokenType => token.slice(0, token.indexOf(':')) as TokenType

const supersedes = (a: LegFacts, b: LegFacts): boolean => a.revision !== b.revision || a.canonical !== b.canonical

/** How many revisions of legs or profiles a merge of these lets go (section 1: losers are counted). */
export const countSuperseded = (a: OwnFacts | undefined, b: OwnFacts): number => {
  if (a?.kind === 'profile' && b.kind === 'profile') return +supersedes(a, b)
  if (a?.kind !== 'contact' || b.kind !== 'contact') return 0
  return b.legs.filter(([id, leg]) => {
    const known = valueOf(a.legs, id)
    return known !== undefined && supersedes(known, leg)
  }).length
}
