/** Section 3: which tokens have shown themselves shared. */
import type { Catalogue } from './catalogue.ts'
import type { EdgeLeg, EdgeProfile, EdgeRecords, EdgeWebEvent } from './types.ts'
import { contactIdOf } from './contacts.ts'

export const typeOf = (token: string): string => token.slice(0, token.indexOf(':'))

const HOUSEHOLD_LEVEL = ['landline', 'uprn', 'device']

export const isPersonLevel = (token: string): boolean => !HOUSEHOLD_LEVEL.includes(typeOf(token))

/** One delivered record, as far as sharing and size go: the carrier that it is of, and its own tokens. */
interface Delivery {
  readonly carrier: string
  readonly tokens: readonly string[]
  /** "Not internal legs, nor those whose own `actor` is not public." */
  readonly counts: boolean
}

export const sessionKey = (session: string): string => `session:${session}`
export const contactKey = (contactId: string): string => `contact:${contactId}`
/** A profile's id alone would be one for two systems; its source is written as a contact's is. */
export const profileKey = (profile: EdgeProfile): string =>
  `profile:${profile.source.replaceAll('%', '%25').replaceAll(':', '%3A')}:${profile.id}`

const isPublic = (record: EdgeWebEvent | EdgeLeg): boolean => (record.actor ?? 'public') === 'public'

/** Every record ever received, superseded revisions too. */
export const deliveriesOf = (records: EdgeRecords): Delivery[] => [
  ...records.web.map((event) => {
    return { carrier: sessionKey(event.session), tokens: event.identifiers ?? [], counts: isPublic(event) }
  }),
  ...records.contacts.map((leg) => {
    const counts = isPublic(leg) && leg.direction !== 'internal'
    return { carrier: contactKey(contactIdOf(leg)), tokens: leg.identifiers ?? [], counts }
  }),
  ...records.profiles.map((profile) => {
    return { carrier: profileKey(profile), tokens: profile.identifiers ?? [], counts: true }
  }),
]

/** "Any carrier with which more than 50 distinct tokens were ever received, superseded revisions included." */
export const isOversized = (carrier: string, deliveries: readonly Delivery[]): boolean =>
  new Set(deliveries.flatMap((delivery) => (delivery.carrier === carrier ? delivery.tokens : []))).size > 50

/** "A token is shared once the records received with it, taken together, show it so." */
export const sharedTokens = (deliveries: readonly Delivery[], catalogue: Catalogue): Set<string> => {
  const counting = deliveries.filter((delivery) => delivery.counts)
  const tokens = new Set(counting.flatMap((delivery) => delivery.tokens))
  return new Set([...tokens].filter((token) => isShared(token, counting, catalogue)))
}

const isShared = (token: string, counting: readonly Delivery[], catalogue: Catalogue): boolean => {
  const withIt = counting.filter((delivery) => delivery.tokens.includes(token))
  const beside = new Set(withIt.flatMap((delivery) => delivery.tokens).filter((other) => other !== token))
  const { types, limit } = sharingRuleOf(token, catalogue)
  const distinctOf = (type: string): number => [...beside].filter((other) => typeOf(other) === type).length
  const carriers = new Set(withIt.map((delivery) => delivery.carrier))
  return types.some((type) => distinctOf(type) > limit) || carriers.size > catalogue.maxCarriers
}

/** The table of section 3. */
const sharingRuleOf = (token: string, catalogue: Catalogue): { types: string[]; limit: number } => {
  if (typeOf(token) === 'account' || typeOf(token) === 'crm') {
    return { types: ['email', 'mobile'], limit: catalogue.maxPeople }
  }
  const types = ['account', 'crm', 'email', 'mobile']
  return { types, limit: isPersonLevel(token) ? catalogue.maxPeople : catalogue.maxHousehold }
}
