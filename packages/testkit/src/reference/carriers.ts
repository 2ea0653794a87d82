/** Section 3: carriers, and who is who. */
import type { Catalogue } from './catalogue.ts'
import type { Contact } from './contacts.ts'
import type { EdgeProfile, EdgeRecords } from './types.ts'
import { compareText, sortedTexts } from './order.ts'
import { newestRevisions } from './revisions.ts'
import {
  contactKey,
  deliveriesOf,
  isOversized,
  isPersonLevel,
  profileKey,
  sessionKey,
  sharedTokens,
  typeOf,
} from './sharing.ts'

export interface Carrier {
  readonly kind: 'session' | 'contact' | 'profile'
  /** Kind and own id: `session:…`, `contact:…`, `profile:…`. */
  readonly key: string
  readonly tokens: readonly string[]
  readonly unshared: readonly string[]
  readonly ambiguous: boolean
  /** Ambiguous, or without any unshared token. */
  readonly unlinkable: boolean
}

export interface WhoIsWho {
  readonly carriers: readonly Carrier[]
  /** Null: it is no carrier (an excluded session; a contact that is internal or whose actor is not public). */
  readonly carrierOf: (key: string) => Carrier | null
  /** All carriers of the same person, itself included. */
  readonly personOf: (carrier: Carrier) => readonly Carrier[]
  readonly householdOf: (carrier: Carrier) => readonly Carrier[]
}

/** Section 4: "excluded if any of its events has `actor` other than `public`". */
export const isExcludedSession = (session: string, records: EdgeRecords): boolean =>
  records.web.some((event) => event.session === session && (event.actor ?? 'public') !== 'public')

export const whoIsWho = (records: EdgeRecords, contacts: readonly Contact[], catalogue: Catalogue): WhoIsWho => {
  const deliveries = deliveriesOf(records)
  const shared = sharedTokens(deliveries, catalogue)
  const carriers = rawCarriers(records, contacts).map((raw): Carrier => {
    const ambiguous = isAmbiguous(raw, catalogue) || isOversized(raw.key, deliveries)
    const unshared = raw.tokens.filter((token) => !shared.has(token))
    return { ...raw, unshared, ambiguous, unlinkable: ambiguous || unshared.length === 0 }
  })
  const persons = groupByTokens(carriers, isPersonLevel)
  const households = groupByTokens(carriers, () => true)
  return {
    carriers,
    carrierOf: (key) => carriers.find((carrier) => carrier.key === key) ?? null,
    personOf: (carrier) => persons.get(carrier.key) ?? [carrier],
    householdOf: (carrier) => households.get(carrier.key) ?? [carrier],
  }
}

type RawCarrier = Pick<Carrier, 'kind' | 'key' | 'tokens'>

/** Section 1: `source` + `id`. */
const identityOfProfile = (profile: EdgeProfile): string => JSON.stringify([profile.source, profile.id])

const rawCarriers = (records: EdgeRecords, contacts: readonly Contact[]): RawCarrier[] => {
  const sessions = sortedTexts(records.web.map((event) => event.session))
    .filter((session) => !isExcludedSession(session, records))
    .map((session): RawCarrier => {
      const events = records.web.filter((event) => event.session === session)
      return { kind: 'session', key: sessionKey(session), tokens: unitedTokens(events) }
    })
  const ofContacts = contacts
    .filter((contact) => contact.actor === 'public' && contact.direction !== 'internal')
    .map((contact): RawCarrier => {
      return { kind: 'contact', key: contactKey(contact.id), tokens: unitedTokens(contact.legs) }
    })
  const profiles = newestRevisions(records.profiles, identityOfProfile).map((profile): RawCarrier => {
    return { kind: 'profile', key: profileKey(profile), tokens: unitedTokens([profile]) }
  })
  return [...sessions, ...ofContacts, ...profiles]
}

const unitedTokens = (records: readonly { readonly identifiers?: readonly string[] }[]): string[] =>
  sortedTexts(records.flatMap((record) => record.identifiers ?? []))

/** "Two or more distinct `account` tokens, or two or more distinct `crm`"; a profile: more than `maxPeople` of one. */
const isAmbiguous = (raw: RawCarrier, catalogue: Catalogue): boolean => {
  const limit = raw.kind === 'profile' ? catalogue.maxPeople : 1
  return ['account', 'crm'].some((type) => raw.tokens.filter((token) => typeOf(token) === type).length > limit)
}

/** "Two unambiguous carriers are the same if they carry one and the same unshared token; closed under transitivity." */
const groupByTokens = (
  carriers: readonly Carrier[],
  connects: (token: string) => boolean,
): Map<string, readonly Carrier[]> => {
  const groups = new Map<string, readonly Carrier[]>()
  for (const carrier of carriers) {
    if (carrier.ambiguous || groups.has(carrier.key)) continue
    const group = [carrier]
    for (const member of group) {
      const ties = member.unshared.filter(connects)
      const tied = carriers.filter(
        (other) => !other.ambiguous && !group.includes(other) && other.unshared.some((token) => ties.includes(token)),
      )
      group.push(...tied)
    }
    for (const member of group) groups.set(member.key, group)
  }
  return groups
}

/** "A person is known if one of its carriers carries an unshared `account` or `crm` token." */
export const isKnown = (person: readonly Carrier[]): boolean =>
  person.some((carrier) => carrier.unshared.some((token) => ['account', 'crm'].includes(typeOf(token))))

/** "Same caller", of two contacts that are carriers. */
export const isSameCaller = (a: Carrier, b: Carrier, who: WhoIsWho): boolean => {
  const personOfA = who.personOf(a)
  const personOfB = who.personOf(b)
  if (personOfA.includes(b)) return true
  if (isKnown(personOfA) && isKnown(personOfB)) return false
  return sharesLandline(a, personOfB) || sharesLandline(b, personOfA)
}

/** "One carries an unshared `landline` that a carrier of the other's person carries"; an ambiguous one's does not count. */
const sharesLandline = (contact: Carrier, person: readonly Carrier[]): boolean =>
  !contact.ambiguous &&
  contact.unshared
    .filter((token) => typeOf(token) === 'landline')
    .some((landline) => person.some((carrier) => !carrier.ambiguous && carrier.unshared.includes(landline)))

/** `resident`: the smallest unshared person-level token among the carriers of its person; else kind and own id. */
export const residentOf = (carrier: Carrier, who: WhoIsWho): string =>
  smallestToken(carrier, who.personOf(carrier), isPersonLevel)

/** `household`: likewise over all levels and its household. */
export const householdNameOf = (carrier: Carrier, who: WhoIsWho): string =>
  smallestToken(carrier, who.householdOf(carrier), () => true)

const smallestToken = (carrier: Carrier, group: readonly Carrier[], isWanted: (token: string) => boolean): string => {
  if (carrier.unlinkable) return carrier.key
  const [smallest] = group.flatMap((member) => member.unshared.filter(isWanted)).sort(compareText)
  return smallest ?? carrier.key
}
