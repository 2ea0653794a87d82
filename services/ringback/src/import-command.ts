/** `ringback import`: files through the same pipeline as everything else; ends when all that was read is in the tables. */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describeProblem, type Instant, RECORD_KINDS, type RecordKind } from '@ringback/contracts'
import { findFormat, FORMAT_NAMES, type Mapping, parseMapping, ringbackFormat } from '@ringback/formats'
import { RingbackError } from '@ringback/pipeline'
import { importIntoCluster } from './cluster-import.ts'
import { importEmbedded } from './embedded-import.ts'
import { incompleteFeeds } from './feeds.ts'
import type { House } from './house.ts'
import type { Io } from './io.ts'
import { type ParsedCommand, parseTimeOption, usageError } from './options.ts'
import { readFiles } from './read-files.ts'

export const IMPORT_OPTIONS = {
  kind: { type: 'string' },
  format: { type: 'string' },
  mapping: { type: 'string' },
  source: { type: 'string' },
  'complete-to': { type: 'string' },
} as const

export interface ImportSummary {
  readonly read: number
  readonly accepted: number
  readonly skipped: number
  readonly bad: Readonly<Record<string, number>>
  readonly counted: {
    readonly superseded: number
    readonly unknown_task: number
    readonly ambiguous_time: number
    readonly no_token: Readonly<Record<string, number>>
  }
  readonly seconds: number
}

interface ImportPlan {
  readonly files: readonly string[]
  readonly kind: RecordKind | undefined
  readonly source: string | undefined
  readonly format: string
  readonly mapping: Mapping | undefined
  readonly completeTo: Instant | undefined
}

const readMapping = (file: string, io: Io): Mapping => {
  let text: string
  try {
    text = readFileSync(resolve(io.cwd, file), 'utf8')
  } catch (cause) {
    throw new RingbackError('input', `${file}: the mapping cannot be read: ${(cause as Error).message}`, { cause })
  }
  const parsed = parseMapping(text)
  if (parsed.kind === 'pass') return parsed.value
  throw new RingbackError('input', parsed.problems.map((problem) => describeProblem(file, problem)).join('\n'))
}

/** The format by name. Throws a usage error for one that does not go with the rest. */
const planFormat = (
  name: string = ringbackFormat.name,
  kind: string | undefined,
  mapping: string | undefined,
): string => {
  if (!FORMAT_NAMES.includes(name))
    throw usageError(`--format: expected one of ${FORMAT_NAMES.join(', ')}; any other CSV needs --mapping`)
  if (mapping !== undefined && name !== ringbackFormat.name)
    throw usageError(`--format ${name}: it takes no --mapping, which is for any other CSV`)
  const format = findFormat(name)
  if (format !== undefined && kind !== undefined && kind !== format.kind)
    throw usageError(`--kind: ${name} is ${format.kind}, not ${kind}`)
  return name
}

/** What was asked for. Throws a usage error, or an input error for the mapping. */
export const planImport = ({ values, positionals }: ParsedCommand, io: Io): ImportPlan => {
  const text = (name: string): string | undefined => {
    const value = values[name]
    return typeof value === 'string' ? value : undefined
  }
  if (positionals.length === 0) throw usageError('import: expected a FILE, or - for standard input')
  const kind = text('kind')
  if (kind !== undefined && !RECORD_KINDS.some((known) => known === kind))
    throw usageError(`--kind: expected one of ${RECORD_KINDS.join(', ')}`)
  const mapping = text('mapping')
  const format = planFormat(text('format'), kind, mapping)
  return {
    files: positionals,
    kind: kind as RecordKind | undefined,
    source: text('source'),
    format,
    mapping: mapping === undefined ? undefined : readMapping(mapping, io),
    completeTo: parseTimeOption('complete-to', text('complete-to')),
  }
}

/** Imports what the plan names into an open house. */
export const runImport = async (house: House, plan: ImportPlan, io: Io): Promise<ImportSummary> => {
  const began = process.hrtime.bigint()
  const { key } = house.linkKey()
  const sink = house.mode === 'embedded' ? await importEmbedded(house, io) : await importIntoCluster(house, io)
  const { completeTo, ...files } = plan
  const { received, badRowsReceived, output } = sink
  const { config } = house
  const times = { now: house.clock(), received, badRowsReceived }
  const task = { ...files, ...times, config, key, cwd: io.cwd, stdin: io.stdin, output }
  const { counts, bad, noToken, unknownTask, sources } = await readFiles(task, io, sink.take)
  const declared = completeTo === undefined ? [] : sources.map((source) => ({ source, completeTo }))
  const superseded = counts.superseded + (await sink.end(declared))
  return {
    read: counts.read,
    accepted: counts.accepted,
    skipped: counts.skipped,
    bad,
    counted: {
      superseded,
      unknown_task: unknownTask,
      ambiguous_time: counts.ambiguousTime,
      no_token: noToken,
    },
    seconds: Math.round(Number(process.hrtime.bigint() - began) / 1e6) / 1e3,
  }
}

const number = (value: number): string => value.toLocaleString('en-GB')
const listed = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .map(([name, count]) => `${name} ${number(count)}`)
    .join(', ')

const describe = (summary: ImportSummary): string => {
  const { read, accepted, skipped, bad, counted, seconds } = summary
  const rate = seconds > 0 ? ` (${number(Math.round(read / seconds))} a second)` : ''
  const told = [
    `${number(read)} records read in ${seconds.toFixed(1)} s${rate}: ${number(accepted)} accepted, ${number(skipped)} skipped.`,
  ]
  if (counted.superseded > 0) told.push(`${number(counted.superseded)} revisions lost to newer ones.`)
  if (counted.unknown_task > 0)
    told.push(`${number(counted.unknown_task)} records name a task that the catalogue lacks.`)
  if (counted.ambiguous_time > 0) told.push(`${number(counted.ambiguous_time)} local times fell into a clock change.`)
  if (Object.keys(counted.no_token).length > 0) told.push(`Identifiers without a token: ${listed(counted.no_token)}.`)
  if (Object.keys(bad).length > 0) told.push(`Bad rows: ${listed(bad)}. See: ringback export bad-rows`)
  return `${told.join('\n')}\n`
}

export const importCommand = async (house: House, plan: ImportPlan, isJson: boolean, io: Io): Promise<number> => {
  const summary = await runImport(house, plan, io)
  await io.out(isJson ? `${JSON.stringify(summary)}\n` : describe(summary))
  const badRows = Object.values(summary.bad).reduce((sum, count) => sum + count, 0)
  if (badRows > 0) io.err(`${badRows} bad rows: ${listed(summary.bad)}\n`)
  for (const feed of await incompleteFeeds(house)) io.err(`${feed}\n`)
  return badRows > 0 ? 1 : 0
}
