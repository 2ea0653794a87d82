export { CARRIER_TOKENS, contactNode, profileNode, sessionNode, toContactId } from './carriers.ts'
export { countSuperseded, mergeCarrier, mergeHousehold, mergeTokens, tokenType } from './facts.ts'
export type { CarrierFacts, CarrierTokens, Evidence, HouseholdFacts, OwnFacts } from './facts.ts'
export { judge, timesOf } from './judge.ts'
export type { Conclusion } from './judge.ts'
export { mergeKeyed, toKeyed, valueOf } from './lattice.ts'
export type { Keyed } from './lattice.ts'
export { factsOfLeg, factsOfProfile, factsOfSession } from './records.ts'
export { createRules } from './rules.ts'
export type { Rules } from './rules.ts'
export { showsShared } from './sharing.ts'
export type { SharingLimits } from './sharing.ts'
export {
  contactsAboutTasks,
  estimateRate,
  mostFrequent,
  shareOf,
  toMoney,
  toRate,
  toSeconds,
  wilsonInterval,
} from './statistics.ts'
