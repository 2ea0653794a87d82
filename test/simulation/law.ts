/** What the law says of tokens, straight from records: the yardstick of the simulation's assertions. */
import type { Config, EdgeRecord, Token } from '@ringback/contracts'
import {
  type CarrierFacts,
  createRules,
  factsOfLeg,
  factsOfProfile,
  factsOfSession,
  type Rules,
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
