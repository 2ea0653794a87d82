/** What every format gives, and how its readers are driven. */
import type { Refusal } from '@ringback/contracts'
import type { InputProblem } from './input-problem.ts'
import type { LineBlock } from './line-blocks.ts'

interface Place {
  /** The line it begins on, from 1. */
  readonly line: number
  /** Which of those that begin on that line it is, from 1; the first where it is not said. */
  readonly onLine?: number
}

/** A record of the file, or why there is none. */
export type Row = (Place & { readonly value: unknown }) | (Place & { readonly refusal: Refusal })

export interface Batch {
  readonly kind: 'batch'
  readonly rows: readonly Row[]
  /** Rows that were left out because the mapping or format says so. */
  readonly skipped: number
  /** Of the records: those with a local time that never was or was twice. */
  readonly ambiguousTimes: number
}

/** Reads one file: its blocks in order, then its end. A problem is the file's end, and comes before any record. */
export interface Reader {
  read(block: LineBlock): Batch | InputProblem
  end(): Batch | InputProblem
}

/** All batches of a file; a problem, of the bytes or the reader, is the last thing that comes. */
export async function* readBatches(
  blocks: AsyncIterable<LineBlock | InputProblem>,
  reader: Reader,
): AsyncGenerator<Batch | InputProblem> {
  let broken: InputProblem | undefined
  for await (const block of blocks) {
    if (block.kind !== 'block') {
      broken = block
      break
    }
    const batch = reader.read(block)
    yield batch
    if (batch.kind !== 'batch') return
  }
  const last = reader.end()
  if (last.kind !== 'batch' || last.rows.length > 0 || last.skipped > 0) yield last
  if (broken !== undefined) yield broken
}
