/**
 * How much comes through the doors: events over HTTP into `start` on a fresh folder, in batches of 500 and by themselves, durable before
 * they are acknowledged; how late the answers were, what memory did, how long the pipeline then took, and whether every acknowledged
 * event is in the tables. Beside it a server that only parses. `npm run bench:http [-- --minutes N] [--only batches|singles]`
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { COUNCIL_CONFIG } from './council-files.ts'
import type { Loaded, LoadTask } from './http-load.ts'
import { sessionNumber } from './live-sessions.ts'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string' },
    only: { type: 'string' },
    keep: { type: 'boolean' },
    prof: { type: 'boolean' },
  },
})
const SECONDS = Math.max(1, Math.round(60 * Number(values.minutes ?? 1)))
const YARDSTICK_SECONDS = Math.min(15, SECONDS)
/** All of the load has one key and one address: what the limits allow is not measured here. */
const CONFIG = `${COUNCIL_CONFIG}
collector: { limits: { recordsPerSecond: 10000000, requestsPerSecond: 10000000 } }
`
const SEED = 7
const MAIN = fileURLToPath(new URL('../../../services/ringback/dist/main.js', import.meta.url))
const script = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

interface Mode {
  readonly name: string
  readonly batch: number
  readonly connections: number
  readonly target: number
}

/** As many connections as keep the server busy: more would only make each wait longer. */
const MODES: readonly Mode[] = [
  { name: 'batches of 500', batch: 500, connections: 8, target: 40_000 },
  { name: 'single events', batch: 1, connections: 200, target: 8_000 },
]

const number = (value: number): string => Math.round(value).toLocaleString('en-GB')
const megabytes = (bytes: number): string => `${number(bytes / 1024 ** 2)} MB`

/** The load has the last core, where that can be said. */
const pinned = (command: readonly string[]): readonly string[] => {
  const canPin = spawnSync('taskset', ['-c', '0', 'true']).status === 0
  return canPin ? ['taskset', '-c', String(cpus().length - 1), ...command] : command
}

const load = async (task: LoadTask): Promise<Loaded> => {
  const [program = '', ...args] = pinned([process.execPath, script('http-load.js'), JSON.stringify(task)])
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  let said = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text))
  const [status] = (await once(child, 'close')) as [number | null]
  if (status !== 0) throw new Error(`the load ended with ${String(status)}`)
  return JSON.parse(said) as Loaded
}

interface Server {
  readonly child: ChildProcess
  readonly url: string
}

const serve = async (args: readonly string[]): Promise<Server> => {
  const child = spawn(process.execPath, ['--max-semi-space-size=32', ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /http:\/\/[^/]+\//.exec(line)?.[0]
    if (url !== undefined) return { child, url }
  }
  throw new Error(`${args.join(' ')}: ended`)
}

const stop = async ({ child }: Server): Promise<void> => {
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  await ended
}

interface Used {
  readonly cpuSeconds: number
  readonly residentBytes: number
}

/** Where the system tells: CPU seconds of all threads so far, and what is resident. */
const usedBy = ({ child }: Server): Used => {
  try {
    const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
    // Of proc(5): utime and stime in hundredths of a second, rss in pages.
    return {
      cpuSeconds: (Number(fields[11]) + Number(fields[12])) / 100,
      residentBytes: Number(fields[21]) * 4096,
    }
  } catch {
    return { cpuSeconds: NaN, residentBytes: NaN }
  }
}

const inboxBytes = async ({ url }: Server): Promise<number> => {
  const text = await (await fetch(`${url}metrics`)).text()
  return Number(/^ringback_inbox_bytes (\d+)$/m.exec(text)?.[1])
}

const taskOf = (mode: Mode, url: string, { folder, key }: Place, seconds: number): LoadTask => ({
  url,
  key,
  seed: SEED,
  begin: Date.now() - 3_600_000,
  batch: mode.batch,
  connections: mode.connections,
  seconds,
  acknowledged: join(folder, 'acknowledged'),
})

const describe = (
  name: string,
  { accepted, seconds, p50Ms, p99Ms, mostMs, refused, errors, timeouts }: Loaded,
): void => {
  const others = Object.entries({ ...refused, errors, timeouts }).flatMap(([what, count]) =>
    count > 0 ? [`${what}: ${number(count)}`] : [],
  )
  console.log(
    `  ${name}: ${number(accepted / seconds)} events/s accepted; answers p50 ${p50Ms} ms, p99 ${p99Ms} ms, longest ${number(mostMs)} ms; ` +
      (others.length === 0 ? 'no errors' : others.join(', ')),
  )
}

/** Sessions with an acknowledged event of a task that stand in no journey. */
const countMissing = async (folder: string): Promise<{ readonly sessions: number; readonly missing: number }> => {
  const acknowledged = readFileSync(join(folder, 'acknowledged'))
  const sessions = acknowledged.reduce((sum, one) => sum + one, 0)
  const child = spawn(process.execPath, [MAIN, 'export', 'journeys', ...placesOf(folder)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  for await (const line of createInterface({ input: child.stdout }))
    for (const id of (JSON.parse(line) as { sessions: string[] }).sessions) {
      const session = sessionNumber(SEED, id)
      if (session !== undefined && session < acknowledged.length) acknowledged[session] = 0
    }
  return { sessions, missing: acknowledged.reduce((sum, one) => sum + one, 0) }
}

const placesOf = (folder: string): readonly string[] => [
  '--config',
  join(folder, 'ringback.yaml'),
  '--data',
  join(folder, 'data'),
]

interface Place {
  readonly folder: string
  /** A write key. */
  readonly key: string
}

const prepare = (): Place => {
  const folder = mkdtempSync(join(tmpdir(), 'ringback-bench-http-'))
  writeFileSync(join(folder, 'ringback.yaml'), CONFIG)
  const made = [MAIN, 'keys', 'create', 'write', '--name', 'bench', ...placesOf(folder)]
  const { status, stdout, stderr } = spawnSync(process.execPath, made, { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
  return { folder, key: stdout.trim() }
}

/** Memory at the beginning, in the middle and at the end, and the most there was. */
const watchMemory = (server: Server) => {
  const samples: number[] = []
  const timer = setInterval(() => samples.push(usedBy(server).residentBytes), 1_000)
  return () => {
    clearInterval(timer)
    const at = (share: number): string => megabytes(samples[Math.floor((samples.length - 1) * share)] ?? NaN)
    return `resident ${at(0.1)} at a tenth, ${at(0.5)} in the middle, ${at(1)} at the end, at most ${megabytes(Math.max(...samples))}`
  }
}

const measure = async (mode: Mode): Promise<void> => {
  const place = prepare()
  const { folder } = place
  const flags = values.prof ? ['--cpu-prof', `--cpu-prof-dir=${folder}`] : []
  const server = await serve([...flags, MAIN, 'start', '--port', '0', ...placesOf(folder)])
  const endWatch = watchMemory(server)
  const before = usedBy(server)
  const loaded = await load(taskOf(mode, server.url, place, SECONDS))
  const after = usedBy(server)
  describe(mode.name, loaded)
  const waits = await inboxBytes(server)
  console.log(`    ${endWatch()}`)
  const began = performance.now()
  while ((await inboxBytes(server)) > 0) await pause(200)
  const caughtUp = usedBy(server)
  const share = (from: Used, to: Used): string =>
    `${number((1e6 * (to.cpuSeconds - from.cpuSeconds)) / loaded.accepted)} µs`
  console.log(
    `    CPU an event: ${share(before, after)} under load, ${share(before, caughtUp)} until all is folded (the load's own: ` +
      `${number((1e6 * loaded.cpuSeconds) / loaded.accepted)} µs)`,
  )
  console.log(
    `    ${megabytes(waits)} waited in the inbox at the end, folded ${((performance.now() - began) / 1_000).toFixed(1)} s later`,
  )
  const { sessions, missing } = await countMissing(folder)
  console.log(
    `    ${number(sessions)} sessions with an acknowledged task, ${number(missing)} of them without a journey`,
  )
  if (missing > 0) process.exitCode = 1
  if (loaded.accepted / loaded.seconds < mode.target)
    console.log(`    below the target of ${number(mode.target)} events/s`)
  await stop(server)
  if (values.keep || values.prof) console.log(`    kept: ${folder}`)
  else rmSync(folder, { recursive: true })
}

for (const mode of MODES) {
  if (values.only !== undefined && !mode.name.startsWith(values.only.slice(0, 5))) continue
  const place = prepare()
  const plain = await serve([script('http-plain.js')])
  describe(`${mode.name}, parsed and no more`, await load(taskOf(mode, plain.url, place, YARDSTICK_SECONDS)))
  await stop(plain)
  rmSync(place.folder, { recursive: true })
  await measure(mode)
}
