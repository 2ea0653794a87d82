/** The store of bad rows: CONTRACT section 3. */
import type { Instant } from '@ringback/contracts'
import { RingbackError, type SealedBadRow } from '@ringback/pipeline'
import { insertLines } from './conclusions.ts'
import type { Engine } from './engine.ts'
import { readStatement } from './statements.ts'

const INSERT_BAD_ROWS = readStatement('insert-bad-rows')

/** Keeps bad rows. One that is known already is none more; one that was redriven and is bad again is back. */
export const insertBadRows = (engine: Engine, rows: readonly SealedBadRow[]): Promise<void> =>
  insertAll(
    engine,
    rows.map((row) => JSON.stringify({ ...toRow(row), version: Date.parse(row.received_at), is_deleted: 0 })),
  )

/** A place may quote a file name that is no text; the tables hold text alone. */
const toRow = ({ sealed, sealed_until, ...row }: SealedBadRow): SealedBadRow => ({
  ...row,
  kind: row.kind?.toWellFormed() ?? null,
  source: row.source?.toWellFormed() ?? null,
  place: row.place.toWellFormed(),
  pointer: row.pointer.toWellFormed(),
  ...(sealed !== undefined && sealed_until !== undefined && { sealed, sealed_until }),
})

/** Takes away bad rows that were redriven at `at` and are good now. */
export const withdrawBadRows = (engine: Engine, ids: readonly string[], at: Instant): Promise<void> =>
  insertAll(
    engine,
    ids.map((id) => JSON.stringify({ id, version: at, is_deleted: 1 })),
  )

const insertAll = async (engine: Engine, lines: readonly string[]): Promise<void> => {
  if (lines.length === 0) return
  const [rejected] = await insertLines(engine, INSERT_BAD_ROWS, lines.join('\n'))
  if (rejected !== undefined)
    throw new RingbackError('warehouse', 'The tables refused a bad row.', { cause: rejected.cause })
}
