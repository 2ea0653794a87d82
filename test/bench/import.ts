/**
 * How fast an import is: 1,000,000 web events and 60,000 contacts of a plausible council through the product's own command
 * line, beside a loop that only reads and parses the same files, and beside one SQL statement that does the crude job without
 * any notion of identity. `npm run bench [-- --events N]`
 */
import { spawnSync } from 'node:child_process'
import { createReadStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { COUNCIL_CONFIG, writeCouncilFiles } from './council-files.ts'

const { values } = parseArgs({ options: { events: { type: 'string' }, keep: { type: 'boolean' } } })
const EVENTS = Number(values.events ?? 1_000_000)
const CONTACTS_PER_EVENT = 0.06
const script = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

interface Run {
  readonly events: number
  readonly seconds: number
  readonly cpuSeconds: number
  readonly peakBytes: number
}

const number = (value: number): string => Math.round(value).toLocaleString('en-GB')
const megabytes = (bytes: number): string => `${number(bytes / 1024 ** 2)} MB`

/** As `npm run ringback` runs it: most of what an import makes is short-lived. */
const NODE_FLAGS = ['--max-semi-space-size=32']

const child = (args: readonly string[]): string => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...NODE_FLAGS, ...args], {
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  })
  if (status !== 0) throw new Error(`${args.join(' ')}: exit ${String(status)}\n${stderr}`)
  return stdout
}

const importOnce = (folder: string, events: number): Run => {
  const data = join(folder, 'data')
  const report = join(folder, 'report.json')
  rmSync(data, { recursive: true, force: true })
  const began = process.hrtime.bigint()
  child([
    script('measured.js'),
    report,
    'import',
    join(folder, 'web.ndjson'),
    join(folder, 'contacts.ndjson'),
    '--config',
    join(folder, 'ringback.yaml'),
    '--data',
    data,
    '--json',
  ])
  const seconds = Number(process.hrtime.bigint() - began) / 1e9
  return { events, seconds, ...(JSON.parse(readFileSync(report, 'utf8')) as { cpuSeconds: number; peakBytes: number }) }
}

/** Yardstick 1: the least that reading the files line by line costs. */
const parseOnly = async (folder: string): Promise<number> => {
  const began = process.hrtime.bigint()
  for (const file of ['web.ndjson', 'contacts.ndjson']) {
    const lines = createInterface({ input: createReadStream(join(folder, file)), crlfDelay: Infinity })
    for await (const line of lines) JSON.parse(line)
  }
  return Number(process.hrtime.bigint() - began) / 1e9
}

const describe = ({ events, seconds, cpuSeconds, peakBytes }: Run): string =>
  `${number(events / seconds)} events/s, ${number(events / cpuSeconds)} events per CPU-second, ` +
  `${seconds.toFixed(1)} s, peak memory ${megabytes(peakBytes)}`

const measure = async (events: number): Promise<{ readonly folder: string; readonly run: Run }> => {
  const folder = mkdtempSync(join(tmpdir(), 'ringback-bench-'))
  writeFileSync(join(folder, 'ringback.yaml'), COUNCIL_CONFIG)
  await writeCouncilFiles(folder, events, Math.round(events * CONTACTS_PER_EVENT))
  return { folder, run: importOnce(folder, events) }
}

const countRows = (folder: string, table: string): number =>
  child([
    script('../../../services/ringback/dist/main.js'),
    'export',
    table,
    '--config',
    join(folder, 'ringback.yaml'),
    '--data',
    join(folder, 'data'),
  ])
    .split('\n')
    .filter((line) => line !== '').length

console.log(`Importing ${number(EVENTS / 10)} events …`)
const small = await measure(EVENTS / 10)
console.log(`  ${describe(small.run)}`)
if (!values.keep) rmSync(small.folder, { recursive: true })
console.log(`Importing ${number(EVENTS)} events and ${number(EVENTS * CONTACTS_PER_EVENT)} contacts …`)
const large = await measure(EVENTS)
console.log(`  ${describe(large.run)}`)
const tenfold = large.run.seconds / small.run.seconds
console.log(`  ${tenfold.toFixed(1)} × the time of a tenth (at most 11 is linear)`)
if (EVENTS <= 1_000_000)
  console.log(
    `  rows: ${number(countRows(large.folder, 'journeys'))} journeys, ${number(countRows(large.folder, 'contacts'))} contacts`,
  )
console.log('Yardsticks over the same files:')
const parsed = await parseOnly(large.folder)
console.log(`  readline and JSON.parse alone: ${number(EVENTS / parsed)} events/s`)
const joined = JSON.parse(child([script('crude-join.js'), large.folder])) as { seconds: number; rows: number }
console.log(
  `  one SQL join on an identifier within 72 h: ${number(EVENTS / joined.seconds)} events/s, ${number(joined.rows)} pairs`,
)
console.log(
  `Ringback takes ${(large.run.seconds / parsed).toFixed(1)} × the time of the first, ${(large.run.seconds / joined.seconds).toFixed(1)} × that of the second.`,
)
if (values.keep) console.log(`kept: ${large.folder}`)
else rmSync(large.folder, { recursive: true })
