/** What the law says of tokens, straight from records: the yardstick of the simulation's assertions. */
import type { Config, EdgeRecord, Token } from '@ringback/contracts'
import {
  type CarrierFacts,
  createRules,
  factsOfLeg,
  factsOfProfile,
  factsOfSession,
  type Rules,
  tokenType,
} from '@ringback/journeys'
import { carrierOf } from '../scenarios/judge-records.ts'

export interface TokenEvidence {
  /** The carriers that show it. */
  readonly carriers: ReadonlySet<string>
  readonly people: ReadonlySet<Token>
}

const factsOf = (rules: Rules, record: EdgeRecord): CarrierFacts =>
  record.kind === 'web'
    ? factsOfSession([record], rules)
    : record.kind === 'contacts'
      ? factsOfLeg(record, rules.config.identity)
      : factsOfProfile(record, rules.config.identity)

/** Of each token: who shows it, and the people beside it. */
export const peopleOf = (config: Config, records: readonly EdgeRecord[]): ReadonlyMap<Token, TokenEvidence> => {
  const known = new Map<Token, { carriers: Set<string>; people: Set<Token> }>()
  const rules = createRules(config)
  for (const record of records)
    for (const [token, { shows, people }] of factsOf(rules, record).tokens) {
      const evidence = known.get(token) ?? { carriers: new Set<string>(), people: new Set<Token>() }
      known.set(token, evidence)
      if (shows) evidence.carriers.add(carrierOf(record))
      for (const person of people) evidence.people.add(person)
    }
  return known
}

/** Connects nothing: the 51st token, two customers in a session, or somebody else's session. */
const isAlone = (node: string, tokens: ReadonlySet<Token>, isExcluded: boolean): boolean => {
  if (tokens.size > 50) return true
  if (!node.startsWith('session:')) return false
  const count = (type: string): number => [...tokens].filter((token) => tokenType(token) === type).length
  return isExcluded || count('account') > 1 || count('crm') > 1
}

export interface Carriers {
  readonly tokens: ReadonlyMap<string, ReadonlySet<Token>>
  readonly alone: ReadonlySet<string>
}

/** Of each carrier: its tokens, and whether it connects nothing. */
export const carriersOf = (records: readonly EdgeRecord[]): Carriers => {
  const tokens = new Map<string, Set<Token>>()
  const excluded = new Set<string>()
  for (const record of records) {
    const name = carrierOf(record)
    const known = tokens.get(name) ?? new Set<Token>()
    tokens.set(name, known)
    for (const token of record.tokens) known.add(token)
    if (record.kind === 'web' && !record.isPublic) excluded.add(name)
  }
  const alone = new Set(
    [...tokens].filter(([name, own]) => isAlone(name, own, excluded.has(name))).map(([name]) => name),
  )
  return { tokens, alone }
}
