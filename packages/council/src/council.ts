/** Borsetshire: what its systems send, in the order in which it arrives, and the truth beside it. */
import { addDays, DAY_MS, type Instant, type LocalDay, type RecordKind } from '@ringback/contracts'
import { createAgenda, type FeedName, type Item, KIND_OF } from './agenda.ts'
import { clockChangeRows } from './clock-changes.ts'
import { CRM_HEADER, DESK_HEADER } from './cases.ts'
import { councilConfig, type MappedFeed, MAPPINGS } from './council-config.ts'
import { liveHour } from './hours.ts'
import type { Incident } from './incidents.ts'
import { GIVEN } from './parameters.ts'
import type { TrueRecord } from './truth.ts'
import { createWorld, type World } from './world.ts'

export interface CouncilOptions {
  readonly seed?: number
  readonly residents?: number
  readonly weeks?: number
  /** A local day, best a Monday. */
  readonly start?: LocalDay
}

/** What comes in at once: records of one feed, at most 500, or a whole file. */
export type Delivery =
  | {
      readonly kind: 'records'
      readonly arrivesAt: Instant
      readonly feed: FeedName
      readonly records: readonly object[]
      readonly recordKind: RecordKind
    }
  | {
      readonly kind: 'file'
      readonly arrivesAt: Instant
      readonly feed: MappedFeed
      readonly name: string
      readonly text: string
      readonly recordKind: RecordKind
    }
export type Output = Delivery | { readonly kind: 'truth'; readonly truth: TrueRecord }

export interface Council {
  readonly configYaml: string
  /** Mapping files, by the feed whose files they read. */
  readonly mappings: Readonly<Record<MappedFeed, string>>
  readonly incidents: readonly Incident[]
  readonly start: Instant
  /** Nothing begins at or after it; what has begun goes on to arrive for some weeks. */
  readonly end: Instant
  /** In order of arrival, from `from` (the start) up to `before` (until all has arrived). */
  readonly deliveries: (from?: Instant, before?: Instant) => Iterable<Delivery>
  readonly truth: () => Iterable<TrueRecord>
  /** Both in one go, which costs no more than either. */
  readonly everything: () => Iterable<Output>
}

const BATCH = 500
/** What begins on a day is over after so many: a draft, a return, and contacts that come again. */
const LONGEST_DAYS = 45
const HOURS = 24
const HEADERS: Readonly<Record<MappedFeed, string>> = { crm: CRM_HEADER, desk: DESK_HEADER }

function* batchesOf(feed: FeedName, arrivesAt: Instant, records: readonly object[]): Generator<Delivery> {
  for (let at = 0; at < records.length; at += BATCH)
    yield { kind: 'records', arrivesAt, feed, records: records.slice(at, at + BATCH), recordKind: KIND_OF[feed] }
}

/** What is due in one minute: records by feed, rows by file, the truth as it is. */
function* outputsOf(items: readonly Item[]): Generator<Output> {
  const records = new Map<FeedName, object[]>()
  const files = new Map<string, { readonly feed: MappedFeed; readonly rows: string[] }>()
  let arrivesAt = 0
  for (const item of items) {
    arrivesAt = item.at
    if (item.kind === 'truth') yield { kind: 'truth', truth: item.truth }
    else if (item.kind === 'record') {
      const known = records.get(item.feed)
      if (known) known.push(item.record)
      else records.set(item.feed, [item.record])
    } else {
      const known = files.get(item.file)
      if (known) known.rows.push(item.row)
      else files.set(item.file, { feed: item.feed, rows: [item.row] })
    }
  }
  for (const [feed, list] of records) yield* batchesOf(feed, arrivesAt, list)
  for (const [name, { feed, rows }] of files) {
    const text = `${[HEADERS[feed], ...rows].join('\r\n')}\r\n`
    yield { kind: 'file', arrivesAt, feed, name, text, recordKind: 'contacts' }
  }
}

/** All that the CRM knows of its customers when the twelve weeks begin. */
function* customersOf({ residents }: World, arrivesAt: Instant): Generator<Delivery> {
  let records: object[] = []
  for (let index = 0; index < residents.dealing; index += 1) {
    const { crm, account, email, phone } = residents.dealer(index)
    if (crm === undefined) continue
    const identifiers = { crm, ...(account === undefined ? {} : { account }), email, phone }
    records.push({ source: 'customers', id: crm, revision: 0, identifiers })
    if (records.length < BATCH) continue
    yield* batchesOf('customers', arrivesAt, records)
    records = []
  }
  yield* batchesOf('customers', arrivesAt, records)
}

interface Period {
  readonly first: LocalDay
  readonly days: number
}

function* live(world: World, { first, days }: Period, from: Instant, before: Instant): Generator<Output> {
  const { zone } = world.calendar
  const start = zone.instantOf(first, 0)
  // What began before `from` may still arrive after it; what began long before cannot.
  const skipped = Math.min(days, Math.max(0, Math.floor((from - start) / DAY_MS) - LONGEST_DAYS))
  const agenda = createAgenda(zone.instantOf(addDays(first, skipped), 0))
  const isDue = (output: Output): boolean => output.kind === 'truth' || output.arrivesAt >= from
  function* due(until: Instant): Generator<Output> {
    for (const items of agenda.due(Math.min(until, before)))
      for (const output of outputsOf(items)) if (isDue(output)) yield output
  }
  if (from <= start) {
    yield* customersOf(world, start)
    for (const item of clockChangeRows(world, first)) agenda.add(item)
  }
  for (let day = skipped; day < days; day += 1)
    for (let hour = 0; hour < HOURS; hour += 1) {
      const local = addDays(first, day)
      const begins = zone.instantOf(local, hour * 60)
      if (begins >= before) return
      for (const item of liveHour(world, local, hour)) agenda.add(item)
      yield* due(zone.instantOf(local, (hour + 1) * 60))
    }
  yield* due(Infinity)
}

/** Throws RangeError where there are more residents than telephone numbers that are nobody's. */
export const createCouncil = (options: CouncilOptions = {}): Council => {
  const { seed = 1, residents = GIVEN.residents, weeks = GIVEN.weeks, start: first = '2026-09-07' } = options
  const world = createWorld(seed, residents, first)
  const { zone } = world.calendar
  const period = { first, days: weeks * 7 }
  const start = zone.instantOf(first, 0)
  const everything = (from = start, before = Infinity): Iterable<Output> => live(world, period, from, before)
  return {
    configYaml: councilConfig(first, weeks),
    mappings: MAPPINGS,
    incidents: world.incidents,
    start,
    end: zone.instantOf(addDays(first, period.days), 0),
    *deliveries(from, before) {
      for (const output of everything(from, before)) if (output.kind !== 'truth') yield output
    },
    *truth() {
      for (const output of everything()) if (output.kind === 'truth') yield output.truth
    },
    everything: () => everything(),
  }
}
