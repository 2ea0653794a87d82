/** Reads a CSV: its blocks in order, since a row may go on in the next. */
import { cleanCell, createCellDecoder } from './cell-text.ts'
import { readHeader, type CsvHeader } from './csv-header.ts'
import { createRowScanner, type RowScanner } from './csv-rows.ts'
import type { InputProblem } from './input-problem.ts'
import { countLineEnds } from './line-blocks.ts'
import type { Encoding } from './mapping.ts'
import type { Batch, Reader } from './reader.ts'
import { createRows, type Rows } from './rows.ts'

/** A row's cells by their index, trimmed; undefined where the bytes are damaged. */
export type Cells = (index: number) => string | undefined

export interface CsvOptions {
  /** Each told by the file where it is not stated. */
  readonly csv: {
    readonly delimiter?: string | undefined
    readonly encoding?: Encoding | undefined
    readonly quote?: string | undefined
  }
  /** How a problem names it. */
  readonly file: string
  /** Columns that must be there. */
  readonly wanted: readonly string[]
  /** Judges the header before any row is given: a problem ends all. */
  readonly open: (header: CsvHeader) => InputProblem | ((cells: Cells, rows: Rows, line: number) => void)
}

interface Table {
  readonly scanner: RowScanner
  readonly readRow: (buffer: Buffer, line: number) => void
}

export const createCsvReader = ({ csv, file, wanted, open }: CsvOptions): Reader => {
  const decoder = createCellDecoder(csv.encoding)
  const rows = createRows()
  let table: Table | undefined
  /** What the blocks so far left over: the beginning of a row, on `line`. */
  let rest: Buffer = Buffer.alloc(0)
  let line = 1

  const openTable = (header: CsvHeader): Table | InputProblem => {
    const { shape, cells: limits } = header
    const [least, most] = limits
    const visit = open(header)
    if (typeof visit !== 'function') return visit
    const scanner = createRowScanner(shape)
    let current: Buffer
    const cells: Cells = (i) => {
      const text = decoder.decode(current, scanner.start(i), scanner.end(i))
      return text === undefined ? undefined : cleanCell(text, shape.quote, scanner.isEscaped(i))
    }
    const readRow = (buffer: Buffer, number: number): void => {
      current = buffer
      if (scanner.count < least || scanner.count > most) rows.refuse(number, { reason: 'csv_row', pointer: '' })
      else visit(cells, rows, number)
    }
    return { scanner, readRow }
  }
  const readRows = (buffer: Buffer, isEnd: boolean): Batch | InputProblem => {
    let at = 0
    if (table === undefined) {
      const result = readHeader(file, buffer, line, csv, wanted, decoder)
      if (result.kind === 'bad') return result.problem
      at = result.kind === 'pass' ? result.header.end : buffer.length
      const opened = result.kind === 'pass' ? openTable(result.header) : undefined
      if (opened !== undefined && 'message' in opened) return { ...opened, line }
      table = opened
      line += countLineEnds(buffer.subarray(0, at))
    }
    while (table !== undefined && at < buffer.length) {
      const { scanner, readRow } = table
      const finding = scanner.scan(buffer, at, isEnd)
      if (finding === 'open') break
      if (finding === 'bad') rows.refuse(line, { reason: scanner.reason, pointer: '' })
      if (finding === 'row') readRow(buffer, line)
      line += finding === 'row' && scanner.hasQuotes ? countLineEnds(buffer.subarray(at, scanner.next)) : 1
      at = scanner.next
    }
    rest = Buffer.from(buffer.subarray(at))
    return rows.take()
  }

  return {
    read({ buffer, marked }) {
      const all = rest.length === 0 ? buffer : Buffer.concat([rest, buffer])
      decoder.learn(all, marked)
      return readRows(all, false)
    },
    end: () => readRows(rest, true),
  }
}
