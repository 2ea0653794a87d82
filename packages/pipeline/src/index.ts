export { toBadRow } from './bad-row.ts'
export type { BadRowOrigin } from './bad-row.ts'
export type { Claims } from './claims.ts'
export { encodeConclusion, encodeDeclaration, parseConclusion } from './conclusion-codec.ts'
export type { FeedDeclaration, TopicConclusion, VersionedConclusion } from './conclusion-codec.ts'
export { RingbackError } from './errors.ts'
export type { ErrorCode } from './errors.ts'
export type { Inbox, InboxBatch, InboxEntry, SealedBadRow } from './inbox.ts'
export { POSITION_KEY } from './keyed-state.ts'
export type { KeyedState, StateEntry, WriteOutcome } from './keyed-state.ts'
export { partitionOf } from './log.ts'
export type {
  Batch,
  BatchHandler,
  Bounds,
  Log,
  OutgoingMessage,
  OwnedPartition,
  ReceivedMessage,
  Subscription,
  SubscriptionOptions,
  TopicSpec,
} from './log.ts'
export { NO_METRICS } from './stage-metrics.ts'
export type { StageMetrics } from './stage-metrics.ts'
export { NO_PROGRESS, TABLES } from './store.ts'
export type { OutboxEntry, Progress, Store, StoreTransaction, Table, Transacted } from './store.ts'
export { groupsOf, sourceSpecs, topicsOf, topicSpecs } from './topics.ts'
export type { KafkaConfig, Topics } from './topics.ts'
