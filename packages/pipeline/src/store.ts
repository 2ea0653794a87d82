/**
 * What the embedded runner rests on: one durable place whose state, counters and outgoing conclusions change together or not
 * at all. A crash is a transaction that never happened.
 */
import type { Instant } from '@ringback/contracts'
import type { FactsMessage, Nodes } from '@ringback/households'

export const TABLES = ['journeys', 'contacts'] as const
/** The tables that conclusions go to. */
export type Table = (typeof TABLES)[number]

/** Rows on their way to a table, as the JSON lines of one insert. */
export interface OutboxEntry {
  /** Of the transaction that said them. */
  readonly sequence: number
  readonly table: Table
  readonly rows: number
  readonly body: Buffer
}

/** What the pipeline remembers of itself. */
export interface Progress {
  /** Of the last transaction: the offset of everything it said. */
  readonly sequence: number
  /** The fold's clock: when the last batch was received, never going back. */
  readonly now: Instant
  /** Which rules the last judging followed; null before the first. */
  readonly ruleVersion: string | null
  /** Which link key the data was made with. */
  readonly keyId: string | null
  /** The half-retention in which the profiles were last said again. */
  readonly profilesSaidIn: number
  /** Up to where the inbox has been folded; folders of before there was one have 0. */
  readonly inboxRead: number
}

export const NO_PROGRESS: Progress = {
  sequence: 0,
  now: 0,
  ruleVersion: null,
  keyId: null,
  profilesSaidIn: 0,
  inboxRead: 0,
}

export interface StoreTransaction extends Nodes {
  progress: Progress
  /** Leaves with the transaction, and stays until it is removed. */
  readonly appendOutbox: (entry: OutboxEntry) => void
  /** A profile's own facts, kept for saying them again. */
  readonly getProfile: (node: string) => FactsMessage | undefined
  /** undefined: no more. */
  readonly setProfile: (node: string, message: FactsMessage | undefined) => void
}

export interface Transacted<T> {
  readonly result: T
  /** How many nodes it changed: what it cost, and held in memory. */
  readonly changed: number
  /** Resolves when it is kept. Rejects when it could not be: then nothing of it happened, nor of what was done on top of it. */
  readonly committed: Promise<void>
}

export interface Store {
  /** As the last transaction left it, kept or on its way to be. */
  readonly progress: () => Progress
  /**
   * Runs `work` atomically, after the transactions before it and on what they did: what it throws undoes all of it. Resolves when it
   * is on its way to be kept; that the one before was kept is certain by then.
   */
  readonly transaction: <T>(work: (transaction: StoreTransaction) => T) => Promise<Transacted<T>>
  /** Entries that are kept, in the order of their sequence. */
  readonly outbox: () => Iterable<OutboxEntry>
  readonly removeOutbox: (entries: readonly OutboxEntry[]) => Promise<void>
  readonly profiles: () => Iterable<FactsMessage>
  /** The names of all nodes that hold a household. */
  readonly roots: () => Iterable<string>
  /** Lets go of nodes that were last written before a day; returns how many. */
  readonly sweep: (before: Instant) => Promise<number>
  /** Resolves when all that was committed is on disk. */
  readonly flushed: () => Promise<void>
  readonly close: () => Promise<void>
}
