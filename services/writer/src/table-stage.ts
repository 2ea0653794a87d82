/**
 * The writer in the cluster: conclusions and bad rows into the tables, in big batches over all partitions at once. Everything that
 * waits goes in one insert, and only then does each partition commit: who dies in between inserts the same rows at the same
 * versions once more.
 */
import { parseInstant, SECOND_MS, type SealedBadRow, sealedBadRowSchema } from '@ringback/contracts'
import {
  type Batch,
  type BatchHandler,
  type FeedDeclaration,
  parseConclusion,
  type ReceivedMessage,
  type StageMetrics,
  type Table,
  type Topics,
} from '@ringback/pipeline'
import type { Logger } from '@ringback/runtime'
import type { Warehouse } from '@ringback/warehouse'
import { toLine } from './encode.ts'
import { createGathering, type GatheringTimes } from './gathering.ts'

/** What one insert brings to the tables. */
export interface TableBatch {
  readonly lines: Record<Table, string[]>
  readonly badRows: SealedBadRow[]
  readonly feeds: FeedDeclaration[]
}

export interface TableStageParts {
  readonly warehouse: Pick<Warehouse, 'insertConclusions' | 'insertBadRows' | 'declareFeed'>
  readonly topics: Topics
  readonly metrics: StageMetrics
  readonly logger: Logger
  readonly times: GatheringTimes
}

export interface TableStage extends BatchHandler {
  /** Why the last insert failed, if it did. */
  readonly failure: () => string | undefined
}

const parseBadRow = (text: string): SealedBadRow => {
  const row = sealedBadRowSchema.parse(JSON.parse(text))
  if (parseInstant(row.received_at) === undefined) throw new TypeError('a bad row without the time it was received')
  if (row.sealed !== undefined && parseInstant(row.sealed_until ?? '') === undefined)
    throw new TypeError('a sealed copy without the time until which it is kept')
  return row
}

const HEARTBEAT_MS = 3 * SECOND_MS

const emptyBatch = (): TableBatch => ({ lines: { journeys: [], contacts: [] }, badRows: [], feeds: [] })

export const createTableStage = ({ warehouse, topics, metrics, logger, times }: TableStageParts): TableStage => {
  let failure: string | undefined

  const insert = async (parts: readonly TableBatch[]): Promise<void> => {
    const lines = (table: Table): string[] => parts.flatMap((part) => part.lines[table])
    const conclusions = { journeys: lines('journeys'), contacts: lines('contacts') }
    const badRows = parts.flatMap((part) => part.badRows)
    try {
      await warehouse.insertConclusions(conclusions, ({ table, cause }) => {
        metrics.bad('refused', 1)
        logger.error({ table, err: cause }, 'The table refused a row, which is a fault of Ringback.')
      })
      await warehouse.insertBadRows(badRows)
      for (const { source, completeTo } of greatest(parts.flatMap((part) => part.feeds)))
        await warehouse.declareFeed(source, completeTo)
    } catch (error) {
      failure = error instanceof Error ? error.message : String(error)
      throw error
    }
    failure = undefined
    metrics.sent('journeys', conclusions.journeys.length)
    metrics.sent('contacts', conclusions.contacts.length)
    metrics.sent('bad-rows', badRows.length)
    logger.debug(
      {
        partitions: parts.length,
        journeys: conclusions.journeys.length,
        contacts: conclusions.contacts.length,
        badRows: badRows.length,
      },
      'Inserted a batch.',
    )
  }
  const gather = createGathering(insert, times)

  const add = (into: TableBatch, topic: string, text: string): void => {
    if (topic === topics.badRows) {
      into.badRows.push(parseBadRow(text))
      return
    }
    const conclusion = parseConclusion(text)
    if (conclusion.kind === 'feed') into.feeds.push(conclusion)
    else {
      const { table, line } = toLine(conclusion)
      into.lines[table].push(line)
    }
  }

  const take = (into: TableBatch, { value, offset }: ReceivedMessage, { topic, partition }: Batch): number => {
    if (value === null) {
      metrics.dropped('tombstone', 1)
      return 0
    }
    try {
      add(into, topic, value.toString())
      return value.length
    } catch (error) {
      metrics.bad('malformed', 1)
      logger.warn({ err: error, topic, partition, offset }, 'Passed over a message that is none of ours.')
      return 0
    }
  }

  /** Whoever waits for slow tables is a member still. One who is none any more finds out when it commits. */
  const staying = async (inserted: Promise<void>, batch: Batch): Promise<void> => {
    let isIn = false
    const whenIn = inserted.finally(() => {
      isIn = true
    })
    for (;;) {
      await Promise.race([whenIn, times.pause(HEARTBEAT_MS).catch(() => whenIn)])
      // In, or failed: only itself tells.
      if (isIn) return whenIn
      await batch.heartbeat()
    }
  }

  return {
    failure: () => failure,
    onBatch: async (batch) => {
      const last = batch.messages.at(-1)
      if (!last) return
      const taken = emptyBatch()
      let bytes = 0
      for (const message of batch.messages) bytes += take(taken, message, batch)
      if (bytes > 0) {
        const inserted = gather(taken, bytes, batch.highWatermark > last.offset + 1)
        await staying(inserted, batch)
      }
      // Killed before this: the same rows once more, at the versions that they have.
      await batch.commit(last.offset + 1)
    },
  }
}

/** Of several declarations of one feed the greatest counts. */
const greatest = (feeds: readonly FeedDeclaration[]): readonly FeedDeclaration[] => {
  const bySource = new Map<string, FeedDeclaration>()
  for (const feed of feeds) {
    const known = bySource.get(feed.source)
    if (!known || known.completeTo < feed.completeTo) bySource.set(feed.source, feed)
  }
  return [...bySource.values()]
}
