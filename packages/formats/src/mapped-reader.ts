/** Reads a CSV by a mapping: its blocks in order, since a row may go on in the next. */
import { cleanCell, createCellDecoder } from './cell-text.ts'
import { readHeader, type CsvHeader } from './csv-header.ts'
import { createRowScanner } from './csv-rows.ts'
import type { InputProblem } from './input-problem.ts'
import { countLineEnds } from './line-blocks.ts'
import { createRecordMapper, mappedColumns, type RowResult } from './mapped-record.ts'
import type { Mapping } from './mapping.ts'
import type { Batch, Reader, Row } from './reader.ts'

const CSV_ROW: RowResult = { kind: 'bad', refusal: { reason: 'csv_row', pointer: '' } }

/** `file` is how a problem names it. The header is judged before any row is given: a mapped column missing ends all. */
export const createMappedReader = (mapping: Mapping, file: string): Reader => {
  const wanted = mappedColumns(mapping)
  const decoder = createCellDecoder(mapping.csv.encoding)

  const createTable = ({ shape, columns, cells: [least, most] }: CsvHeader) => {
    const scanner = createRowScanner(shape)
    const toRecord = createRecordMapper(mapping, columns)
    let current: Buffer
    const cells = (i: number): string | undefined => {
      const text = decoder.decode(current, scanner.start(i), scanner.end(i))
      return text === undefined ? undefined : cleanCell(text, shape.quote, scanner.isEscaped(i))
    }
    return {
      scanner,
      readRow(buffer: Buffer): RowResult {
        current = buffer
        return scanner.count < least || scanner.count > most ? CSV_ROW : toRecord(cells)
      },
    }
  }
  let table: ReturnType<typeof createTable> | undefined
  /** What the blocks so far left over: the beginning of a row, on `line`. */
  let rest: Buffer = Buffer.alloc(0)
  let line = 1

  const readRows = (buffer: Buffer, isEnd: boolean): Batch | InputProblem => {
    const rows: Row[] = []
    let skipped = 0
    let ambiguousTimes = 0
    let at = 0
    if (table === undefined) {
      const result = readHeader(file, buffer, line, mapping.csv, wanted, decoder)
      if (result.kind === 'bad') return result.problem
      at = result.kind === 'pass' ? result.header.end : buffer.length
      line += countLineEnds(buffer.subarray(0, at))
      if (result.kind === 'pass') table = createTable(result.header)
    }
    while (table !== undefined && at < buffer.length) {
      const { scanner, readRow } = table
      const finding = scanner.scan(buffer, at, isEnd)
      if (finding === 'open') break
      if (finding === 'bad') rows.push({ line, refusal: { reason: scanner.reason, pointer: '' } })
      if (finding === 'row') {
        const result = readRow(buffer)
        if (result.kind === 'skip') skipped++
        else if (result.kind === 'bad') rows.push({ line, refusal: result.refusal })
        else {
          rows.push({ line, value: result.value })
          if (result.hasAmbiguousTime) ambiguousTimes++
        }
      }
      line += finding === 'row' && scanner.hasQuotes ? countLineEnds(buffer.subarray(at, scanner.next)) : 1
      at = scanner.next
    }
    rest = Buffer.from(buffer.subarray(at))
    return { kind: 'batch', rows, skipped, ambiguousTimes }
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
