/** Where an import's records go: into this process's pipeline, or onto the topics of the cluster. */
import type { Instant } from '@ringback/contracts'
import type { FeedDeclaration } from '@ringback/pipeline'
import type { ReadBatch, ReadOutput } from './import-worker.ts'

export interface ImportSink {
  /** What the reading thread makes of records. */
  readonly output: ReadOutput['kind']
  /** When the records count as received. */
  readonly received: Instant
  readonly badRowsReceived: Instant
  /** Resolves when there is room for more. */
  readonly take: (batch: ReadBatch) => Promise<void>
  /** Resolves when all that was taken is in the tables, and what was declared. Returns how many revisions lost to newer ones since. */
  readonly end: (declared: readonly Omit<FeedDeclaration, 'kind'>[]) => Promise<number>
}
