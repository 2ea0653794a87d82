/** Sections 3 to 7 together: from all records that belong together to the rows of CONTRACT section 4. */
import type { Catalogue } from './catalogue.ts'
import type { Caller, Match, Reason } from './attribution.ts'
import type { Contact } from './contacts.ts'
import type { Folding } from './folding.ts'
import type { Journey } from './journeys.ts'
import type { WhoIsWho } from './carriers.ts'
import type { EdgeRecords, ReferenceConfig, ReferenceContactRow, ReferenceJourneyRow, Verdict } from './types.ts'
import { attribute, channelFlags, hasPlacebo } from './attribution.ts'
import { householdNameOf, residentOf, whoIsWho } from './carriers.ts'
import { readCatalogue } from './catalogue.ts'
import { exclusionOf, hasInstant, toContacts } from './contacts.ts'
import { foldContacts, repeatIndexOf, repeatOf } from './folding.ts'
import {
  carrierOfSession,
  causeAt,
  causeAtTheEnd,
  isReachable,
  lastStepOf,
  outcomeOf,
  signalsOf,
  stepsOf,
  toJourneys,
} from './journeys.ts'
import { windowEnd } from './opening-hours.ts'
import { compareText, compareTimeThenId, roundTo, sortedTexts } from './order.ts'
import { contactKey } from './sharing.ts'
import { toMs, toText } from './time.ts'

export interface JudgedJourney {
  readonly row: ReferenceJourneyRow
  readonly journey: Journey
  /** The contacts attributed to it that are not `possible`. */
  readonly returns: readonly Contact[]
}

export interface JudgedContact {
  readonly row: ReferenceContactRow
  readonly contact: Contact
  readonly isCounted: boolean
  readonly isLinkable: boolean
}

export interface Judgement {
  readonly catalogue: Catalogue
  readonly journeys: readonly JudgedJourney[]
  readonly contacts: readonly JudgedContact[]
}

export interface ReferenceRows {
  readonly journeys: readonly ReferenceJourneyRow[]
  readonly contacts: readonly ReferenceContactRow[]
}

/** The rows that the law makes of these records, in the order of their ids. Nothing is forgotten here (section 9). */
export const referenceLaw = (records: EdgeRecords, config: ReferenceConfig): ReferenceRows => {
  const judgement = judgeAll(records, config)
  return {
    journeys: judgement.journeys.map((judged) => judged.row),
    contacts: judgement.contacts.map((judged) => judged.row),
  }
}

/** A counted, linkable contact with an instant, and what attribution made of it. */
interface Attributed {
  readonly contact: Contact
  readonly startedAt: number
  readonly verdict: Match | Reason
}

export const judgeAll = (records: EdgeRecords, config: ReferenceConfig): Judgement => {
  const catalogue = readCatalogue(config)
  const contacts = toContacts(records.contacts, catalogue)
  const who = whoIsWho(records, contacts, catalogue)
  const folding = foldContacts(contacts, who, catalogue)
  const journeys = toJourneys(records, who, catalogue).sort((a, b) => compareText(a.id, b.id))
  const callers = new Map(folding.counted.flatMap((contact) => callerOf(contact, folding, who)))
  const attributed = [...callers].map(([contact, caller]): Attributed => {
    return { contact, startedAt: caller.startedAt, verdict: attribute(caller, journeys, who, catalogue) }
  })
  return {
    catalogue,
    journeys: journeys.map((journey) => {
      const placebo = hasPlacebo(journey, [...callers.values()], who, catalogue)
      return judgeJourney(journey, attributed, placebo, records, who, catalogue)
    }),
    contacts: contacts.map((contact) => judgeContact(contact, attributed, folding, who, catalogue)),
  }
}

/** Only a contact that is counted, linkable and has an instant can be a return or a placebo. */
const callerOf = (contact: Contact, folding: Folding, who: WhoIsWho): [Contact, Caller][] => {
  const carrier = who.carrierOf(contactKey(contact.id))
  if (carrier === null || carrier.unlinkable || !hasInstant(contact)) return []
  const { startedAt, channel } = contact
  return [[contact, { carrier, startedAt, channel, topic: folding.topicOf(contact) }]]
}

const judgeJourney = (
  journey: Journey,
  attributed: readonly Attributed[],
  placebo: boolean,
  records: EdgeRecords,
  who: WhoIsWho,
  catalogue: Catalogue,
): JudgedJourney => {
  const own = attributed
    .flatMap(({ contact, startedAt, verdict }) => {
      return typeof verdict !== 'string' && verdict.journey === journey ? [{ contact, startedAt, match: verdict }] : []
    })
    .sort((a, b) => compareTimeThenId(a.startedAt, a.contact.id, b.startedAt, b.contact.id))
  const certain = own.filter(({ match }) => match.returnKind !== 'possible')
  const first = certain[0] ?? own[0]
  const returnKind = first?.match.returnKind ?? null
  const costs = certain.map(({ contact }) => catalogue.costs.get(contact.channel) ?? 0)
  const [firstSegment] = journey.segments
  if (firstSegment === undefined) throw new Error('reference: a journey has at least one segment')
  const carrier = carrierOfSession(firstSegment.session, who)
  const row: ReferenceJourneyRow = {
    journey_id: journey.id,
    task: journey.task.id,
    family: journey.task.family,
    intent: journey.intent,
    resident: residentOf(carrier, who),
    household: householdNameOf(carrier, who),
    sessions: sortedTexts(journey.segments.map((segment) => segment.session)),
    segments: journey.segments.length,
    device_class: deviceClassOf(firstSegment.session, records),
    first_at: toText(journey.firstAt),
    last_at: toText(journey.lastAt),
    completed_at: journey.completedAt === null ? null : toText(journey.completedAt),
    outcome: outcomeOf(journey),
    cause: first !== undefined && returnKind === 'failed' ? causeAt(journey, first.startedAt) : causeAtTheEnd(journey),
    signals: signalsOf(journey),
    steps: stepsOf(journey),
    last_step: lastStepOf(journey),
    reachable: isReachable(journey, who),
    return_kind: returnKind,
    flagged: first !== undefined && returnKind === 'failed' && channelFlags(first.contact.channel, catalogue),
    first_contact_id: first?.contact.id ?? null,
    first_contact_at: first === undefined ? null : toText(first.startedAt),
    first_contact_channel: first?.contact.channel ?? null,
    gap_seconds: first === undefined ? null : roundTo(first.match.gapMs / 1000, 3),
    basis: first?.match.basis ?? null,
    topic: first?.match.topic ?? null,
    confidence: first?.match.confidence ?? null,
    contacts: certain.length,
    cost: roundTo(
      costs.reduce((sum, cost) => sum + cost, 0),
      4,
    ),
    placebo,
    window_ends_at: toText(windowEnd(journey.lastAt, journey.task, catalogue.zone)),
  }
  return { row, journey, returns: certain.map(({ contact }) => contact) }
}

/** Section 5: "of its first segment's session, the class that the earliest event with one names (ties: the smaller)". */
const deviceClassOf = (session: string, records: EdgeRecords): string | null => {
  const named = records.web.flatMap((event) =>
    event.session === session && event.device_class !== undefined
      ? [{ at: toMs(event.time), name: event.device_class }]
      : [],
  )
  const [earliest] = named.sort((a, b) => compareTimeThenId(a.at, a.name, b.at, b.name))
  return earliest?.name ?? null
}

const judgeContact = (
  contact: Contact,
  attributed: readonly Attributed[],
  folding: Folding,
  who: WhoIsWho,
  catalogue: Catalogue,
): JudgedContact => {
  const key = contactKey(contact.id)
  const carrier = who.carrierOf(key)
  const topic = folding.topicOf(contact)
  const judged = attributed.find((other) => other.contact === contact)
  const match = judged === undefined || typeof judged.verdict === 'string' ? null : judged.verdict
  const repeatIndex = repeatIndexOf(contact, folding, who, catalogue)
  const row: ReferenceContactRow = {
    contact_id: contact.id,
    source: contact.source,
    channel: contact.channel,
    started_at: contact.startedAt === null ? null : toText(contact.startedAt),
    day: contact.day,
    handle_seconds: contact.handleSeconds === null ? null : roundTo(contact.handleSeconds, 3),
    answered: contact.answered,
    resident: carrier === null ? key : residentOf(carrier, who),
    household: carrier === null ? key : householdNameOf(carrier, who),
    tasks: sortedTexts(topic.tasks),
    families: sortedTexts(topic.families),
    ...verdictOf(contact, judged?.verdict ?? null, folding, who),
    journey_id: match?.journey.id ?? null,
    basis: match?.basis ?? null,
    topic: match?.topic ?? null,
    confidence: match?.confidence ?? null,
    gap_seconds: match === null ? null : roundTo(match.gapMs / 1000, 3),
    folded_into: folding.foldedInto(contact)?.id ?? null,
    repeat_of: repeatIndex === null ? null : (repeatOf(contact, folding, who, catalogue)?.id ?? null),
    repeat_index: repeatIndex,
  }
  const isLinkable = carrier !== null && !carrier.unlinkable
  return { row, contact, isCounted: folding.counted.includes(contact), isLinkable }
}

/** Section 7: "the kind of return it is; else `excluded`, `echo`, `redialled`, `unlinkable`, `unrelated`", with its reason. */
const verdictOf = (
  contact: Contact,
  verdict: Match | Reason | null,
  folding: Folding,
  who: WhoIsWho,
): { verdict: Verdict; reason: string | null } => {
  if (verdict !== null && typeof verdict !== 'string') return { verdict: verdict.returnKind, reason: null }
  const exclusion = exclusionOf(contact)
  if (exclusion !== null) return { verdict: 'excluded', reason: exclusion }
  const folded = folding.kindOf(contact)
  if (folded !== null) return { verdict: folded, reason: null }
  const carrier = who.carrierOf(contactKey(contact.id))
  if (carrier === null || carrier.unlinkable) {
    const isBare = carrier === null || carrier.tokens.length === 0
    const reason = carrier?.ambiguous === true ? 'ambiguous' : isBare ? 'no_identifier' : 'shared'
    return { verdict: 'unlinkable', reason }
  }
  return { verdict: 'unrelated', reason: verdict ?? 'no_time' }
}
