/**
 * `ringback start` in one process: the doors in a thread of their own, and the main thread, which folds what they took, answers pages
 * and runs commands.
 */
import { setPriority } from 'node:os'
import { setTimeout as wait } from 'node:timers/promises'
import { RingbackError } from '@ringback/pipeline'
import { createMetrics, type LoadedConfig } from '@ringback/runtime'
import { COMMANDS } from './commands.ts'
import { listenControl, type RunCommand } from './control.ts'
import { createDrain } from './drain.ts'
import { beginEdge, type Edge } from './edge.ts'
import { followRules, openEmbeddedHouse, sweep } from './embedded-house.ts'
import { dataDirOf, type EmbeddedHouse } from './house.ts'
import { openHouseInbox } from './house-inbox.ts'
import { watchInboxFolder } from './inbox-folder.ts'
import { importsFolder } from './inbox-import.ts'
import type { Io } from './io.ts'
import { parseCommand, type ParsedCommand, usageError } from './options.ts'
import { createPages } from './pages.ts'
import { createTurns, type Turns } from './turns.ts'

export interface Address {
  readonly port: number
  readonly host: string
}

/** What a running `start` offers to whoever runs beside it. */
export interface Running {
  readonly house: EmbeddedHouse
  /** Of the doors and pages, with a slash at its end. */
  readonly url: string
  readonly turns: Turns
  /** Aborts when it is told to stop. */
  readonly signal: AbortSignal
}

/** Runs from when the doors are open; it need not end. */
export type Beside = (running: Running) => Promise<void>

/** What the doors took last is in the tables when the process ends, if that takes no longer. */
const DRAIN_WITHIN_MS = 3_000
/** Of two threads that want the same core the doors get three quarters: what is accepted may wait, who knocks may not. */
const NICE = 5

/**
 * On Linux a priority is a thread's own, and goes over to the threads that it begins from then on: the tables' own, and the one that
 * reads files. Elsewhere it would be the whole process's.
 */
const stepBack = (): void => {
  if (process.platform === 'linux') setPriority(0, NICE)
}

/** Commands that others send go through the one house that is open. */
const createRunCommand =
  (house: EmbeddedHouse, turns: Turns): RunCommand =>
  async (asked, io) => {
    const [name = '', ...argv] = asked.argv
    const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
    if (!command || 'run' in command) throw usageError(`${name}: no such command`)
    const parsed = parseCommand(argv, command.options)
    if (asked.config !== null && asked.config !== house.configFile)
      throw new RingbackError('configuration', `the running \`start\` has ${house.configFile}: stop it to use another`)
    const { now } = parsed.common
    const stdin = asked.stdin === null ? {} : { stdin: asked.stdin }
    const run = command.prepare(parsed, { ...io, ...stdin })
    const own = now === undefined ? house : { ...house, clock: () => now }
    return turns(() => run(own, { ...io, ...stdin }))
  }

/** What runs on an open house until it is told to stop; resolves to the signal. */
const runHouse = async (
  house: EmbeddedHouse,
  edge: Edge,
  io: Io,
  stopped: Promise<string>,
  host: string,
  beside: Beside | undefined,
): Promise<void> => {
  const { store, dataDir, linkKey } = house
  const metrics = createMetrics({ withProcess: true })
  const inbox = openHouseInbox(house)
  const pages = createPages(house, io)
  const turns = createTurns()
  const stopping = new AbortController()
  const pause = (ms: number, signal: AbortSignal): Promise<void> => wait(ms, undefined, { signal })
  const drain = createDrain({
    ...house,
    inbox,
    mayRest: () => inbox.waitingBytes() < house.config.collector.inbox / 4,
    onRead: edge.read,
    patience: { random: Math.random, pause },
    metrics: metrics.of('pipeline'),
    onTrouble: ({ message }) =>
      io.err(`${message} What was accepted waits in the inbox, and is tried again until it works.\n`),
  })
  try {
    const port = await edge.open({
      key: linkKey().key,
      inboxRead: store.progress().inboxRead,
      onAppended: drain.wake,
      answer: {
        page: pages.answer,
        readiness: async () => ((await house.warehouse.ping()) ? null : 'the tables do not answer'),
        metrics: metrics.text,
      },
    })
    const closeControl = await listenControl(dataDir, createRunCommand(house, turns), io)
    const watched = watchInboxFolder(importsFolder(house, turns, io), pause, stopping.signal)
    const url = `http://${host}:${port}/`
    await io.out(`Ringback runs: ${url} (data in ${dataDir}; stop with Ctrl-C)\n`)
    const ran = beside?.({ house, url, turns, signal: stopping.signal }) ?? Promise.resolve()
    const failing = [watched, ran].map((work) => work.then(() => stopped))
    const signal = await Promise.race([stopped, edge.failed, drain.failed, ...failing])
    stopping.abort()
    io.err(`${signal}: stopping.\n`)
    // What it was about ends with the house.
    await ran.catch(() => undefined)
    await closeControl?.()
    await edge.stop()
  } finally {
    stopping.abort()
    await drain.stop(DRAIN_WITHIN_MS)
    await pages.close()
    await inbox.close()
  }
}

export const startEmbedded = async (
  loaded: LoadedConfig,
  { common }: ParsedCommand,
  io: Io,
  stopped: Promise<string>,
  { port, host }: Address,
  beside?: Beside,
): Promise<number> => {
  const { config, file: configFile } = loaded
  const edge = beginEdge({ config, configFile, dataDir: dataDirOf(common, io), port, host, now: common.now })
  // From here on: the thread of the doors began before.
  stepBack()
  const house = await openEmbeddedHouse(loaded, common, io)
  try {
    await sweep(house)
    await followRules(house, io)
    await runHouse(house, edge, io, stopped, host, beside)
  } finally {
    await house.close()
  }
  return 0
}
