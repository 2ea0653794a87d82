/**
 * What the doors of the embedded mode have accepted, and the state does not hold yet. It is durable when `append` resolves, and goes when
 * the state holds it: who dies in between folds it again, which changes nothing.
 */
import type { EdgeRecord, SealedBadRow } from '@ringback/contracts'

export type { SealedBadRow }

/** What one request brought: its records after the edge, and what was refused of it. */
export interface InboxEntry {
  readonly records: readonly EdgeRecord[]
  readonly bad: readonly SealedBadRow[]
}

/** Entries as they came, up to a position. */
export interface InboxBatch {
  readonly upTo: number
  readonly entries: readonly InboxEntry[]
  /** Whether there were more than would fit. */
  readonly hasMore: boolean
}

export interface Inbox {
  /** Resolves when it is on disk. Rejects with a retryable RingbackError where the inbox is full, or the disk is. */
  readonly append: (entry: InboxEntry) => Promise<void>
  /** The oldest entries behind a position, up to about so many bytes and at least one; undefined: there are none. */
  readonly read: (after: number, mostBytes: number) => InboxBatch | undefined
  /** What lies at or before a position has gone where it had to: it is removed with what comes next, or soon. */
  readonly remove: (upTo: number) => void
  /** Bytes on disk that wait, about. */
  readonly waitingBytes: () => number
  /** Resolves when what is under way has ended. */
  readonly close: () => Promise<void>
}
