/**
 * What the doors of the embedded mode have accepted, and the tables do not have yet. It is durable when `append` resolves, and goes when the
 * state holds it: who dies in between folds it again, which changes nothing.
 */
import type { SealedBadRow } from '@ringback/contracts'

export type { SealedBadRow }

/** What one request brought: its records as they go on topics (JSON, each by itself), and what was refused of it. */
export interface InboxEntry {
  readonly records: readonly string[]
  readonly bad: readonly SealedBadRow[]
}

export interface Inbox {
  /** Resolves when all of it is on disk. Rejects with a retryable RingbackError where it is full, or the disk is. */
  readonly append: (entries: readonly InboxEntry[]) => Promise<void>
  /** The oldest entries behind a position, up to so many bytes and at least one. */
  readonly read: (
    after: number,
    mostBytes: number,
  ) => readonly { readonly position: number; readonly entry: InboxEntry }[]
  /** All entries up to a position have gone where they had to. */
  readonly remove: (upTo: number) => void
  /** Bytes that wait, about. */
  readonly waitingBytes: () => number
  readonly close: () => Promise<void>
}
