/** Section 6, second half: which contacts are part of another; section 7: which repeat another. */
import type { Catalogue, ContactTopic } from './catalogue.ts'
import type { Contact, TimedContact } from './contacts.ts'
import type { WhoIsWho } from './carriers.ts'
import { isSameCaller } from './carriers.ts'
import { unionOfTopics } from './catalogue.ts'
import { exclusionOf, hasInstant, wasLeftWaiting } from './contacts.ts'
import { compareTimeThenId } from './order.ts'
import { contactKey } from './sharing.ts'
import { MINUTE } from './time.ts'

export interface Folding {
  readonly kindOf: (contact: Contact) => 'echo' | 'redialled' | null
  /** The contact that counts in the end; null of one that is not folded. */
  readonly foldedInto: (contact: Contact) => Contact | null
  /** "Counted in and not folded." */
  readonly counted: readonly Contact[]
  /** "The union over its legs and echoes." */
  readonly topicOf: (contact: Contact) => ContactTopic
}

export const foldContacts = (contacts: readonly Contact[], who: WhoIsWho, catalogue: Catalogue): Folding => {
  const countedIn = contacts.filter((contact) => exclusionOf(contact) === null)
  const timed = countedIn.filter(hasInstant).sort(byStart)
  const echoTargets = new Map<string, Contact>()
  for (const contact of timed) {
    const target = originalOf(contact, timed, who, catalogue)
    if (target !== null) echoTargets.set(contact.id, target)
  }
  const noEchoes = timed.filter((contact) => !echoTargets.has(contact.id))
  const redialTargets = new Map<string, Contact>()
  for (const contact of noEchoes) {
    const target = redialOf(contact, noEchoes, who)
    if (target !== null) redialTargets.set(contact.id, target)
  }
  const foldedInto = (contact: Contact): Contact | null => {
    const next = echoTargets.get(contact.id) ?? redialTargets.get(contact.id)
    return next === undefined ? null : (foldedInto(next) ?? next)
  }
  return {
    kindOf: (contact) => {
      if (echoTargets.has(contact.id)) return 'echo'
      return redialTargets.has(contact.id) ? 'redialled' : null
    },
    foldedInto,
    counted: countedIn.filter((contact) => foldedInto(contact) === null),
    topicOf: (contact) => {
      const echoes = timed.filter((other) => echoTargets.has(other.id) && foldedInto(other) === contact)
      return unionOfTopics([contact.topic, ...echoes.map((echo) => echo.topic)])
    },
  }
}

const byStart = (a: TimedContact, b: TimedContact): number => compareTimeThenId(a.startedAt, a.id, b.startedAt, b.id)

/** "Same caller", section 3. A contact that is counted in is a carrier. */
const areSameCaller = (a: Contact, b: Contact, who: WhoIsWho): boolean => {
  const [carrierOfA, carrierOfB] = [who.carrierOf(contactKey(a.id)), who.carrierOf(contactKey(b.id))]
  return carrierOfA !== null && carrierOfB !== null && isSameCaller(carrierOfA, carrierOfB, who)
}

/** "Of the same caller and on the same channel." */
const mayFold = (contact: Contact, other: Contact, who: WhoIsWho): boolean =>
  contact !== other && contact.channel === other.channel && areSameCaller(contact, other, who)

/**
 * An echo goes into "the contact of that source that started no more than `echoWithin` before it and no more than 2 min
 * after it, the one nearest in time (ties: the earlier)".
 */
const originalOf = (
  contact: TimedContact,
  timed: readonly TimedContact[],
  who: WhoIsWho,
  catalogue: Catalogue,
): TimedContact | null => {
  const echoed = catalogue.echoes.get(contact.source)
  if (echoed === undefined) return null
  const distanceTo = (other: TimedContact): number => Math.abs(other.startedAt - contact.startedAt)
  const [nearest] = timed
    .filter((other) => other.source === echoed && mayFold(contact, other, who))
    .filter((other) => other.startedAt >= contact.startedAt - catalogue.echoWithinMs)
    .filter((other) => other.startedAt <= contact.startedAt + 2 * MINUTE)
    .sort((a, b) => distanceTo(a) - distanceTo(b) || byStart(a, b))
  return nearest ?? null
}

/** A redialled contact goes into the first other that "followed within 10 minutes, start to start" (ties: by id). */
const redialOf = (contact: TimedContact, noEchoes: readonly TimedContact[], who: WhoIsWho): TimedContact | null => {
  if (!wasLeftWaiting(contact)) return null
  const [next] = noEchoes
    .filter((other) => byStart(contact, other) < 0 && other.startedAt - contact.startedAt <= 10 * MINUTE)
    .filter((other) => mayFold(contact, other, who))
    .sort(byStart)
  return next ?? null
}

/**
 * Section 7, repeat contact: "the latest earlier one among the counted contacts of the same caller within
 * `repeatWithin` (start to start) that have a task or family in common with it".
 */
export const repeatOf = (
  contact: Contact,
  folding: Folding,
  who: WhoIsWho,
  catalogue: Catalogue,
): TimedContact | null => {
  if (!hasInstant(contact)) return null
  const [latest] = folding.counted
    .filter(hasInstant)
    .filter((other) => byStart(other, contact) < 0)
    .filter((other) => contact.startedAt - other.startedAt <= catalogue.repeatWithinMs)
    .filter((other) => areSameCaller(contact, other, who))
    .filter((other) => haveTopicInCommon(folding.topicOf(contact), folding.topicOf(other)))
    .sort((a, b) => byStart(b, a))
  return latest ?? null
}

/** A task brings its family, so a common task is a common family; "an unknown topic goes with any". */
const haveTopicInCommon = (a: ContactTopic, b: ContactTopic): boolean =>
  a.families.size === 0 || b.families.size === 0 || [...a.families].some((family) => b.families.has(family))

/** Section 7: "`repeatIndex` counts along that chain, from 0 (null for contacts that are not counted or without instant)". */
export const repeatIndexOf = (
  contact: Contact,
  folding: Folding,
  who: WhoIsWho,
  catalogue: Catalogue,
): number | null => {
  if (!hasInstant(contact) || !folding.counted.includes(contact)) return null
  const earlier = repeatOf(contact, folding, who, catalogue)
  return earlier === null ? 0 : 1 + (repeatIndexOf(earlier, folding, who, catalogue) ?? 0)
}
