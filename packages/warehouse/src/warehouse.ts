/** The tables: everything that is asked of ClickHouse, in the process or on a server, goes through here. */
import type {
  BadReason,
  BadRow,
  Config,
  ContactRate,
  ExportedContact,
  ExportedJourney,
  Instant,
  TaskRate,
} from '@ringback/contracts'
import type { SealedBadRow } from '@ringback/pipeline'
import { insertBadRows, withdrawBadRows } from './bad-rows.ts'
import { type Conclusions, insertConclusions, type Unwritable } from './conclusions.ts'
import { measureContactRates } from './contact-rates.ts'
import { type EmbeddedTables, type Engine, openEmbeddedEngine, openServerEngine, type ServerTables } from './engine.ts'
import {
  exportBadRows,
  exportContacts,
  exportJourneys,
  type Period,
  redrivableBadRows,
  type RedrivableBadRow,
} from './exports.ts'
import { contactFeeds, type DeclaredFeed, declaredFeeds, declareFeed, type Feed } from './feeds.ts'
import { migrate, missingMigrations } from './migrate.ts'
import { publishContactRates, type PublishedContactRate, publishTaskRates, type PublishedTaskRate } from './publish.ts'
import type { RatesQuestion } from './rates.ts'
import { measureTaskRates } from './task-rates.ts'

export interface Warehouse {
  /** Brings the tables to this version's shape; the names of the migrations that were missing. */
  readonly migrate: () => Promise<readonly string[]>
  /** The names of those that are missing. Rejects where nothing was made yet, or the tables are of a later version. */
  readonly missingMigrations: () => Promise<readonly string[]>

  /** Resolves when the rows are in their tables, for good: then, and not before, forget them. Repeat what throws. */
  readonly insertConclusions: (conclusions: Conclusions, onUnwritable: (row: Unwritable) => void) => Promise<void>
  readonly insertBadRows: (rows: readonly SealedBadRow[]) => Promise<void>
  /** Those of one reason, or all, with their sealed copies where these are still kept. */
  readonly redrivableBadRows: (which: {
    readonly reason?: BadReason | undefined
    readonly now: Instant
  }) => AsyncIterable<RedrivableBadRow>
  /** Takes away bad rows that were redriven at `at` and are good now. */
  readonly withdrawBadRows: (ids: readonly string[], at: Instant) => Promise<void>
  /** A contact feed is complete up to an instant, its operator says. The greatest declaration counts. */
  readonly declareFeed: (source: string, completeTo: Instant) => Promise<void>
  /** What was declared. */
  readonly feeds: () => Promise<readonly DeclaredFeed[]>
  /** How far each contact feed reaches, by declaration or delay (SEMANTICS section 9). */
  readonly contactFeeds: (config: Pick<Config, 'feeds'>, now: Instant) => Promise<readonly Feed[]>

  /** The exports of CONTRACT section 4, in the order of their ids, a page at a time. */
  readonly journeys: (period?: Period) => AsyncIterable<ExportedJourney>
  readonly flagged: (period?: Period) => AsyncIterable<ExportedJourney>
  readonly contacts: (period: Period & { readonly timezone: string }) => AsyncIterable<ExportedContact>
  readonly badRows: (period?: Period) => AsyncIterable<BadRow>
  /** The rates of SEMANTICS section 8: exact, for the operator. */
  readonly taskRates: (question: RatesQuestion) => Promise<readonly TaskRate[]>
  readonly contactRates: (question: RatesQuestion) => Promise<readonly ContactRate[]>
  /** The same for outside the house. What is withheld depends on the weeks asked for: publish one range, not several. */
  readonly publishedTaskRates: (question: RatesQuestion) => Promise<readonly PublishedTaskRate[]>
  readonly publishedContactRates: (question: RatesQuestion) => Promise<readonly PublishedContactRate[]>

  /** Whether the engine answers. */
  readonly ping: () => Promise<boolean>
  /** Waits for what is under way and lets go of the data folder. */
  readonly close: () => Promise<void>
}

/** Tables in this process. Throws `locked` if another process, or another folder in this one, is open. */
export const openEmbedded = async (tables: EmbeddedTables): Promise<Warehouse> =>
  createWarehouse(await openEmbeddedEngine(tables))

/** Tables on a ClickHouse server. Nothing is asked of it yet. */
export const openServer = (tables: ServerTables): Warehouse => createWarehouse(openServerEngine(tables))

const createWarehouse = (engine: Engine): Warehouse => ({
  migrate: () => migrate(engine),
  missingMigrations: () => missingMigrations(engine),
  insertConclusions: (conclusions, onUnwritable) => insertConclusions(engine, conclusions, onUnwritable),
  insertBadRows: (rows) => insertBadRows(engine, rows),
  redrivableBadRows: (which) => redrivableBadRows(engine, which),
  withdrawBadRows: (ids, at) => withdrawBadRows(engine, ids, at),
  declareFeed: (source, completeTo) => declareFeed(engine, source, completeTo),
  feeds: () => declaredFeeds(engine),
  contactFeeds: (config, now) => contactFeeds(engine, config, now),
  journeys: (period = {}) => exportJourneys(engine, period),
  flagged: (period = {}) => exportJourneys(engine, { ...period, flagged: true }),
  contacts: (period) => exportContacts(engine, period),
  badRows: (period = {}) => exportBadRows(engine, period),
  taskRates: async (question) => (await measureTaskRates(engine, question)).map(({ row }) => row),
  contactRates: async (question) => (await measureContactRates(engine, question)).map(({ row }) => row),
  publishedTaskRates: async (question) => publishTaskRates(await measureTaskRates(engine, question), question.config),
  publishedContactRates: async (question) =>
    publishContactRates(await measureContactRates(engine, question), question.config),
  ping: engine.ping,
  close: engine.close,
})
