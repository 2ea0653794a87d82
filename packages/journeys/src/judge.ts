/** From what is known of a household to the rows said of it: the whole of SEMANTICS, sections 3 to 7 and 10. */
import {
  type Instant,
  type ContactRow,
  formatInstant,
  type JourneyRow,
  type Token,
  type Verdict,
} from '@ringback/contracts'
import { segmentsOf } from './attempts.ts'
import { attribute, type Attributed, type Attribution, isPlacebo } from './attribution.ts'
import { type Carrier, type Household, householdOf, residentOf, whoIsWho } from './carriers.ts'
import {
  byStart,
  type Contact,
  contactTimes,
  contactsOf,
  foldedInto,
  handleSecondsOf,
  isCounted,
  isTimed,
  repeatIndexOf,
  startedAtOf,
  unlinkableReason,
  wasAnswered,
} from './contacts.ts'
import type { HouseholdFacts, OwnFacts } from './facts.ts'
import { causeAt, deviceClassOf, END_OF_TIME, type Journey, journeysOf, outcomeOf, signalsOf } from './journeys.ts'
import type { Rules } from './rules.ts'
import { toMoney, toSeconds } from './statistics.ts'

export type Conclusion =
  | { readonly kind: 'journey'; readonly id: string; readonly row: JourneyRow; readonly carrier: string }
  | { readonly kind: 'contact'; readonly id: string; readonly row: ContactRow; readonly carrier: string }

/**
 * By which look-up and erasure find a row: the unshared tokens of its carriers. An ambiguous carrier connects nothing, so
 * nobody tells it which of its tokens are shared: it is found by all of them.
 */
const tokensOf = (carriers: Iterable<Carrier>): readonly Token[] =>
  [...new Set([...carriers].flatMap(({ isAmbiguous, tokens, unshared }) => (isAmbiguous ? tokens : unshared)))].sort()

/** That of its earliest attributed contact that is not `possible`, else of the earliest. */
const leading = (attributions: readonly Attribution[]): Attribution | undefined => {
  const ordered = attributions.toSorted((a, b) => byStart(a.contact, b.contact))
  return ordered.find(({ kind }) => kind !== 'possible') ?? ordered[0]
}

const journeyRow = (
  journey: Journey,
  attributions: readonly Attribution[],
  placebo: boolean,
  rules: Rules,
): JourneyRow => {
  const { task, history } = journey
  const first = leading(attributions)
  const counted = attributions.filter(({ kind }) => kind !== 'possible')
  const outcome = outcomeOf(journey)
  const hasFailed = first?.kind === 'failed'
  const session = (journey.segments[0] as Journey['segments'][number]).session
  const sessions = new Set(journey.segments.map((segment) => segment.session))
  const cost = counted.reduce((sum, { contact }) => sum + (rules.cost(contact.channel) ?? 0), 0)
  const resumeWithin = journey.hasDraft ? task.resumeSavedWithin : task.resumeWithin
  return {
    journey_id: journey.id,
    task: task.id,
    family: task.family,
    intent: history.isTransaction ? 'transaction' : 'information',
    resident: residentOf(session),
    household: householdOf(session),
    sessions: [...sessions].map(({ name }) => name.slice('session:'.length)).sort(),
    segments: journey.segments.length,
    device_class: deviceClassOf(journey),
    first_at: formatInstant(journey.firstAt),
    last_at: formatInstant(journey.lastAt),
    completed_at: journey.completed ? formatInstant(journey.completed.at) : null,
    outcome,
    cause: hasFailed
      ? causeAt(journey, first.contact.startedAt)
      : outcome === 'abandoned' || outcome === 'read'
        ? causeAt(journey, END_OF_TIME)
        : null,
    signals: [...signalsOf(journey)],
    steps: history.firstVisits.map(({ step }) => step),
    last_step: history.lastStep,
    reachable: !session.isAmbiguous && journey.household.isReachable,
    return_kind: first?.kind ?? null,
    flagged: hasFailed && rules.isCostly(first.contact.channel),
    first_contact_id: first?.contact.id ?? null,
    first_contact_at: first ? formatInstant(first.contact.startedAt) : null,
    first_contact_channel: first?.contact.channel ?? null,
    gap_seconds: first ? toSeconds(first.gapMs) : null,
    basis: first?.basis ?? null,
    topic: first?.topic ?? null,
    confidence: first?.confidence ?? null,
    contacts: counted.length,
    cost: toMoney(cost),
    placebo,
    window_ends_at: formatInstant(rules.windowEnd(task, journey.lastAt)),
    rule_version: rules.ruleVersion,
    resumable_until: journey.completed ? null : formatInstant(journey.lastAt + resumeWithin),
    tokens: tokensOf(sessions),
  }
}

const verdictOf = (contact: Contact, attributed: Attributed | undefined): Pick<ContactRow, 'verdict' | 'reason'> => {
  const said = (verdict: Verdict, reason: ContactRow['reason'] = null) => ({ verdict, reason })
  if (contact.excluded) return said('excluded', contact.excluded)
  if (contact.folded) return said(contact.folded.as)
  if (!contact.carrier.isLinkable) return said('unlinkable', unlinkableReason(contact.carrier))
  if (!attributed) return said('unrelated', 'no_time')
  return attributed.kind === 'return' ? said(attributed.attribution.kind) : said('unrelated', attributed.reason)
}

const contactRow = (contact: Contact, attributed: Attributed | undefined, rules: Rules): ContactRow => {
  const attribution = attributed?.kind === 'return' ? attributed.attribution : undefined
  return {
    contact_id: contact.id,
    source: contact.source,
    channel: contact.channel,
    started_at: startedAtOf(contact),
    day: contact.day,
    handle_seconds: handleSecondsOf(contact),
    answered: wasAnswered(contact),
    resident: residentOf(contact.carrier),
    household: householdOf(contact.carrier),
    tasks: [...contact.subject.tasks],
    families: [...contact.subject.families],
    ...verdictOf(contact, attributed),
    journey_id: attribution?.journey.id ?? null,
    basis: attribution?.basis ?? null,
    topic: attribution?.topic ?? null,
    confidence: attribution?.confidence ?? null,
    gap_seconds: attribution ? toSeconds(attribution.gapMs) : null,
    folded_into: contact.folded ? foldedInto(contact).id : null,
    repeat_of: contact.repeatOf?.id ?? null,
    repeat_index: repeatIndexOf(contact),
    rule_version: rules.ruleVersion,
    tokens: tokensOf([contact.carrier]),
  }
}

const groupBy = <K, T>(items: readonly T[], keyOf: (item: T) => K): ReadonlyMap<K, T[]> => {
  const groups = new Map<K, T[]>()
  for (const item of items) {
    const key = keyOf(item)
    const known = groups.get(key)
    if (known) known.push(item)
    else groups.set(key, [item])
  }
  return groups
}

/**
 * All conclusions about the carriers in one place, given which of their tokens are shared. A pure function of its
 * arguments; carriers that the law does not connect do not touch one another's rows, however they came together.
 */
export const judge = (facts: HouseholdFacts, marks: ReadonlySet<Token>, rules: Rules): readonly Conclusion[] => {
  const { sessions, contacts: carriers, profiles } = whoIsWho(facts, marks, rules.config.identity.maxPeople)
  const journeys = journeysOf(sessions.flatMap((session) => segmentsOf(session, rules.task)))
  const journeysIn = groupBy(journeys, (journey) => journey.household)
  const conclusions: Conclusion[] = []
  const attributions = new Map<Journey, Attribution[]>()
  const contactsIn = new Map<Household, readonly Contact[]>()
  for (const [household, own] of groupBy(carriers, (carrier) => carrier.household)) {
    const contacts = contactsOf(own, rules)
    contactsIn.set(household, contacts)
    for (const contact of contacts) {
      const attributed =
        isTimed(contact) && isCounted(contact) && contact.carrier.isLinkable
          ? attribute(contact, journeysIn.get(household) ?? [], rules, profiles)
          : undefined
      if (attributed?.kind === 'return') {
        const { journey } = attributed.attribution
        attributions.set(journey, [...(attributions.get(journey) ?? []), attributed.attribution])
      }
      const row = contactRow(contact, attributed, rules)
      conclusions.push({ kind: 'contact', id: contact.id, row, carrier: contact.carrier.name })
    }
  }
  for (const journey of journeys) {
    const placebo = isPlacebo(journey, contactsIn.get(journey.household) ?? [], rules, profiles)
    const row = journeyRow(journey, attributions.get(journey) ?? [], placebo, rules)
    const carrier = (journey.segments[0] as Journey['segments'][number]).session.name
    conclusions.push({ kind: 'journey', id: journey.id, row, carrier })
  }
  return conclusions
}

/** When a carrier's records lie on its household's timeline; undefined for a profile, which has no time (section 9). */
export const timesOf = (
  own: OwnFacts,
  rules: Rules,
): { readonly first: Instant; readonly last: Instant } | undefined => {
  if (own.kind === 'session') return { first: own.first, last: own.last }
  return own.kind === 'contact' ? contactTimes(own, rules) : undefined
}
