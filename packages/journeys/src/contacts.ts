/** What counts as a contact, what is folded into another, and what it is about: SEMANTICS section 6. */
import {
  type Channel,
  formatInstant,
  type Instant,
  type LocalDay,
  MINUTE_MS,
  SECOND_MS,
  type Token,
} from '@ringback/contracts'
import { type Carrier, isSameCaller, parseContact, type ParsedContact, type WhoIsWho } from './carriers.ts'
import type { ContactFacts } from './facts.ts'
import type { Rules, Subject } from './rules.ts'
import { toSeconds } from './statistics.ts'

/** An echo may be booked a little before the call it echoes. */
const ECHO_AHEAD_MS = 2 * MINUTE_MS
const REDIAL_WITHIN_MS = 10 * MINUTE_MS

export interface Contact {
  readonly id: string
  readonly source: string
  readonly carrier: Carrier<ContactFacts>
  readonly legs: ParsedContact['legs']
  readonly channel: Channel
  /** Undefined where no leg has an instant, only a day. */
  readonly startedAt: Instant | undefined
  readonly day: LocalDay
  readonly excluded: 'not_inbound' | 'not_public' | null
  /** Its legs' own; an echo's is passed on. */
  subject: Subject
  folded: { readonly into: Contact; readonly as: 'echo' | 'redialled' } | undefined
  repeatOf: Contact | undefined
}

/** A contact with an instant, as most rules need it. */
export type TimedContact = Contact & { readonly startedAt: Instant }

export const isTimed = (contact: Contact): contact is TimedContact => contact.startedAt !== undefined
/** Counted in: not excluded. */
const isCountedIn = (contact: Contact): boolean => contact.excluded === null
/** Counted: counted in and not folded. */
export const isCounted = (contact: Contact): boolean => isCountedIn(contact) && contact.folded === undefined

/** Where times tie, the smaller id comes first. */
export const byStart = (a: TimedContact, b: TimedContact): number =>
  a.startedAt - b.startedAt || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)

const exclusion = ({ lead }: ParsedContact): Contact['excluded'] => {
  if ((lead.direction ?? 'inbound') !== 'inbound') return 'not_inbound'
  return (lead.actor ?? 'public') === 'public' ? null : 'not_public'
}

const unite = (rules: Rules, subjects: readonly Subject[]): Subject =>
  rules.withFamilies(
    subjects.flatMap(({ tasks }) => tasks),
    subjects.flatMap(({ families }) => families),
  )

const toContact = (carrier: WhoIsWho['contacts'][number], rules: Rules): Contact => {
  const { lead, legs, startedAt } = carrier.contact
  return {
    id: carrier.name.slice('contact:'.length),
    source: lead.source,
    carrier,
    legs,
    channel: lead.channel,
    startedAt,
    day: startedAt === undefined ? (lead.date ?? '') : rules.dayOf(startedAt),
    excluded: exclusion(carrier.contact),
    subject: unite(
      rules,
      legs.map((leg) => rules.subjectOf(leg)),
    ),
    folded: undefined,
    repeatOf: undefined,
  }
}

/** The contact of its declared source that an echo books, the nearest in time (ties: the earlier). */
const echoed = (echo: TimedContact, others: readonly TimedContact[], rules: Rules): TimedContact | undefined => {
  const source = rules.echoes(echo.source)
  if (source === undefined) return undefined
  let nearest: TimedContact | undefined
  for (const other of others) {
    const lag = echo.startedAt - other.startedAt
    if (other.source !== source || other.channel !== echo.channel) continue
    if (lag > rules.config.defaults.echoWithin || lag < -ECHO_AHEAD_MS || !isSameCaller(echo.carrier, other.carrier)) {
      continue
    }
    // Others come in order of time: of two equally near ones the first stays.
    if (!nearest || Math.abs(lag) < Math.abs(echo.startedAt - nearest.startedAt)) nearest = other
  }
  return nearest
}

const ANSWERED = new Set(['answered', 'voicemail', 'callback'])
const wasMissed = (contact: Contact): boolean => !contact.legs.some((leg) => ANSWERED.has(leg.outcome ?? 'answered'))

/** Folds echoes and redials among contacts in order of time, and passes the echoes' topics on. */
const fold = (ordered: readonly TimedContact[], rules: Rules): void => {
  for (const contact of ordered) {
    const into = echoed(contact, ordered, rules)
    if (into) contact.folded = { into, as: 'echo' }
  }
  const direct = ordered.filter((contact) => !contact.folded)
  for (const [i, contact] of direct.entries()) {
    if (!wasMissed(contact)) continue
    for (const next of direct.slice(i + 1)) {
      if (next.startedAt - contact.startedAt > REDIAL_WITHIN_MS) break
      if (next.channel !== contact.channel || !isSameCaller(contact.carrier, next.carrier)) continue
      contact.folded = { into: next, as: 'redialled' }
      break
    }
  }
  const gained = new Map<Contact, Subject[]>()
  for (const contact of ordered) {
    if (contact.folded?.as !== 'echo') continue
    const counted = foldedInto(contact)
    gained.set(counted, [...(gained.get(counted) ?? []), contact.subject])
  }
  for (const [contact, subjects] of gained) contact.subject = unite(rules, [contact.subject, ...subjects])
}

/** The contact that counts in the end. */
export const foldedInto = (contact: Contact): Contact => {
  let counted = contact
  while (counted.folded) counted = counted.folded.into
  return counted
}

/** A topic in common; an unknown one goes with any. */
const concernsSame = (a: Subject, b: Subject): boolean =>
  a.families.length === 0 || b.families.length === 0 || a.families.some((family) => b.families.includes(family))

/** Each counted contact is a repeat of the latest earlier one of the same caller with a topic in common. */
const chainRepeats = (counted: readonly TimedContact[], rules: Rules): void => {
  for (const [i, contact] of counted.entries())
    for (let j = i - 1; j >= 0; j--) {
      const earlier = counted[j] as TimedContact
      if (contact.startedAt - earlier.startedAt > rules.config.defaults.repeatWithin) break
      if (!isSameCaller(contact.carrier, earlier.carrier) || !concernsSame(contact.subject, earlier.subject)) continue
      contact.repeatOf = earlier
      break
    }
}

export const contactsOf = (carriers: WhoIsWho['contacts'], rules: Rules): readonly Contact[] => {
  const contacts = carriers.map((carrier) => toContact(carrier, rules))
  const ordered = contacts.filter(isTimed).sort(byStart)
  fold(ordered.filter(isCountedIn), rules)
  chainRepeats(ordered.filter(isCounted), rules)
  return contacts
}

/** Its place in a chain of repeats, from 0; null where it is not counted or has no instant. */
export const repeatIndexOf = (contact: Contact): number | null => {
  if (!isCounted(contact) || !isTimed(contact)) return null
  let index = 0
  for (let earlier = contact.repeatOf; earlier; earlier = earlier.repeatOf) index++
  return index
}

export const handleSecondsOf = (contact: Contact): number | null => {
  const known = contact.legs.flatMap((leg) => leg.handle_seconds ?? [])
  return known.length === 0 ? null : toSeconds(known.reduce((sum, seconds) => sum + seconds, 0) * SECOND_MS)
}

/** Why nobody can be tied to it: the first that is true (section 7). */
export const unlinkableReason = (carrier: {
  readonly isAmbiguous: boolean
  readonly tokens: readonly Token[]
}): 'ambiguous' | 'no_identifier' | 'shared' => {
  if (carrier.isAmbiguous) return 'ambiguous'
  return carrier.tokens.length === 0 ? 'no_identifier' : 'shared'
}

export const wasAnswered = (contact: Contact): boolean =>
  contact.legs.some((leg) => (leg.outcome ?? 'answered') === 'answered')

export const startedAtOf = (contact: Contact): string | null =>
  contact.startedAt === undefined ? null : formatInstant(contact.startedAt)

/** From when to when the days or instants of a contact's legs reach, on a household's timeline. */
export const contactTimes = (
  facts: ContactFacts,
  rules: Rules,
): { readonly first: Instant; readonly last: Instant } => {
  const times = parseContact(facts).legs.flatMap((leg) => {
    if (leg.at !== undefined) return [leg.at]
    return leg.date === undefined ? [] : [rules.instantOf(leg.date, 0), rules.instantOf(leg.date, 24 * 60)]
  })
  return { first: Math.min(...times), last: Math.max(...times) }
}
