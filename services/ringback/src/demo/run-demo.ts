/**
 * `ringback demo`: a made-up council in a folder of its own. Its last weeks are imported, then the week up to now is played through the
 * doors, faster than it was; from there on it goes as the clock does. Begun again, it goes on from where it was.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { addDays, createZone, DAY_MS, type Instant, type LocalDay, weekdayOf } from '@ringback/contracts'
import { keysFileOf } from '@ringback/collector'
import { RingbackError } from '@ringback/pipeline'
import { type Address, type Beside, startEmbedded } from '../embedded-start.ts'
import { dataDirOf, requireConfig } from '../house.ts'
import type { Io } from '../io.ts'
import { type ParsedCommand, usageError } from '../options.ts'
import { createDemoClock } from './demo-clock.ts'
import {
  councilOf,
  type DemoState,
  feedDelays,
  isEmptyFolder,
  makeDemoFolder,
  readDemoState,
  writeDemoState,
} from './demo-folder.ts'
import { makeDemoKeys } from './demo-keys.ts'
import { loadHistory } from './history.ts'
import { declareFeeds, play, tellLeague } from './play.ts'
import { createSend } from './senders.ts'

export const DEMO_OPTIONS = {
  port: { type: 'string' },
  host: { type: 'string' },
  seed: { type: 'string' },
  residents: { type: 'string' },
  speed: { type: 'string' },
} as const

const TIMEZONE = 'Europe/London'
/** What is imported before the last week is played: so many whole weeks, and up to six days. */
const WEEKS_BEFORE = 4
const PLAYED_MS = 7 * DAY_MS

const whole = ({ values }: ParsedCommand, name: string, without: number): number => {
  const text = values[name]
  const value = text === undefined ? without : Number(text)
  if (Number.isSafeInteger(value) && value >= 1) return value
  throw usageError(`--${name}: expected a whole number, at least 1`)
}

/** The Monday on which the imported weeks begin. */
const startOf = (now: Instant): LocalDay => {
  const day = createZone(TIMEZONE).dayOf(now - PLAYED_MS)
  return addDays(day, -weekdayOf(day) - 7 * WEEKS_BEFORE)
}

/** The state of the folder: one that was begun, or a new one. Throws where it holds anything else. */
const prepare = (parsed: ParsedCommand, dataDir: string, io: Io): DemoState => {
  const known = readDemoState(dataDir)
  if (known) return known
  if (!isEmptyFolder(dataDir))
    throw new RingbackError('usage', `${dataDir} holds something that is no demo: name a new folder with --data`)
  const state = {
    seed: whole(parsed, 'seed', 1),
    residents: whole(parsed, 'residents', 6_000),
    start: startOf(io.clock()),
    playedTo: null,
  }
  makeDemoFolder(dataDir, state)
  return state
}

const createBeside =
  (state: DemoState, speed: number, io: Io): Beside =>
  async ({ house, url, turns, signal }) => {
    const { dataDir, config, configFile } = house
    const council = councilOf(state)
    const delays = feedDelays(council)
    const playFrom = Math.max(state.playedTo ?? council.start, io.clock() - PLAYED_MS)
    const deliveries = council.deliveries(state.playedTo ?? council.start)[Symbol.iterator]()
    await io.out(`A made-up council of ${state.residents.toLocaleString('en-GB')} residents: nobody in it is real.\n`)
    const { history, next } = await turns(() => loadHistory(house, council, deliveries, playFrom, io))
    await declareFeeds(house, delays, playFrom)
    if (history.read > 0) {
      await io.out(
        `${history.read.toLocaleString('en-GB')} records of its last weeks loaded in ${history.seconds.toFixed(1)} s.\n`,
      )
      await tellLeague(house, playFrom, io)
    }
    writeDemoState(dataDir, { ...state, playedTo: playFrom })
    await io.out(`Now its week up to today comes in through the doors, ${speed} times as fast as it happened.\n`)
    const keys = makeDemoKeys(keysFileOf({ config, configFile, dataDir }), house.linkKey().key, io.clock())
    const pause = (ms: number): Promise<void> => wait(ms, undefined, { signal })
    await play({
      house,
      council,
      deliveries,
      next,
      delays,
      clock: createDemoClock(playFrom, speed, io.clock),
      send: createSend({ url, dataDir, keys, pause }),
      onPlayed: (upTo) => writeDemoState(dataDir, { ...state, playedTo: upTo }),
      pause,
      io,
    })
  }

/** Runs until it is told to stop. */
export const runDemo = (parsed: ParsedCommand, io: Io, stopped: Promise<string>, address: Address): Promise<number> => {
  const dataDir = dataDirOf(parsed.common, io)
  const speed = whole(parsed, 'speed', 1_000)
  const state = prepare(parsed, dataDir, io)
  return startEmbedded(requireConfig(parsed.common, io), parsed, io, stopped, address, createBeside(state, speed, io))
}
