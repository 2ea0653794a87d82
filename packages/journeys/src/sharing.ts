/** When a token shows itself shared: the table of SEMANTICS section 3. */
import type { Config, Token } from '@ringback/contracts'
import { isPersonLevel } from './carriers.ts'
import { tokenType } from './facts.ts'

export type SharingLimits = Pick<Config['identity'], 'maxPeople' | 'maxHousehold' | 'maxCarriers'>

const PEOPLE: ReadonlySet<string> = new Set(['account', 'crm', 'email', 'mobile'])
const PEOPLE_OF_A_CUSTOMER: ReadonlySet<string> = new Set(['email', 'mobile'])

/** The types of people whose number beside a token tells whether it is shared. */
const counted = (token: Token): ReadonlySet<string> => {
  const type = tokenType(token)
  return type === 'account' || type === 'crm' ? PEOPLE_OF_A_CUSTOMER : PEOPLE
}

/** More distinct people of one type than this beside it, and the token is shared. */
const mostPeople = (token: Token, limits: SharingLimits): number =>
  isPersonLevel(token) ? limits.maxPeople : limits.maxHousehold

/**
 * The people beside a token in one record, of the types that count for it, sorted; of each type at most two beyond
 * the limit, since more cannot matter.
 */
export const peopleBeside = (token: Token, tokens: readonly Token[], limits: SharingLimits): readonly Token[] => {
  const types = counted(token)
  const most = mostPeople(token, limits) + 2
  const perType = new Map<string, number>()
  return tokens.filter((other) => {
    const type = tokenType(other)
    if (other === token || !types.has(type)) return false
    const before = perType.get(type) ?? 0
    perType.set(type, before + 1)
    return before < most
  })
}

/** Whether so many carriers, or these people (of the types that count), make a token shared. */
export const showsShared = (
  token: Token,
  carriers: number,
  people: Iterable<Token>,
  limits: SharingLimits,
): boolean => {
  if (carriers > limits.maxCarriers) return true
  const most = mostPeople(token, limits)
  const perType = new Map<string, number>()
  for (const person of people) {
    const type = tokenType(person)
    const count = (perType.get(type) ?? 0) + 1
    if (count > most) return true
    perType.set(type, count)
  }
  return false
}
