/** `ringback import`: files through the same pipeline as everything else; ends when all that was read is in the tables. */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { Worker } from 'node:worker_threads'
import { describeProblem, type Instant, RECORD_KINDS, type RecordKind } from '@ringback/contracts'
import { describeInputProblem, findLineFormat, LINE_FORMATS, type Mapping, parseMapping } from '@ringback/formats'
import type { FactsMessage } from '@ringback/households'
import { RingbackError } from '@ringback/pipeline'
import { incompleteFeeds } from './feeds.ts'
import { followRules, type House } from './house.ts'
import type { ImportCounts, ImportTask, WorkerMessage } from './import-worker.ts'
import type { Io } from './io.ts'
import { type ParsedCommand, parseTimeOption, usageError } from './options.ts'
import { createProgress } from './progress.ts'

/** Batches that wait for the fold while the next is read; what waits is folded in one transaction. */
const BATCHES_AHEAD = 4

/**
 * Carriers whose facts one transaction folds, about: with fewer, more is written twice; with more, memory holds more that lives
 * until the end of the transaction, changed pages included.
 */
const CARRIERS_AT_ONCE = 6_000
/** What has waited so long is folded however little it is: a pipe may be slow. */
const LONGEST_WAIT_MS = 2_000

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
  const format = text('format') ?? 'ringback'
  if (!findLineFormat(format))
    throw usageError(
      `--format: expected one of ${LINE_FORMATS.map(({ name }) => name).join(', ')}; a CSV needs --mapping`,
    )
  const mapping = text('mapping')
  return {
    files: positionals,
    kind: kind as RecordKind | undefined,
    source: text('source'),
    format,
    mapping: mapping === undefined ? undefined : readMapping(mapping, io),
    completeTo: parseTimeOption('complete-to', text('complete-to')),
  }
}

const add = (into: Record<string, number>, counts: Readonly<Record<string, number | undefined>>): void => {
  for (const [name, count] of Object.entries(counts)) into[name] = (into[name] ?? 0) + (count ?? 0)
}

/** Reads in a thread and folds here; resolves when every file is read and folded. */
const readAndFold = async (house: House, plan: ImportPlan, io: Io) => {
  const received = house.clock()
  const total: ImportCounts = { read: 0, accepted: 0, skipped: 0, ambiguousTime: 0, superseded: 0 }
  const bad: Record<string, number> = {}
  const noToken: Record<string, number> = {}
  let unknownTask = 0
  let sources: readonly string[] = []
  const task: ImportTask = {
    config: house.config,
    key: house.key,
    cwd: io.cwd,
    stdin: io.stdin,
    received,
    credits: BATCHES_AHEAD,
    ...plan,
  }
  const progress = createProgress(io)
  const worker = new Worker(new URL('./import-worker.js', import.meta.url), {
    workerData: task,
    // Nearly everything that reading makes is short-lived.
    resourceLimits: { maxYoungGenerationSizeMb: 64 },
  })
  const waiting: WorkerMessage[] = []
  let wake: (() => void) | undefined
  let ended: { readonly cause: unknown } | undefined
  worker.on('message', (message: WorkerMessage) => {
    waiting.push(message)
    wake?.()
  })
  worker.on('error', (cause) => {
    ended = { cause }
    wake?.()
  })
  worker.on('exit', () => {
    ended ??= { cause: undefined }
    wake?.()
  })
  /** Batches as they came: text is small, and what is parsed of it lives for one transaction. */
  let pending: string[] = []
  let carriers = 0
  let foldedAt = io.clock()
  const fold = async (): Promise<void> => {
    if (carriers === 0) return
    const messages = pending.flatMap((facts) => JSON.parse(facts) as FactsMessage[])
    total.superseded += house.pipeline.fold(messages, received)
    foldedAt = io.clock()
    pending = []
    carriers = 0
    await house.pipeline.room()
  }
  try {
    for (;;) {
      const message = waiting.shift()
      if (!message) {
        if (ended) throw ended.cause instanceof Error ? ended.cause : new Error('the reading thread ended early')
        await new Promise<void>((go) => (wake = go))
        continue
      }
      if (message.type === 'problem')
        throw new RingbackError('input', message.problems.map(describeInputProblem).join('\n'))
      if (message.type === 'ready') progress.begin(message.totalBytes)
      if (message.type === 'broken') io.err(`${describeInputProblem(message.problem)}\n`)
      if (message.type === 'done') {
        await fold()
        sources = message.sources
        break
      }
      if (message.type !== 'batch') continue
      pending.push(message.facts)
      carriers += message.carriers
      worker.postMessage('credit')
      if (message.bad.length > 0) await house.warehouse.insertBadRows(message.bad)
      for (const { reason } of message.bad) add(bad, { [reason]: 1 })
      add(noToken, message.edge.noToken)
      unknownTask += message.edge.unknownTask
      total.read += message.counts.read
      total.accepted += message.counts.accepted
      total.skipped += message.counts.skipped
      total.ambiguousTime += message.counts.ambiguousTime
      total.superseded += message.counts.superseded
      progress.report(total.read, message.bytesRead)
      if (carriers >= CARRIERS_AT_ONCE || io.clock() - foldedAt > LONGEST_WAIT_MS) await fold()
    }
  } finally {
    progress.end()
    await worker.terminate()
  }
  return { total, bad, noToken, unknownTask, sources }
}

/** Imports what the plan names into an open house. */
export const runImport = async (house: House, plan: ImportPlan, io: Io): Promise<ImportSummary> => {
  const began = process.hrtime.bigint()
  await followRules(house, io)
  const { total, bad, noToken, unknownTask, sources } = await readAndFold(house, plan, io)
  await house.pipeline.settled()
  if (plan.completeTo !== undefined)
    for (const source of sources) await house.warehouse.declareFeed(source, plan.completeTo)
  await house.store.flushed()
  return {
    read: total.read,
    accepted: total.accepted,
    skipped: total.skipped,
    bad,
    counted: {
      superseded: total.superseded,
      unknown_task: unknownTask,
      ambiguous_time: total.ambiguousTime,
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
