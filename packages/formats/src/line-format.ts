/** Formats of which each line is a record by itself, so that their blocks may be read on any thread. */
import type { Refusal } from '@ringback/contracts'
import type { LineBlock } from './line-blocks.ts'
import { forEachLine } from './lines.ts'
import type { Batch, Reader, Row } from './reader.ts'

export type LineResult =
  | { readonly kind: 'record'; readonly value: unknown }
  /** Nothing that Ringback has a record for. */
  | { readonly kind: 'skip' }
  | { readonly kind: 'bad'; readonly refusal: Refusal }

export interface LineFormat {
  /** As `--format` names it. */
  readonly name: string
  readonly readLine: (line: string) => LineResult
}

/** Needs no other block, and keeps nothing. */
export const readBlock = (format: LineFormat, block: LineBlock): Batch => {
  const rows: Row[] = []
  let skipped = 0
  forEachLine(block, (text, line) => {
    const result: LineResult = typeof text === 'string' ? format.readLine(text) : { kind: 'bad', refusal: text }
    if (result.kind === 'skip') skipped++
    else rows.push(result.kind === 'record' ? { line, value: result.value } : { line, refusal: result.refusal })
  })
  return { kind: 'batch', rows, skipped, ambiguousTimes: 0 }
}

export const createLineReader = (format: LineFormat): Reader => ({
  read: (block) => readBlock(format, block),
  end: () => ({ kind: 'batch', rows: [], skipped: 0, ambiguousTimes: 0 }),
})
