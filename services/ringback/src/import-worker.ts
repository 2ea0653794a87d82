/**
 * A thread that reads the files of an import: bytes become records, records become facts, so that the main thread only folds. It
 * works ahead by as many batches as it was given credits for.
 */
import { createReadStream } from 'node:fs'
import { resolve } from 'node:path'
import { Readable } from 'node:stream'
import { parentPort, workerData } from 'node:worker_threads'
import { createAssemble } from '@ringback/assembler'
import { type CarrierMessage, createIntake, type EdgeCounts, toCarrierMessages } from '@ringback/collector'
import {
  type BadRow,
  type Config,
  createZone,
  type EdgeRecord,
  type Instant,
  type RecordKind,
} from '@ringback/contracts'
import {
  type Batch,
  createLineReader,
  createMappedReader,
  findFormat,
  type Input,
  type InputProblem,
  isReadOnce,
  type Mapping,
  openInput,
  readBatches,
  readFormat,
  ringbackFormat,
  type Row,
  splitBlocks,
} from '@ringback/formats'
import { createPseudonyms, createTokeniser } from '@ringback/identity'
import { createRules } from '@ringback/journeys'
import { toBadRow } from '@ringback/pipeline'
import { toWaitingFacts, type WaitingFacts } from './facts-window.ts'

/**
 * What becomes facts together: so many web events, for those of a session mostly lie so close, or fewer of the records that make
 * facts of their own.
 */
const BATCH_WEIGHT = 24_000
const WEIGHTS: Readonly<Record<RecordKind, number>> = { web: 1, contacts: 4, profiles: 4 }

export interface ImportTask {
  readonly config: Config
  readonly key: Uint8Array
  readonly files: readonly string[]
  readonly cwd: string
  /** Where standard input has been put; undefined: it is this process's. */
  readonly stdin: string | undefined
  readonly kind: RecordKind | undefined
  readonly source: string | undefined
  readonly format: string
  readonly mapping: Mapping | undefined
  /** The clock of the command: by it nothing may lie in the future. */
  readonly now: Instant
  /** When records count as received: never before what was received already, lest they be forgotten at once. */
  readonly received: Instant
  readonly badRowsReceived: Instant
  readonly output: ReadOutput['kind']
  /** Batches that may be on their way at once. */
  readonly credits: number
}

export interface ImportCounts {
  read: number
  accepted: number
  skipped: number
  ambiguousTime: number
  superseded: number
}

/** What became of the records of a batch. */
export type ReadOutput =
  | { readonly kind: 'facts'; readonly facts: WaitingFacts }
  | { readonly kind: 'messages'; readonly messages: readonly CarrierMessage[] }

export interface ReadBatch {
  readonly output: ReadOutput
  readonly bad: readonly BadRow[]
  readonly counts: ImportCounts
  readonly edge: EdgeCounts
  readonly bytesRead: number
}

export type WorkerMessage =
  /** All files can be read as far as can be told: the import begins. */
  | { readonly type: 'ready'; readonly totalBytes: number | undefined }
  /** A file cannot be used at all; nothing of any was imported. */
  | { readonly type: 'problem'; readonly problems: readonly InputProblem[] }
  | (ReadBatch & { readonly type: 'batch' })
  | { readonly type: 'broken'; readonly problem: InputProblem }
  /** Rows of a file that were refused since no entry of a mapping's `map` matches, by column. */
  | { readonly type: 'unmapped'; readonly file: string; readonly rows: ReadonlyMap<string, number> }
  | { readonly type: 'done'; readonly sources: readonly string[] }

const noCounts = (): ImportCounts => ({ read: 0, accepted: 0, skipped: 0, ambiguousTime: 0, superseded: 0 })

/** A second row that begins on a line has a place of its own: else its bad row would be taken for the first one's. */
const placeOf = (name: string, { line, onLine = 1 }: Row): string =>
  onLine === 1 ? `${name}:${line}` : `${name}:${line}#${onLine}`

const run = async (task: ImportTask, port: NonNullable<typeof parentPort>): Promise<void> => {
  const say = (message: WorkerMessage): void => port.postMessage(message)
  const rules = createRules(task.config)
  const { region } = task.config.council
  const tokeniser = createTokeniser({ key: task.key, region, stopList: task.config.identity.stopList })
  const intake = createIntake(tokeniser, rules)
  const assemble = createAssemble(rules)
  const format = findFormat(task.format)
  const door = {
    kind: task.mapping?.kind ?? task.kind ?? format?.kind,
    source: task.mapping?.source ?? task.source ?? format?.source,
  }
  const context = { zone: createZone(task.config.council.timezone), pseudonymOf: createPseudonyms(task.key) }
  const sources = new Set<string>()

  let credits = task.credits
  let wake: (() => void) | undefined
  port.on('message', () => {
    credits++
    wake?.()
  })

  let records: EdgeRecord[] = []
  let weight = 0
  let bad: BadRow[] = []
  let counts = noCounts()
  let edge: EdgeCounts = { unknownTask: 0, noToken: {} }
  let bytesBefore = 0

  const toFacts = (): ReadOutput => {
    const { messages, superseded } = assemble(records)
    counts.superseded += superseded
    return { kind: 'facts', facts: toWaitingFacts(messages) }
  }
  const toMessages = (): ReadOutput => {
    // The assembler will tell the same; only what can lose is looked at here.
    counts.superseded += assemble(records.filter(({ kind }) => kind !== 'web')).superseded
    return { kind: 'messages', messages: toCarrierMessages(records) }
  }

  const flush = async (bytesRead: number): Promise<void> => {
    while (credits === 0) await new Promise<void>((go) => (wake = go))
    credits--
    const output = task.output === 'facts' ? toFacts() : toMessages()
    say({ type: 'batch', output, bad, counts, edge, bytesRead })
    records = []
    weight = 0
    bad = []
    counts = noCounts()
    edge = { unknownTask: 0, noToken: {} }
  }

  const readRows = (file: string, { chunks }: Input): AsyncGenerator<Batch | InputProblem> => {
    if (format) return readFormat(chunks, format, context, file)
    const reader = task.mapping ? createMappedReader(task.mapping, file) : createLineReader(ringbackFormat)
    return readBatches(splitBlocks(chunks), reader)
  }
  const open = (file: string) =>
    file === '-'
      ? openInput(file, createReadStream(task.stdin ?? '', task.stdin === undefined ? { fd: 0, autoClose: false } : {}))
      : openInput(resolve(task.cwd, file), Readable.from([]))

  /** Whether a file can be used, told by its beginning alone; how long it is. */
  const inspect = async (file: string): Promise<InputProblem | { readonly bytes: number | undefined }> => {
    const opened = await open(file)
    if (opened.kind === 'bad') return { ...opened.problem, file }
    try {
      for await (const batch of readRows(file, opened.input)) {
        if (batch.kind === 'batch') break
        if (batch.kind !== 'broken') return batch
        break
      }
    } finally {
      await opened.input.close()
    }
    return { bytes: opened.input.bytes }
  }

  const readFile = async (file: string): Promise<InputProblem | undefined> => {
    const opened = await open(file)
    if (opened.kind === 'bad') return { ...opened.problem, file }
    const { input } = opened
    const name = file === '-' ? '-' : resolve(task.cwd, file)
    const unmapped = new Map<string, number>()
    let lastLine = 0
    for await (const batch of readRows(file, input)) {
      if (batch.kind !== 'batch') {
        if (batch.kind !== 'broken') return batch
        const origin = { place: `${name}:${lastLine + 1}`, kind: door.kind ?? null, source: door.source ?? null }
        bad.push(toBadRow({ reason: 'encoding', pointer: '' }, { ...origin, received: task.badRowsReceived }))
        counts.read++
        say({ type: 'broken', problem: { ...batch, file } })
        break
      }
      counts.skipped += batch.skipped
      counts.read += batch.skipped + batch.rows.length
      counts.ambiguousTime += batch.ambiguousTimes
      for (const row of batch.rows) {
        lastLine = row.line
        const place = placeOf(name, row)
        if ('refusal' in row) {
          const origin = { place, kind: door.kind ?? null, source: door.source ?? null, received: task.badRowsReceived }
          bad.push(toBadRow(row.refusal, origin))
          const { reason, pointer } = row.refusal
          if (reason === 'unmapped_value') unmapped.set(pointer, (unmapped.get(pointer) ?? 0) + 1)
          if (bad.length >= BATCH_WEIGHT) await flush(bytesBefore + input.bytesRead())
          continue
        }
        const accepted = intake.accept(row.value, door, task.now, edge)
        if (accepted.kind === 'bad') {
          const { recordKind, source, refusal } = accepted
          bad.push(toBadRow(refusal, { place, kind: recordKind, source, received: task.badRowsReceived }))
          if (bad.length >= BATCH_WEIGHT) await flush(bytesBefore + input.bytesRead())
          continue
        }
        counts.accepted++
        const { record } = accepted
        records.push(task.received === task.now ? record : { ...record, received: task.received })
        weight += WEIGHTS[record.kind]
        sources.add(record.source)
        if (weight >= BATCH_WEIGHT) await flush(bytesBefore + input.bytesRead())
      }
    }
    if (unmapped.size > 0) say({ type: 'unmapped', file, rows: unmapped })
    bytesBefore += input.bytes ?? 0
    return undefined
  }

  const problems: InputProblem[] = []
  let totalBytes: number | undefined = 0
  const once = new Set<string>()
  for (const file of task.files) {
    if (await isReadOnce(file === '-' ? file : resolve(task.cwd, file))) {
      once.add(file)
      totalBytes = undefined
      continue
    }
    const found = await inspect(file)
    if ('message' in found) problems.push(found)
    else if (totalBytes !== undefined) totalBytes = found.bytes === undefined ? undefined : totalBytes + found.bytes
  }
  if (problems.length > 0) return say({ type: 'problem', problems })
  say({ type: 'ready', totalBytes })
  // What comes from a pipe cannot be looked at beforehand: read first, it is refused before anything else is imported.
  for (const file of task.files.toSorted((a, b) => Number(once.has(b)) - Number(once.has(a)))) {
    const problem = await readFile(file)
    if (problem) return say({ type: 'problem', problems: [problem] })
  }
  await flush(bytesBefore)
  // A file of nothing tells of its feed too.
  if (door.source !== undefined) sources.add(door.source)
  say({ type: 'done', sources: [...sources] })
}

if (parentPort) await run(workerData as ImportTask, parentPort)
