/** Section 7: which journey came back. */
import type { Carrier, WhoIsWho } from './carriers.ts'
import type { Catalogue, ContactTopic } from './catalogue.ts'
import type { Journey } from './journeys.ts'
import type { Basis, ReturnKind, Topic } from './types.ts'
import { isKnown } from './carriers.ts'
import { topicAgainstTask } from './catalogue.ts'
import { carrierOfSession, handOffStands } from './journeys.ts'
import { windowEnd } from './opening-hours.ts'
import { typeOf } from './sharing.ts'
import { HOUR } from './time.ts'

/** A counted, linkable contact as attribution sees it. For a placebo it is the same one exactly 168 hours later. */
export interface Caller {
  readonly carrier: Carrier
  readonly startedAt: number
  readonly channel: string
  readonly topic: ContactTopic
}

/** What stands between a contact and a journey of its household, from the nearest to the furthest. */
export const REASONS = ['no_web_journey', 'before_web', 'outside_window', 'other_topic', 'weak_basis'] as const
export type Reason = (typeof REASONS)[number]

export interface Match {
  readonly journey: Journey
  readonly gapMs: number
  readonly basis: Basis
  readonly topic: Topic
  readonly confidence: number
  readonly returnKind: ReturnKind
}

/** Conditions 1 to 3, in turn: the match, or the step that failed. */
export const matchOf = (caller: Caller, journey: Journey, who: WhoIsWho, catalogue: Catalogue): Match | Reason => {
  if (!(journey.firstAt <= caller.startedAt)) return 'before_web'
  const base = baseOf(journey, caller.startedAt)
  if (!(caller.startedAt <= windowEnd(base, journey.task, catalogue.zone))) return 'outside_window'
  const topic = topicAgainstTask(caller.topic, journey.task)
  if (topic === 'different') return 'other_topic'
  const basis = basisOf(caller, journey, who)
  const confidence = confidenceOf(basis, topic, journey, caller, who)
  if (confidence === null) return 'weak_basis'
  const returnKind = returnKindOf(journey, caller.startedAt, confidence)
  return { journey, gapMs: caller.startedAt - base, basis, topic, confidence, returnKind }
}

/**
 * "The latest end of those of J's spans (cut to its segments) that begin at or before C.startedAt, but no later than
 * C.startedAt."
 */
const baseOf = (journey: Journey, startedAt: number): number => {
  const begun = journey.segments.flatMap((segment) => segment.spans).filter((span) => span.from <= startedAt)
  return Math.min(startedAt, Math.max(...begun.map((span) => span.to)))
}

/** "Only sessions with a segment of J that begins at or before C.startedAt are looked at." */
const sessionsSoFar = (journey: Journey, startedAt: number, who: WhoIsWho): Carrier[] =>
  journey.segments
    .filter((segment) => segment.first <= startedAt)
    .map((segment) => carrierOfSession(segment.session, who))

const basisOf = (caller: Caller, journey: Journey, who: WhoIsWho): Basis => {
  const sessions = sessionsSoFar(journey, caller.startedAt, who)
  if (sessions.some((session) => tieExactly(session, caller.carrier, who))) return 'exact'
  const person = who.personOf(caller.carrier)
  return sessions.some((session) => person.includes(session)) ? 'person' : 'household'
}

const exactTokensOf = (carrier: Carrier): string[] =>
  carrier.unshared.filter((token) => ['code', 'case', 'account', 'crm'].includes(typeOf(token)))

/** "The same unshared `code`, `case`, `account` or `crm` token, or two such that one unambiguous profile holds together." */
const tieExactly = (session: Carrier, contact: Carrier, who: WhoIsWho): boolean => {
  const profiles = who.carriers.filter((carrier) => carrier.kind === 'profile' && !carrier.ambiguous)
  return exactTokensOf(session).some((ofSession) =>
    exactTokensOf(contact).some(
      (ofContact) =>
        ofSession === ofContact ||
        profiles.some(({ unshared }) => unshared.includes(ofSession) && unshared.includes(ofContact)),
    ),
  )
}

/** The table of section 7; null: not an allowed pair. */
const confidenceOf = (basis: Basis, topic: Topic, journey: Journey, caller: Caller, who: WhoIsWho): number | null => {
  if (basis === 'exact') return { task: 1, family: 0.6, unknown: 0.45 }[topic]
  if (basis === 'person') return { task: 0.9, family: 0.54, unknown: 0.4 }[topic]
  if (topic !== 'task') return null
  if (journey.task.scope === 'household') return 0.7
  const callerIsKnown = isKnown(who.personOf(caller.carrier))
  const [first] = sessionsSoFar(journey, caller.startedAt, who)
  const residentIsKnown = first !== undefined && isKnown(who.personOf(first))
  return callerIsKnown && residentIsKnown ? null : 0.5
}

/** "What kind of return it is, seen at C.startedAt." */
const returnKindOf = (journey: Journey, startedAt: number, confidence: number): ReturnKind => {
  if (confidence < 0.5) return 'possible'
  if (journey.completedAt !== null && journey.completedAt <= startedAt) {
    return journey.result === 'confirmed' ? 'chased' : 'contested'
  }
  return handOffStands(journey, startedAt) ? 'handed_off' : 'failed'
}

/** "C goes to one journey: the highest confidence, then the smallest gap, then the smaller journeyId." */
export const attribute = (
  caller: Caller,
  journeys: readonly Journey[],
  who: WhoIsWho,
  catalogue: Catalogue,
): Match | Reason => {
  const verdicts = journeysOfHousehold(caller, journeys, who).map((journey) => matchOf(caller, journey, who, catalogue))
  const [best] = verdicts
    .filter((verdict) => typeof verdict !== 'string')
    .sort((a, b) => b.confidence - a.confidence || a.gapMs - b.gapMs || (a.journey.id < b.journey.id ? -1 : 1))
  if (best !== undefined) return best
  return REASONS.findLast((reason) => verdicts.includes(reason)) ?? 'no_web_journey'
}

const journeysOfHousehold = (caller: Caller, journeys: readonly Journey[], who: WhoIsWho): Journey[] => {
  const household = who.householdOf(caller.carrier)
  return journeys.filter((journey) => isInHousehold(journey, household, who))
}

const isInHousehold = (journey: Journey, household: readonly Carrier[], who: WhoIsWho): boolean =>
  journey.segments.some((segment) => household.includes(carrierOfSession(segment.session, who)))

/** "That contact's channel costs more than the web (no web cost: 0) or has no known cost." */
export const channelFlags = (channel: string, catalogue: Catalogue): boolean => {
  const cost = catalogue.costs.get(channel)
  return cost === undefined || cost > (catalogue.costs.get('web') ?? 0)
}

/** Section 7: what coincidence alone would attribute. */
export const hasPlacebo = (
  journey: Journey,
  callers: readonly Caller[],
  who: WhoIsWho,
  catalogue: Catalogue,
): boolean =>
  callers
    .filter((caller) => isInHousehold(journey, who.householdOf(caller.carrier), who))
    .filter((caller) => caller.startedAt < journey.firstAt && channelFlags(caller.channel, catalogue))
    .some((caller) => {
      const match = matchOf({ ...caller, startedAt: caller.startedAt + 168 * HOUR }, journey, who, catalogue)
      return typeof match !== 'string' && match.returnKind === 'failed'
    })
