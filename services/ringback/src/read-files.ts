/** Reads files in a thread of its own, and hands over what became of their records, batch by batch. */
import { Worker } from 'node:worker_threads'
import { describeInputProblem } from '@ringback/formats'
import { RingbackError } from '@ringback/pipeline'
import type { ImportCounts, ImportTask, ReadBatch, WorkerMessage } from './import-worker.ts'
import type { Io } from './io.ts'
import { createProgress } from './progress.ts'

/** Batches that wait while the next is read. */
const BATCHES_AHEAD = 4

export interface FilesRead {
  readonly counts: ImportCounts
  /** By reason. */
  readonly bad: Readonly<Record<string, number>>
  readonly noToken: Readonly<Record<string, number>>
  readonly unknownTask: number
  readonly sources: readonly string[]
}

/** The column is told, never what stands in it. */
const describeUnmapped = (file: string, column: string, rows: number): string =>
  `${file}: ${rows} ${rows === 1 ? 'row has' : 'rows have'} a value in ${column} that no entry of its map matches: add one, or a default`

const add = (into: Record<string, number>, counts: Readonly<Record<string, number | undefined>>): void => {
  for (const [name, count] of Object.entries(counts)) into[name] = (into[name] ?? 0) + (count ?? 0)
}

/** Resolves when every file is read and every batch taken. */
export const readFiles = async (
  task: Omit<ImportTask, 'credits'>,
  io: Io,
  take: (batch: ReadBatch) => Promise<void>,
): Promise<FilesRead> => {
  const counts: ImportCounts = { read: 0, accepted: 0, skipped: 0, ambiguousTime: 0, superseded: 0 }
  const bad: Record<string, number> = {}
  const noToken: Record<string, number> = {}
  let unknownTask = 0
  const progress = createProgress(io)
  const worker = new Worker(new URL('./import-worker.js', import.meta.url), {
    workerData: { ...task, credits: BATCHES_AHEAD } satisfies ImportTask,
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
      if (message.type === 'unmapped')
        for (const [column, rows] of message.rows) io.err(`${describeUnmapped(message.file, column, rows)}\n`)
      if (message.type === 'done') return { counts, bad, noToken, unknownTask, sources: message.sources }
      if (message.type !== 'batch') continue
      worker.postMessage('credit')
      for (const { reason } of message.bad) add(bad, { [reason]: 1 })
      add(noToken, message.edge.noToken)
      unknownTask += message.edge.unknownTask
      counts.read += message.counts.read
      counts.accepted += message.counts.accepted
      counts.skipped += message.counts.skipped
      counts.ambiguousTime += message.counts.ambiguousTime
      counts.superseded += message.counts.superseded
      progress.report(counts.read, message.bytesRead)
      await take(message)
    }
  } finally {
    progress.end()
    await worker.terminate()
  }
}
