/** Which journey came back: SEMANTICS section 7. */
import {
  type Basis,
  type Instant,
  type Reason,
  type ReturnKind,
  type Token,
  type Topic,
  WEEK_MS,
} from '@ringback/contracts'
import { type Carrier, exactTokens } from './carriers.ts'
import { type Contact, isCounted, isTimed, type TimedContact } from './contacts.ts'
import { handoffStands, type Journey } from './journeys.ts'
import type { Rules, Subject } from './rules.ts'

export interface Attribution {
  readonly contact: TimedContact
  readonly journey: Journey
  readonly basis: Basis
  readonly topic: Topic
  readonly confidence: number
  readonly gapMs: number
  readonly kind: ReturnKind
}

/** Below this a return is only possible: shown apart, never flagged, in no rate. */
const POSSIBLE_BELOW = 0.5

const CONFIDENCE: Readonly<Record<Basis, Readonly<Partial<Record<Topic, number>>>>> = {
  exact: { task: 1, family: 0.6, unknown: 0.45 },
  person: { task: 0.9, family: 0.54, unknown: 0.4 },
  household: { task: 0.7 },
}
const HOUSEHOLD_ON_PERSON_SCOPE = 0.5

/** What may be wrong between a journey and a contact, in the order in which a contact gets past it. */
const STEPS = ['no_web_journey', 'before_web', 'outside_window', 'other_topic', 'weak_basis'] as const
type Step = (typeof STEPS)[number]

const topicAgainst = (subject: Subject, journey: Journey): Topic | 'different' => {
  if (subject.tasks.includes(journey.task.id)) return 'task'
  if (subject.families.includes(journey.task.family)) return 'family'
  return subject.families.length === 0 ? 'unknown' : 'different'
}

/**
 * The latest end of those of the journey's spans that begin at or before `at`, but no later than it: a contact during
 * activity has no gap.
 */
const baseOf = (journey: Journey, at: Instant): Instant => {
  let base = -Infinity
  for (const segment of journey.segments)
    for (const [begin, end] of segment.spans) if (begin <= at && end > base) base = end
  return Math.min(base, at)
}

/** Sessions with a segment of the journey that begins at or before `at`. */
const sessionsUpTo = (journey: Journey, at: Instant): readonly Carrier[] => {
  const sessions = new Set<Carrier>()
  for (const segment of journey.segments) if (segment.first <= at) sessions.add(segment.session)
  return [...sessions]
}

const isExact = (session: Carrier, contact: Carrier, profiles: readonly (readonly Token[])[]): boolean => {
  const theirs = exactTokens(contact)
  if (theirs.length === 0) return false
  const ours = exactTokens(session)
  return (
    ours.some((token) => theirs.includes(token)) ||
    profiles.some((held) => ours.some((token) => held.includes(token)) && theirs.some((token) => held.includes(token)))
  )
}

type Tie =
  | {
      readonly kind: 'pass'
      readonly basis: Basis
      readonly topic: Topic
      readonly confidence: number
      readonly gapMs: number
    }
  | { readonly kind: 'drop'; readonly step: Step }

/** Conditions 1 to 3, for a contact of the journey's household as if it had started at `at`. */
const tie = (
  journey: Journey,
  contact: Contact,
  at: Instant,
  rules: Rules,
  profiles: readonly (readonly Token[])[],
): Tie => {
  if (journey.firstAt > at) return { kind: 'drop', step: 'before_web' }
  const base = baseOf(journey, at)
  if (!rules.isInWindow(journey.task, base, at)) return { kind: 'drop', step: 'outside_window' }
  const topic = topicAgainst(contact.subject, journey)
  if (topic === 'different') return { kind: 'drop', step: 'other_topic' }
  const sessions = sessionsUpTo(journey, at)
  const basis = sessions.some((session) => isExact(session, contact.carrier, profiles))
    ? 'exact'
    : sessions.some((session) => session.person === contact.carrier.person)
      ? 'person'
      : 'household'
  let confidence = CONFIDENCE[basis][topic]
  if (basis === 'household' && confidence !== undefined && journey.task.scope === 'person') {
    const areBothKnown = contact.carrier.person.isKnown && sessions.every((session) => session.person.isKnown)
    confidence = areBothKnown ? undefined : HOUSEHOLD_ON_PERSON_SCOPE
  }
  if (confidence === undefined) return { kind: 'drop', step: 'weak_basis' }
  return { kind: 'pass', basis, topic, confidence, gapMs: at - base }
}

/** What kind of return it is, seen at the contact's start. */
const returnKind = (journey: Journey, at: Instant, confidence: number): ReturnKind => {
  if (confidence < POSSIBLE_BELOW) return 'possible'
  if (journey.completed && journey.completed.at <= at)
    return journey.completed.result === 'confirmed' ? 'chased' : 'contested'
  return handoffStands(journey, at) ? 'handed_off' : 'failed'
}

const isCloser = (a: Attribution, b: Attribution | undefined): boolean =>
  !b ||
  a.confidence > b.confidence ||
  (a.confidence === b.confidence && (a.gapMs < b.gapMs || (a.gapMs === b.gapMs && a.journey.id < b.journey.id)))

export type Attributed =
  | { readonly kind: 'return'; readonly attribution: Attribution }
  | { readonly kind: 'unrelated'; readonly reason: Reason }

/** The one journey of its household that a counted, linkable contact goes to, or how far it got. */
export const attribute = (
  contact: TimedContact,
  journeys: readonly Journey[],
  rules: Rules,
  profiles: readonly (readonly Token[])[],
): Attributed => {
  let best: Attribution | undefined
  let furthest: Step = 'no_web_journey'
  for (const journey of journeys) {
    const tied = tie(journey, contact, contact.startedAt, rules, profiles)
    if (tied.kind === 'drop') {
      if (STEPS.indexOf(tied.step) > STEPS.indexOf(furthest)) furthest = tied.step
      continue
    }
    const { basis, topic, confidence, gapMs } = tied
    const kind = returnKind(journey, contact.startedAt, confidence)
    const attribution = { contact, journey, basis, topic, confidence, gapMs, kind }
    if (isCloser(attribution, best)) best = attribution
  }
  return best ? { kind: 'return', attribution: best } : { kind: 'unrelated', reason: furthest }
}

/**
 * Whether coincidence alone would have flagged the journey: some counted contact of its household from before it, exactly a
 * week later, would be a failed return of a channel that flags.
 */
export const isPlacebo = (
  journey: Journey,
  contacts: readonly Contact[],
  rules: Rules,
  profiles: readonly (readonly Token[])[],
): boolean =>
  contacts.some((contact) => {
    if (!isTimed(contact) || !isCounted(contact) || !contact.carrier.isLinkable) return false
    if (contact.startedAt >= journey.firstAt || !rules.isCostly(contact.channel)) return false
    const at = contact.startedAt + WEEK_MS
    const tied = tie(journey, contact, at, rules, profiles)
    return tied.kind === 'pass' && returnKind(journey, at, tied.confidence) === 'failed'
  })
