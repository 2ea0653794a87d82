/**
 * How fast the cluster is, on real Kafka, Redis and ClickHouse's interface: `npm run bench:cluster [-- --events N] [--replay]`.
 *  1. In bulk: events of 8 a session are made into household messages first; then the correlator folds them alone, and the operating
 *     system counts its CPU time. Beside it a plain consumer that only parses the same messages.
 *  2. All services on the raw events of as many sessions: what this one machine carries.
 *  3. At half of that rate: from an event's being sent to its row's being visible.
 * With `--replay`, behind the first part instead: Redis is emptied, and the correlator builds its state again.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { createReadStream, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { createKafkaLog } from '@ringback/kafka-log'
import { groupsOf, type OutgoingMessage, topicsOf } from '@ringback/pipeline'
import { openRedisState } from '@ringback/redis-state'
import { openServer } from '@ringback/warehouse'
import { COUNCIL_CONFIG, writeCouncilFiles } from './council-files.ts'

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '400000' },
    partitions: { type: 'string', default: '8' },
    replay: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
  },
})
const EVENTS = Number(values.events)
const EVENTS_PER_SESSION = 8
const LATENCY_SECONDS = 60
const root = fileURLToPath(new URL('../../../', import.meta.url))
const number = (value: number): string => Math.round(value).toLocaleString('en-GB')

const folder = mkdtempSync(join(tmpdir(), 'ringback-bench-cluster-'))
const base = join(folder, 'base.yaml')
writeFileSync(
  base,
  `${COUNCIL_CONFIG}
kafka: { brokers: ["127.0.0.1:1"], prefix: ringback, partitions: ${values.partitions}, sources: { web: [site.events], contacts: [telephony.calls], profiles: [] } }
`,
)
const up = (): void => {
  execFileSync(join(root, 'infra/native/up'), [folder, '--config', base, '--only', 'kafka,redis,clickhouse'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
}
const down = (): void => {
  execFileSync(join(root, 'infra/native/down'), [folder, '--purge'], { stdio: ['ignore', 'ignore', 'inherit'] })
}

/** Seconds of CPU that a process has used so far. */
const cpuOf = ({ pid }: ChildProcess): number => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) / 100
}

up()
const config = join(folder, 'ringback.yaml')
execFileSync(process.execPath, [join(root, 'services/ringback/dist/main.js'), 'topics', 'create', '--config', config], {
  stdio: ['ignore', 'ignore', 'inherit'],
})
const native = JSON.parse(readFileSync(join(folder, 'native.json'), 'utf8')) as {
  readonly kafka: { readonly brokers: readonly string[] }
  readonly clickhouse: { readonly url: string }
}
const kafka = { prefix: 'ringback', generation: 0 }
const topics = topicsOf(kafka)
const groups = groupsOf(kafka)
const log = createKafkaLog({ brokers: native.kafka.brokers, clientId: 'bench', clock: () => Date.now() })
const tables = openServer({ url: native.clickhouse.url, database: 'ringback' })
const running = new Map<string, ChildProcess>()

const startService = (name: string): ChildProcess => {
  const child = spawn(
    process.execPath,
    ['--max-semi-space-size=64', join(root, 'services', name, 'dist/main.js'), '--config', config, '--port', '0'],
    { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, LOG_LEVEL: 'warn' } },
  )
  child.once('exit', (code) => {
    if (running.get(name) === child) console.error(`${name} ended with ${String(code)}`)
  })
  running.set(name, child)
  return child
}
const stopService = async (name: string): Promise<void> => {
  const child = running.get(name)
  if (!child) return
  running.delete(name)
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  await ended
}

const sumOf = (offsets: readonly (number | undefined)[]): number =>
  offsets.reduce<number>((sum, offset) => sum + (offset ?? 0), 0)
const endOf = async (topic: string): Promise<number> => sumOf((await log.bounds(topic)).map(({ end }) => end))
const committedOf = async (group: string, topic: string): Promise<number> => sumOf(await log.committed(group, topic))

/** Until a group has committed all of its topics, and they grow no more. */
const drained = async (...reading: readonly (readonly [group: string, topic: string])[]): Promise<void> => {
  for (let quiet = 0, before = ''; quiet < 3;) {
    const states = await Promise.all(
      reading.map(async ([group, topic]) => [await committedOf(group, topic), await endOf(topic)] as const),
    )
    const now = JSON.stringify(states)
    quiet = now === before && states.every(([done, end]) => done === end) ? quiet + 1 : 0
    before = now
    await pause(250)
  }
}

const sendFile = async (file: string, topic: string): Promise<void> => {
  let batch: OutgoingMessage[] = []
  for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
    const { session, id } = JSON.parse(line) as { session?: string; id: string }
    batch.push({ key: session ?? id, value: line })
    if (batch.length < 5_000) continue
    await log.append(topic, batch)
    batch = []
  }
  if (batch.length > 0) await log.append(topic, batch)
}

const householdsFolders = (): string[] =>
  readdirSync(join(folder, 'data'), { recursive: true, encoding: 'utf8' })
    .filter((name) => /households-\d+$/.test(name))
    .map((name) => join(folder, 'data', name))

/** What `households` takes on the broker's disk, and the state in Redis, for each session so far. */
const describeBytes = async (sessions: number): Promise<string> => {
  const disk = execFileSync('du', ['-sb', '--total', ...householdsFolders()])
  const logBytes = Number(/(\d+)\ttotal/.exec(String(disk))?.[1])
  const { redis } = JSON.parse(readFileSync(join(folder, 'native.json'), 'utf8')) as { redis: { url: string } }
  const memory = execFileSync('redis-cli', ['-u', redis.url, 'info', 'memory'])
  const redisBytes = Number(/used_memory:(\d+)/.exec(String(memory))?.[1])
  return `${number(logBytes / sessions)} bytes on households and ${number(redisBytes / sessions)} of Redis a session`
}

const timed = async (act: () => Promise<void>): Promise<number> => {
  const began = performance.now()
  await act()
  return (performance.now() - began) / 1000
}

const EVERYTHING = [
  [groups.collector, 'site.events'],
  [groups.collector, 'telephony.calls'],
  [groups.assembler, topics.web],
  [groups.assembler, topics.contacts],
  [groups.correlator, topics.households],
  [groups.writer, topics.conclusions],
] as const

/** Made up as many times as needed, each time as other sessions. */
const sendEvents = async (part: string, events: number): Promise<void> => {
  const own = mkdtempSync(join(folder, part))
  await writeCouncilFiles(own, events, Math.round(events * 0.06), part)
  await sendFile(join(own, 'web.ndjson'), 'site.events')
  await sendFile(join(own, 'contacts.ndjson'), 'telephony.calls')
  rmSync(own, { recursive: true })
}

const bulk = async (): Promise<void> => {
  for (const name of ['collector', 'assembler']) startService(name)
  await sendEvents('bulk', EVENTS)
  await drained(...EVERYTHING.slice(0, 4))
  for (const name of ['collector', 'assembler']) await stopService(name)
  const messages = await endOf(topics.households)
  const correlator = startService('correlator')
  await pause(3_000)
  const [cpuBefore, doneBefore] = [cpuOf(correlator), await committedOf(groups.correlator, topics.households)]
  const seconds = await timed(() => drained([groups.correlator, topics.households]))
  const share = 1 - doneBefore / (await endOf(topics.households))
  const cpu = cpuOf(correlator) - cpuBefore
  await stopService('correlator')
  console.log(
    `In bulk: ${number((EVENTS * share) / cpu)} events per CPU-second of the correlator (${number((EVENTS * share) / seconds)} a second), ` +
      `${((await endOf(topics.households)) / (EVENTS / EVENTS_PER_SESSION)).toFixed(1)} household messages a session, ${number(messages)} of them from the assembler`,
  )
  console.log(`  ${await describeBytes(EVENTS / EVENTS_PER_SESSION)}`)
  const plain = spawn(process.execPath, [fileURLToPath(new URL('plain-consumer.js', import.meta.url)), config], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let out = ''
  plain.stdout.on('data', (chunk: Buffer) => (out += String(chunk)))
  await new Promise((resolve) => plain.once('close', resolve))
  const { read, cpuSeconds } = JSON.parse(out) as { read: number; cpuSeconds: number }
  console.log(
    `  yardstick: a plain consumer that only parses these messages: ${number(read / cpuSeconds)} messages, that is ${number((EVENTS * read) / (await endOf(topics.households)) / cpuSeconds)} events, per CPU-second`,
  )
}

const SERVICES = ['collector', 'assembler', 'correlator', 'writer']

const everything = async (): Promise<number> => {
  for (const name of SERVICES) startService(name)
  await drained(...EVERYTHING)
  for (const name of SERVICES) await stopService(name)
  await sendEvents('all', EVENTS)
  for (const name of SERVICES) startService(name)
  const seconds = await timed(() => drained(...EVERYTHING))
  const rate = EVENTS / seconds
  const cpu = SERVICES.map((name) => `${name} ${cpuOf(running.get(name) as ChildProcess).toFixed(1)} s`).join(', ')
  console.log(`All services on this machine: ${number(rate)} events a second from topic to table (CPU: ${cpu})`)
  return rate
}

/** Sends at a steady rate and watches for the rows of marked sessions. */
const latency = async (rate: number): Promise<void> => {
  const own = mkdtempSync(join(folder, 'steady'))
  await writeCouncilFiles(own, Math.ceil(rate * LATENCY_SECONDS), 0, 'steady')
  const lines = createInterface({ input: createReadStream(join(own, 'web.ndjson')), crlfDelay: Infinity })[
    Symbol.asyncIterator
  ]()
  const sentAt = new Map<string, number>()
  const delays: number[] = []
  let isSending = true
  const watch = async (): Promise<void> => {
    const deadline = (LATENCY_SECONDS + 30) * 1_000 + performance.now()
    while ((isSending || sentAt.size > 0) && performance.now() < deadline) {
      const answer = await fetch(
        `${native.clickhouse.url}/?${new URLSearchParams({ query: "SELECT arrayJoin(sessions) AS session FROM ringback.journeys WHERE startsWith(session, 'probe-') FORMAT TSV" }).toString()}`,
      )
      for (const session of (await answer.text()).split('\n')) {
        const at = sentAt.get(session)
        if (at === undefined) continue
        delays.push(performance.now() - at)
        sentAt.delete(session)
      }
      await pause(20)
    }
  }
  const watching = watch()
  const began = performance.now()
  for (let tick = 1; performance.now() - began < LATENCY_SECONDS * 1_000; tick++) {
    const batch: OutgoingMessage[] = []
    for (let i = 0; i < rate / 10; i++) {
      const line = await lines.next()
      if (line.done) break
      batch.push({ key: (JSON.parse(line.value) as { session: string }).session, value: line.value })
    }
    if (tick % 5 === 0) {
      const session = `probe-${tick}`
      const event = {
        id: session,
        session,
        time: new Date(Date.now() - 1_000).toISOString(),
        type: 'task_started',
        task: 'pothole',
      }
      batch.push({ key: session, value: JSON.stringify(event) })
      sentAt.set(session, performance.now())
    }
    await log.append('site.events', batch)
    await pause(Math.max(0, began + tick * 100 - performance.now()))
  }
  isSending = false
  await watching
  delays.sort((a, b) => a - b)
  const at = (share: number): string => number(delays[Math.floor(share * delays.length)] ?? NaN)
  console.log(
    `At half load (${number(rate)} events a second): event to visible row p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, most ${number(delays.at(-1) ?? NaN)} ms (${delays.length} rows; ${sentAt.size} never seen)`,
  )
}

const replay = async (): Promise<void> => {
  const total = await endOf(topics.households)
  execFileSync(join(root, 'infra/native/down'), [folder], { stdio: 'ignore' })
  // Redis keeps nothing: it comes back empty.
  up()
  const correlator = startService('correlator')
  const seconds = await timed(rebuilt)
  console.log(
    `Replay: ${number(total)} household messages folded again in ${seconds.toFixed(0)} s, ${number(total / seconds)} a second, ${number(total / cpuOf(correlator))} per CPU-second`,
  )
}

/** Until every partition's position in Redis is the end of its log. */
const rebuilt = async (): Promise<void> => {
  // All servers are new ones, and so are the connections.
  const { redis, kafka: broker } = JSON.parse(readFileSync(join(folder, 'native.json'), 'utf8')) as {
    readonly redis: { readonly url: string }
    readonly kafka: { readonly brokers: readonly string[] }
  }
  const again = createKafkaLog({ brokers: broker.brokers, clientId: 'bench', clock: () => Date.now() })
  const state = openRedisState({ redis: { url: redis.url }, ...kafka, expiresAfterMs: 1e9 })
  for (;;) {
    const bounds = await again.bounds(topics.households)
    const positions = await Promise.all(bounds.map((_, partition) => state.read(partition, ['next'])))
    if (positions.every(([next], partition) => Number(next) === bounds[partition]?.end)) break
    await pause(250)
  }
  await Promise.all([state.close(), again.close()])
}

try {
  await tables.migrate()
  console.log(`${number(EVENTS)} events, ${number(EVENTS * 0.06)} contacts, ${values.partitions} partitions`)
  await bulk()
  if (values.replay) await replay()
  else await latency((await everything()) / 2)
} finally {
  for (const name of running.keys()) await stopService(name)
  await log.close()
  await tables.close()
  down()
  if (!values.keep) rmSync(folder, { recursive: true, force: true })
}
