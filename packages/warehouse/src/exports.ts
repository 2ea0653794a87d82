/** `export journeys | flagged | contacts | bad-rows`: CONTRACT sections 3 and 4. */
import {
  type BadReason,
  type BadRow,
  createZone,
  type ExportedContact,
  type ExportedJourney,
  type Instant,
} from '@ringback/contracts'
import type { Engine, Parameters } from './engine.ts'
import { readStatement, type Statement } from './statements.ts'

/** [from, to); without one of them, from the beginning or to the end. */
export interface RedrivableBadRow extends BadRow {
  /** '' where nothing is, or its time is over. */
  readonly sealed: string
}

export interface Period {
  readonly from?: Instant | undefined
  readonly to?: Instant | undefined
}

/** The tables' own range: DateTime64 and Date32 hold 1900 to 2299. */
export const FIRST_INSTANT: Instant = Date.UTC(1900, 0, 1)
export const LAST_INSTANT: Instant = Date.UTC(2299, 11, 31)
export const FIRST_DAY = '1900-01-01'
export const LAST_DAY = '2299-12-31'

/** A bound that the tables can hold; one beyond their range is as good as none. */
export const inRange = (at: number): Instant => Math.trunc(Math.min(LAST_INSTANT, Math.max(FIRST_INSTANT, at)))

const JOURNEYS = readStatement('export-journeys')
const CONTACTS = readStatement('export-contacts')
const BAD_ROWS = readStatement('export-bad-rows')
const REDRIVABLE_BAD_ROWS = readStatement('redrivable-bad-rows')

/** Rows of a page: a few megabytes. */
const PAGE = 5_000

/**
 * Pages by the id, which is the tables' order, so that a whole export reads each row once and holds one page at a time
 * (in the process, the engine hands over a result all at once). A row that is written meanwhile is there or not, and
 * never twice.
 */
async function* paged<Row extends object>(
  engine: Engine,
  statement: Statement,
  id: keyof Row,
  parameters: Parameters,
): AsyncGenerator<Row> {
  for (let after = ''; ;) {
    const rows = await engine.select<Row>(statement, { ...parameters, after, page: PAGE })
    yield* rows
    const last = rows.at(-1)
    if (last === undefined || rows.length < PAGE) return
    after = String(last[id])
  }
}

const bounds = ({ from, to }: Period): Parameters => ({
  from_at: inRange(from ?? FIRST_INSTANT),
  to_at: inRange(to ?? LAST_INSTANT),
})

/** By `last_at`. `flagged`: only those that are. */
export const exportJourneys = (
  engine: Engine,
  period: Period & { readonly flagged?: boolean },
): AsyncIterable<ExportedJourney> =>
  paged<ExportedJourney>(engine, JOURNEYS, 'journey_id', {
    ...bounds(period),
    flagged_only: period.flagged ?? false,
  })

/** By `started_at`; a contact that has a day alone by that, between the council's local days of the bounds. */
export const exportContacts = (
  engine: Engine,
  period: Period & { readonly timezone: string },
): AsyncIterable<ExportedContact> => {
  const zone = createZone(period.timezone)
  return paged<ExportedContact>(engine, CONTACTS, 'contact_id', {
    ...bounds(period),
    from_day: period.from === undefined ? FIRST_DAY : zone.dayOf(inRange(period.from)),
    to_day: period.to === undefined ? LAST_DAY : zone.dayOf(inRange(period.to)),
  })
}

/** Of one reason, or all, with what is sealed of them at `now`. */
export const redrivableBadRows = (
  engine: Engine,
  { reason, now }: { readonly reason?: BadReason | undefined; readonly now: Instant },
): AsyncIterable<RedrivableBadRow> =>
  paged<RedrivableBadRow>(engine, REDRIVABLE_BAD_ROWS, 'id', { reason: reason ?? '', now: inRange(now) })

/** By `received_at`. */
export const exportBadRows = (engine: Engine, period: Period): AsyncIterable<BadRow> =>
  paged<BadRow>(engine, BAD_ROWS, 'id', bounds(period))
