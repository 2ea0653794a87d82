export { createFold, refreshOf } from './fold.ts'
export type { Fold, FoldConfig, FoldOutput } from './fold.ts'
export { createJudge } from './judging.ts'
export type { Judge, Judged, Said } from './judging.ts'
export { decodeMessage, encodeMessage, MOST_CHARACTERS } from './message-codec.ts'
export type {
  FactsMessage,
  JudgeMessage,
  LinkMessage,
  LogMessage,
  Message,
  RulesMessage,
  SeenMessage,
} from './messages.ts'
export type { EvidenceState, Nodes, NodeState, RootState } from './node-state.ts'
export { compareNodes, isCarrierNode, rankOf, toVersion } from './order.ts'
export type { NodeName } from './order.ts'
