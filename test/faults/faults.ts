/**
 * `npm run faults [-- --kills 30 --joins 10 --broker 3 --redis 3 --clickhouse 3 --disk 2 --seed N --short]`: the cluster, with real
 * servers and processes under load, through faults of every kind; after each the tables must be those of the reference law of all
 * records sent so far. A failure prints its seed and the command that does the same again, and keeps the folder with every log.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { createRandom, type Random } from '../simulation/random.ts'
import { type Cluster, LACKS_A_PROGRAM, LacksAProgram, SERVICES, startCluster } from './cluster.ts'
import { runDiskFault } from './disk.ts'
import { brokerOf, clickhouseOf, type Fault, joinOf, killOf, redisOf } from './kinds.ts'
import { createLedger, type Ledger } from './ledger.ts'
import { createLoad, type Load, sendPiece } from './load.ts'
import { settle } from './settling.ts'

const FULL = { kills: 30, joins: 10, broker: 3, redis: 3, clickhouse: 3, disk: 2 }
/** About five minutes. */
const SHORT: Counts = { kills: 5, joins: 2, broker: 1, redis: 1, clickhouse: 1, disk: 1 }

type Counts = typeof FULL

const { values } = parseArgs({
  options: {
    kills: { type: 'string' },
    joins: { type: 'string' },
    broker: { type: 'string' },
    redis: { type: 'string' },
    clickhouse: { type: 'string' },
    disk: { type: 'string' },
    seed: { type: 'string' },
    /** New worlds in a round. */
    worlds: { type: 'string', default: '4' },
    short: { type: 'boolean', default: false },
  },
})

const countOf = (name: keyof Counts): number => {
  const count = Number(values[name] ?? (values.short ? SHORT : FULL)[name])
  if (Number.isInteger(count) && count >= 0) return count
  console.error(`--${name}: expected a number from 0`)
  process.exit(2)
}

const clock = Date.now()
const began = performance.now()
const seed = Number(values.seed ?? clock % 1_000_000)
const random = createRandom(seed)

const say = (text: string): void =>
  console.log(`${((performance.now() - began) / 1_000).toFixed(0).padStart(5)} s  ${text}`)
const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`

/** `count` of them, each as often as the others. */
const evenly = <T>(count: number, choices: readonly T[]): T[] =>
  Array.from({ length: count }, (_, i) => choices[i % choices.length] as T)

const chooseFaults = (): Fault[] => {
  // Insights holds nothing and belongs to no group: it dies, too, but it has no partition to join.
  const workers = SERVICES.filter((name) => name !== 'insights')
  return random.shuffle([
    ...evenly(countOf('kills'), random.shuffle([...workers, ...SERVICES])).map((name) => killOf(name, random)),
    ...evenly(countOf('joins'), random.shuffle(workers)).map((name) => joinOf(name, random)),
    ...evenly(countOf('broker'), ['SIGKILL', 'SIGTERM'] as const).map((signal) => brokerOf(signal, random)),
    ...evenly(countOf('redis'), [false, true]).map((isFlushed) => redisOf(isFlushed, random)),
    ...evenly(countOf('clickhouse'), ['SIGKILL', 'SIGTERM'] as const).map(clickhouseOf),
  ])
}

const MOST_BETWEEN_MS = 300

/** Load comes in from before the fault until after it, which begins before any piece. Resolves, when it is over, to when it began. */
const sendThrough = async (
  cluster: Cluster,
  load: Load,
  ledger: Ledger,
  run: (cluster: Cluster) => Promise<void>,
): Promise<{ readonly pieces: number; readonly beganAt: number }> => {
  let beganAt = 0
  let isOver = false
  let happening: Promise<void> | undefined
  const begin = (): void => {
    beganAt = performance.now()
    happening = run(cluster).finally(() => {
      isOver = true
    })
    // It is looked at when all is sent.
    happening.catch(() => undefined)
  }
  let count = 0
  const send = async (at?: number): Promise<void> => {
    const pieces = load.next()
    for (const [i, piece] of pieces.entries()) {
      if (i === Math.min(at ?? -1, pieces.length - 1)) begin()
      await sendPiece(cluster.log, piece)
      ledger.add(piece.flatMap(({ holds }) => holds))
      count++
      await pause(random.below(MOST_BETWEEN_MS))
    }
  }
  await send(random.below(12))
  while (!isOver) await send()
  await happening
  return { pieces: count, beganAt }
}

const endedText = (ended: readonly string[]): string =>
  ended.length === 0 ? '' : `\n         started again, having ended by itself: ${ended.join('\n           ')}`

const runFaults = async (cluster: Cluster, faults: readonly Fault[]): Promise<Map<string, number[]>> => {
  const ledger = createLedger(clock)
  const load = createLoad({ seed, random, clock, worlds: Number(values.worlds) })
  const times = new Map<string, number[]>()
  const undisturbed: Pick<Fault, 'kind' | 'what' | 'run'>[] = [
    { kind: 'none' as never, what: 'no fault', run: () => Promise.resolve() },
  ]
  for (const [i, { kind, what, run }] of [...undisturbed, ...faults].entries()) {
    try {
      const { pieces, beganAt } = await sendThrough(cluster, load, ledger, run)
      const overAt = performance.now()
      const { rows, journeys, contacts, ended } = await settle(cluster, ledger.expected())
      for (const name of SERVICES) await cluster.untilReady(name)
      const took = performance.now() - overAt
      times.set(kind, [...(times.get(kind) ?? []), took])
      say(
        `${i}/${faults.length} ${what}: settled ${seconds(took)} after all ran again ` +
          `(${seconds(performance.now() - beganAt)} after it began); ${rows} rows as the law says ` +
          `(${journeys} journeys, ${contacts} contacts of ${ledger.size()} records, ${pieces} sends in this round)${endedText(ended)}`,
      )
    } catch (cause) {
      throw new Error(`${i}/${faults.length} ${what}`, { cause })
    }
  }
  for (const piece of load.rest()) {
    await sendPiece(cluster.log, piece)
    ledger.add(piece.flatMap(({ holds }) => holds))
  }
  const { rows } = await settle(cluster, ledger.expected())
  say(`what was held back is sent: ${rows} rows as the law says of ${ledger.size()} records`)
  return times
}

const describe = (error: unknown): string =>
  error instanceof Error
    ? `${error.message}${error.cause === undefined ? '' : `\n${describe(error.cause)}`}`
    : String(error)

const report = (times: ReadonlyMap<string, readonly number[]>): void => {
  for (const [kind, all] of times) {
    const sorted = all.toSorted((a, b) => a - b)
    const median = sorted[Math.floor(sorted.length / 2)] ?? 0
    say(`${kind}: ${all.length}, settled after ${seconds(median)} (median), ${seconds(sorted.at(-1) ?? 0)} (longest)`)
  }
}

const main = async (dir: string, random: Random): Promise<void> => {
  say(`seed ${seed}, in ${dir}`)
  const disks = countOf('disk')
  for (let i = 0; i < disks; i++) {
    const folder = join(dir, `disk-${i + 1}`)
    const isRunning = i % 2 === 1
    try {
      say(await runDiskFault({ folder, seed: seed + i, random, clock, isRunning }))
    } catch (cause) {
      throw new Error(`disk full ${i + 1}/${disks}, ${isRunning ? 'under a running start' : 'under imports'}`, {
        cause,
      })
    }
  }
  const faults = chooseFaults()
  if (faults.length === 0) return
  const cluster = await startCluster(dir)
  say(`the cluster runs`)
  try {
    report(await runFaults(cluster, faults))
  } finally {
    await cluster.close()
  }
}

const dir = mkdtempSync(join(tmpdir(), 'ringback-faults-'))
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  // What runs is ended by whoever watches this process.
  process.once(signal, () => process.exit(130))
try {
  await main(dir, random)
  rmSync(dir, { recursive: true, force: true })
  say('all faults were withstood')
} catch (error) {
  if (error instanceof LacksAProgram) {
    console.error(`this machine lacks what the cluster needs:\n${error.message}`)
    process.exit(LACKS_A_PROGRAM)
  }
  const counts = (Object.keys(FULL) as (keyof Counts)[]).map((name) => `--${name} ${countOf(name)}`).join(' ')
  console.error(
    `FAILED: seed ${seed}: ${describe(error)}\n  logs: ${dir}\n` +
      `  again: npm run faults -- --seed ${seed} --worlds ${values.worlds} ${counts}`,
  )
  process.exit(1)
}
process.exit(0)
