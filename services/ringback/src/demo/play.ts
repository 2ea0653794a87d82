/** Plays a council's week through the real doors, and says on the terminal how it goes. */
import { type Instant, SECOND_MS } from '@ringback/contracts'
import type { Council, Delivery } from '@ringback/council'
import { toLeagueTable } from '@ringback/insights'
import type { EmbeddedHouse } from '../house.ts'
import type { Io } from '../io.ts'
import { describeLeague } from '../league-text.ts'
import type { DemoClock } from './demo-clock.ts'
import type { Send } from './senders.ts'
import { createDescribeTime, describeIncidents } from './telling.ts'

const TICK_MS = SECOND_MS
const TOLD_EVERY_MS = 10 * SECOND_MS
const LEAGUE_EVERY_MS = 60 * SECOND_MS
const LEAGUE_ROWS = 15

export interface PlayParts {
  readonly house: EmbeddedHouse
  readonly council: Council
  /** In the order of their arrival. */
  readonly deliveries: Iterator<Delivery>
  /** The first of them, if it was taken already. */
  readonly next: Delivery | undefined
  readonly delays: ReadonlyMap<string, number>
  readonly clock: DemoClock
  readonly send: Send
  /** All that arrives before it is accepted. */
  readonly onPlayed: (upTo: Instant) => void
  /** Resolves after so long, rejects when the demo is to end. */
  readonly pause: (ms: number) => Promise<void>
  readonly io: Io
}

const number = (value: number): string => value.toLocaleString('en-GB')

/** Each contact feed is complete to as long ago as it comes late. */
export const declareFeeds = async (
  { warehouse }: Pick<EmbeddedHouse, 'warehouse'>,
  delays: ReadonlyMap<string, number>,
  now: Instant,
): Promise<void> => {
  for (const [source, delay] of delays) await warehouse.declareFeed(source, now - delay)
}

export const tellLeague = async ({ warehouse, config }: EmbeddedHouse, now: Instant, io: Io): Promise<void> => {
  const league = toLeagueTable(await warehouse.taskRates({ config, now }))
  await io.out(`\n${describeLeague(league, config, LEAGUE_ROWS)}\n`)
}

/** Runs until its `pause` rejects. */
export const play = async (parts: PlayParts): Promise<never> => {
  const { house, council, deliveries, delays, clock, send, onPlayed, pause, io } = parts
  const describeTime = createDescribeTime(house.config.council.timezone)
  let { next } = parts
  let [records, files] = [0, 0]
  let [toldAt, leagueAt] = [io.clock(), io.clock()]
  let wasLive = clock.isLive()

  const dueBefore = (now: Instant): readonly Delivery[] => {
    const due: Delivery[] = []
    for (;;) {
      next ??= deliveries.next().value as Delivery | undefined
      if (!next || next.arrivesAt >= now) return due
      due.push(next)
      next = undefined
    }
  }
  const tell = async (now: Instant): Promise<void> => {
    toldAt = io.clock()
    const news = describeIncidents(council.incidents, now)
    const came = `${number(records)} records and ${files} files came in so far`
    await io.out(`${describeTime(now)}: ${came}${news === '' ? '' : `; ${news}`}.\n`)
  }

  for (;;) {
    const now = clock.now()
    const due = dueBefore(now)
    await send(due)
    for (const one of due)
      if (one.kind === 'file') files++
      else records += one.records.length
    onPlayed(now)
    if (io.clock() - toldAt >= TOLD_EVERY_MS && !wasLive) await tell(now)
    if (io.clock() - leagueAt >= LEAGUE_EVERY_MS || (clock.isLive() && !wasLive)) {
      leagueAt = io.clock()
      await declareFeeds(house, delays, now)
      if (!wasLive) await tellLeague(house, now, io)
    }
    if (clock.isLive() && !wasLive) {
      wasLive = true
      await io.out('That was the week up to now. It goes on as the clock does; `ringback export` works beside it.\n')
    }
    await pause(TICK_MS)
  }
}
