export { logConformance } from './log/log-conformance.ts'
export type { OpenLog } from './log/log-conformance.ts'
export { createReader, numbered, until } from './log/log-reader.ts'
export type { Reader, ReaderOptions } from './log/log-reader.ts'
export { createMemoryLog } from './log/memory-log.ts'
export type { MemoryLogOptions } from './log/memory-log.ts'
export { openBrowser } from './browser.ts'
export { claimsConformance } from './claims-conformance.ts'
export type { ClaimsConformance, ClaimsUnderTest } from './claims-conformance.ts'
export { keyedStateConformance } from './keyed-state-conformance.ts'
export type { KeyedStateConformance, KeyedStateUnderTest } from './keyed-state-conformance.ts'
export { createMemoryClaims } from './memory-claims.ts'
export type { MemoryClaims } from './memory-claims.ts'
export { createMemoryState } from './memory-state.ts'
export type { MemorySnapshot, MemoryState, MemoryStateOptions } from './memory-state.ts'
export { startNative } from './native.ts'
export type { Native, NativePart } from './native.ts'
export { AGAINST_THE_TABLE, EXAMPLES_NOW, readLawExamples } from './law-examples.ts'
export type { LawExample } from './law-examples.ts'
export { referenceLaw } from './reference/law.ts'
export type { ReferenceRows } from './reference/law.ts'
export { plainEdge } from './reference/plain-edge.ts'
export type { RawIdentifiers, RawRecord, RawRecords } from './reference/plain-edge.ts'
export { referenceRates } from './reference/rates.ts'
export type { ReferenceRates } from './reference/rates.ts'
export type {
  EdgeLeg,
  EdgeProfile,
  EdgeRecords,
  EdgeWebEvent,
  ReferenceConfig,
  ReferenceContactRate,
  ReferenceContactRow,
  ReferenceJourneyRow,
  ReferenceTaskRate,
} from './reference/types.ts'
export { inBatches, shuffled, withDuplicates } from './worlds/random.ts'
export { randomWorld } from './worlds/random-world.ts'
export type { RandomWorld, WorldOptions } from './worlds/random-world.ts'
export { batchOf, countingMetrics, createSink } from './batches.ts'
export type { BatchOptions, Sink } from './batches.ts'
