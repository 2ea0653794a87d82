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
