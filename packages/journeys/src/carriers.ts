/** Who is who: SEMANTICS section 3. */
import { type CanonicalLeg, parseInstant, type Token } from '@ringback/contracts'
import {
  type CarrierFacts,
  type ContactFacts,
  type HouseholdFacts,
  type OwnFacts,
  type SessionFacts,
  tokenType,
} from './facts.ts'

/** With more distinct tokens than this a carrier connects nothing. */
export const CARRIER_TOKENS = 50

const PERSON_TYPES: ReadonlySet<string> = new Set(['account', 'crm', 'email', 'mobile', 'code', 'case'])
const EXACT_TYPES: ReadonlySet<string> = new Set(['account', 'crm', 'code', 'case'])
const REACHABLE_TYPES: ReadonlySet<string> = new Set(['mobile', 'landline', 'email', 'crm'])

export const isPersonLevel = (token: Token): boolean => PERSON_TYPES.has(tokenType(token))

export const sessionNode = (session: string): string => `session:${session}`
export const profileNode = (source: string, id: string): string => `profile:${encodeSource(source)}:${id}`

const encodeSource = (source: string): string => source.replace(/[%:]/g, (mark) => (mark === '%' ? '%25' : '%3A'))

/** `source:conversation`, `%` and `:` in the source percent-encoded (section 6). */
export const toContactId = (source: string, conversation: string): string => `${encodeSource(source)}:${conversation}`
export const contactNode = (source: string, conversation: string): string =>
  `contact:${toContactId(source, conversation)}`

/** A session, contact or profile, and the person and household it belongs to. */
export interface Carrier<F extends OwnFacts = OwnFacts> {
  /** Its node: `session:ID`, `contact:SOURCE:CONVERSATION`, `profile:SOURCE:ID`. */
  readonly name: string
  readonly own: F
  /** Current tokens, sorted: of all events, of the newest revisions. */
  readonly tokens: readonly Token[]
  /** Those of them that are not shared. */
  readonly unshared: readonly Token[]
  readonly isAmbiguous: boolean
  /** Unambiguous, with an unshared token: somebody may be tied to it. */
  readonly isLinkable: boolean
  person: Person
  household: Household
}

export interface Person {
  readonly carriers: Carrier[]
  /** One of its carriers carries an unshared `account` or `crm` token. */
  isKnown: boolean
}

export interface Household {
  readonly carriers: Carrier[]
  /** Holds, in web sessions and profiles, a token by which a return would be recognised (section 5, reachable). */
  isReachable: boolean
}

/** A contact's legs, parsed, in the order of their ids. */
export interface ParsedContact {
  readonly legs: readonly (CanonicalLeg & { readonly at: number | undefined })[]
  /** The leg that gives channel, direction and actor: the earliest (ties: inbound first, then the smaller id). */
  readonly lead: CanonicalLeg
  readonly startedAt: number | undefined
}

const isInbound = (leg: CanonicalLeg): boolean => (leg.direction ?? 'inbound') === 'inbound'

/** Facts are never changed, and are asked for more than once in one judging. */
const parsedContacts = new WeakMap<ContactFacts, ParsedContact>()

export const parseContact = (facts: ContactFacts): ParsedContact => {
  const known = parsedContacts.get(facts)
  if (known) return known
  const parsed = toParsedContact(facts)
  parsedContacts.set(facts, parsed)
  return parsed
}

const toParsedContact = (facts: ContactFacts): ParsedContact => {
  const legs = facts.legs.map(([, leg]) => {
    const parsed = JSON.parse(leg.canonical) as CanonicalLeg
    return { ...parsed, at: parsed.time === undefined ? undefined : parseInstant(parsed.time) }
  })
  const timed = legs.filter((leg) => leg.at !== undefined)
  const [lead] = (timed.length > 0 ? timed : legs).toSorted((a, b) => {
    const earlier =
      a.at !== undefined && b.at !== undefined
        ? a.at - b.at
        : (a.date ?? '') < (b.date ?? '')
          ? -1
          : +(a.date !== b.date)
    return earlier || +isInbound(b) - +isInbound(a) || (a.id < b.id ? -1 : 1)
  })
  if (!lead) throw new TypeError('a contact without a leg')
  return { legs, lead, startedAt: (lead as { at?: number }).at }
}

const distinct = (tokens: readonly Token[], type: string): number => {
  let count = 0
  for (const token of tokens) if (tokenType(token) === type) count++
  return count
}

const isAmbiguous = (kind: OwnFacts['kind'], tokens: readonly Token[], ever: number, maxPeople: number): boolean => {
  if (ever > CARRIER_TOKENS) return true
  const most = kind === 'profile' ? maxPeople : 1
  return distinct(tokens, 'account') > most || distinct(tokens, 'crm') > most
}

const currentTokens = (facts: CarrierFacts, contact: ParsedContact | undefined): readonly Token[] => {
  if (contact) return [...new Set(contact.legs.flatMap((leg) => leg.identifiers ?? []))].sort()
  if (facts.own.kind === 'profile')
    return (JSON.parse(facts.own.canonical) as { identifiers: readonly Token[] }).identifiers
  return facts.tokens.map(([token]) => token)
}

/** Whether it is a carrier at all: no session excluded, no contact that is internal or not the public's. */
const isCarrier = (own: OwnFacts, contact: ParsedContact | undefined): boolean => {
  if (own.kind === 'session') return !own.isExcluded
  return !contact || ((contact.lead.actor ?? 'public') === 'public' && contact.lead.direction !== 'internal')
}

/** Gives each carrier the group it is in: carriers that share a key, directly or through others, are one group. */
const group = <G extends { readonly carriers: Carrier[] }>(
  carriers: readonly Carrier[],
  keysOf: (carrier: Carrier) => readonly Token[],
  createGroup: () => G,
  assign: (carrier: Carrier, joined: G) => void,
): void => {
  const byToken = new Map<Token, G>()
  for (const carrier of carriers) {
    let joined: G | undefined
    const keys = keysOf(carrier)
    for (const key of keys) {
      const found = byToken.get(key)
      if (!found || found === joined) continue
      if (!joined) joined = found
      else {
        // The smaller of the two moves into the larger.
        const [into, from]: [G, G] = joined.carriers.length >= found.carriers.length ? [joined, found] : [found, joined]
        for (const moved of from.carriers) {
          into.carriers.push(moved)
          assign(moved, into)
          for (const token of keysOf(moved)) byToken.set(token, into)
        }
        joined = into
      }
    }
    joined ??= createGroup()
    joined.carriers.push(carrier)
    assign(carrier, joined)
    for (const key of keys) byToken.set(key, joined)
  }
}

export interface WhoIsWho {
  readonly sessions: readonly Carrier<SessionFacts>[]
  readonly contacts: readonly (Carrier<ContactFacts> & {
    readonly contact: ParsedContact
    readonly isCarrier: boolean
  })[]
  /** Pairs of tokens that one unambiguous profile holds together. */
  readonly profiles: readonly (readonly Token[])[]
}

/** Persons and households among the carriers of one place, given which tokens are shared. */
export const whoIsWho = (facts: HouseholdFacts, marks: ReadonlySet<Token>, maxPeople: number): WhoIsWho => {
  const all: (Carrier & { contact?: ParsedContact; isCarrier: boolean })[] = []
  for (const [name, carrierFacts] of facts) {
    const { own } = carrierFacts
    const contact = own.kind === 'contact' ? parseContact(own) : undefined
    const counts = isCarrier(own, contact)
    if (own.kind === 'session' && !counts) continue
    const tokens = currentTokens(carrierFacts, contact)
    const unshared = tokens.filter((token) => !marks.has(token))
    const ambiguous = isAmbiguous(own.kind, tokens, carrierFacts.tokens.length, maxPeople)
    all.push({
      name,
      own,
      tokens,
      unshared,
      isAmbiguous: ambiguous,
      isLinkable: counts && !ambiguous && unshared.length > 0,
      person: { carriers: [], isKnown: false },
      household: { carriers: [], isReachable: false },
      isCarrier: counts,
      ...(contact ? { contact } : {}),
    })
  }
  const linking = (carrier: Carrier): readonly Token[] => (carrier.isLinkable ? carrier.unshared : [])
  group(
    all,
    (carrier) => linking(carrier).filter(isPersonLevel),
    (): Person => ({ carriers: [], isKnown: false }),
    (carrier, person) => {
      carrier.person = person
    },
  )
  group(
    all,
    linking,
    (): Household => ({ carriers: [], isReachable: false }),
    (carrier, household) => {
      carrier.household = household
    },
  )
  for (const carrier of all) {
    if (!carrier.isLinkable) continue
    for (const token of carrier.unshared) {
      const type = tokenType(token)
      if (type === 'account' || type === 'crm') carrier.person.isKnown = true
      if (carrier.own.kind !== 'contact' && REACHABLE_TYPES.has(type)) carrier.household.isReachable = true
    }
  }
  return {
    sessions: all.filter(
      (carrier): carrier is typeof carrier & Carrier<SessionFacts> => carrier.own.kind === 'session',
    ),
    contacts: all.filter((carrier): carrier is WhoIsWho['contacts'][number] => carrier.contact !== undefined),
    profiles: all
      .filter((carrier) => carrier.own.kind === 'profile' && carrier.isLinkable)
      .map((carrier) => carrier.unshared.filter((token) => EXACT_TYPES.has(tokenType(token)))),
  }
}

/** The tokens that make a basis `exact` (section 7), unshared. */
export const exactTokens = (carrier: Carrier): readonly Token[] =>
  carrier.unshared.filter((token) => EXACT_TYPES.has(tokenType(token)))

const least = (carriers: readonly Carrier[], counts: (token: Token) => boolean): Token | undefined => {
  let smallest: Token | undefined
  for (const carrier of carriers)
    for (const token of carrier.unshared)
      if ((smallest === undefined || token < smallest) && counts(token)) smallest = token
  return smallest
}

/** `resident` of a row: its person's smallest unshared person-level token, else its own kind and id. */
export const residentOf = (carrier: Carrier): string =>
  (carrier.isLinkable ? least(carrier.person.carriers, isPersonLevel) : undefined) ?? carrier.name

/** `household` likewise, over all levels. */
export const householdOf = (carrier: Carrier): string =>
  (carrier.isLinkable ? least(carrier.household.carriers, () => true) : undefined) ?? carrier.name

/**
 * Same caller, of two contacts: the same person; or, unless both are known, an unshared landline of one that some
 * carrier of the other's person carries too.
 */
export const isSameCaller = (a: Carrier, b: Carrier): boolean => {
  if (a.person === b.person) return true
  if (!a.isLinkable || !b.isLinkable || (a.person.isKnown && b.person.isKnown)) return false
  const carriesOneOf = (one: Carrier, other: Carrier): boolean =>
    one.unshared.some(
      (token) =>
        tokenType(token) === 'landline' && other.person.carriers.some((carrier) => carrier.unshared.includes(token)),
    )
  return carriesOneOf(a, b) || carriesOneOf(b, a)
}
