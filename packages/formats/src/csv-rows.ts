/**
 * Finds the rows and cells of a CSV in bytes (RFC 4180, any one-byte delimiter and quote). Written here and not
 * taken from a library, since after a broken row it must go on with the line after that row's first one.
 */
import { RECORD_BYTES, type BadReason } from '@ringback/contracts'
import { CR, findLineEnd, LF, skipLineEnd } from './line-blocks.ts'

const SPACE = 0x20

export interface CsvShape {
  /** One byte each. */
  readonly delimiter: string
  readonly quote: string
}

/**
 * - `row`: its cells are in `cells`.
 * - `blank`: nothing in it but blanks and delimiters (Excel pads its sheets with such rows).
 * - `bad`: broken quotes or too long; `next` is the line after its first one.
 * - `open`: the bytes end within a quoted cell; it can only be read with those that follow.
 */
export type RowFinding = 'row' | 'blank' | 'bad' | 'open'

export interface RowScanner {
  /** Reads the row at `from`; `isEnd` says that no bytes follow `buffer`. */
  scan(buffer: Buffer, from: number, isEnd: boolean): RowFinding
  /** Behind the row. */
  readonly next: number
  readonly count: number
  /** Whether a cell is quoted, so that the row may go over several lines. */
  readonly hasQuotes: boolean
  /** Why the row is `bad`. */
  readonly reason: BadReason
  /** Where cell `i` begins and ends, without its quotes. */
  start(i: number): number
  end(i: number): number
  /** Whether cell `i` holds doubled quotes, which mean one. */
  isEscaped(i: number): boolean
}

export const createRowScanner = (shape: CsvShape, rowBytes: number = RECORD_BYTES): RowScanner => {
  const delimiter = shape.delimiter.charCodeAt(0)
  const quote = shape.quote.charCodeAt(0)
  // Three numbers a cell: start, end, whether it is escaped. Reused for every row.
  let cells = new Int32Array(3 * 64)
  let count = 0
  let next = 0
  let hasQuotes = false
  let reason: BadReason = 'csv_row'
  /** The next quote at or behind `quoteFrom`, so that a stray one is not searched for anew on every line. */
  let quoteAt = -1
  let quoteFrom = 0
  let scanned: Buffer | undefined

  const findQuote = (buffer: Buffer, from: number): number => {
    if (buffer !== scanned || from < quoteFrom || (quoteAt >= 0 && quoteAt < from)) {
      quoteAt = buffer.indexOf(quote, from)
      scanned = buffer
      quoteFrom = from
    }
    return quoteAt
  }
  const addCell = (start: number, end: number, isEscaped: boolean): void => {
    const at = 3 * count++
    if (at + 3 > cells.length) {
      const more = new Int32Array(2 * cells.length)
      more.set(cells)
      cells = more
    }
    cells[at] = start
    cells[at + 1] = end
    cells[at + 2] = isEscaped ? 1 : 0
  }
  const refuse = (buffer: Buffer, from: number, why: BadReason): RowFinding => {
    const end = findLineEnd(buffer, from)
    next = end < 0 ? buffer.length : skipLineEnd(buffer, end)
    reason = why
    return 'bad'
  }

  const scan = (buffer: Buffer, from: number, isEnd: boolean): RowFinding => {
    const length = buffer.length
    const limit = from + rowBytes
    let hasContent = false
    let at = from
    count = 0
    hasQuotes = false
    for (;;) {
      let start = at
      while (buffer[start] === SPACE) start++
      let byte: number | undefined
      if (buffer[start] === quote) {
        start++
        hasQuotes = true
        let isEscaped = false
        let close = findQuote(buffer, start)
        while (close >= 0 && close <= limit && buffer[close + 1] === quote) {
          isEscaped = true
          close = findQuote(buffer, close + 2)
        }
        if (close > limit || (close < 0 && length - from > rowBytes)) return refuse(buffer, from, 'too_large')
        if (close < 0) return isEnd ? refuse(buffer, from, 'csv_row') : 'open'
        addCell(start, close, isEscaped)
        hasContent ||= close > start
        at = close + 1
        while (buffer[at] === SPACE) at++
        byte = buffer[at]
        if (byte !== delimiter && byte !== LF && byte !== CR && at < length) return refuse(buffer, from, 'csv_row')
      } else {
        const first = start
        start = at
        // A quote within an unquoted cell is a character like any other: 6" pipe.
        while (at < length) {
          byte = buffer[at]
          if (byte === delimiter || byte === LF || byte === CR) break
          at++
        }
        hasContent ||= at > first
        addCell(start, at, false)
      }
      if (at < length && byte === delimiter) {
        at++
        continue
      }
      if (at > limit) return refuse(buffer, from, 'too_large')
      next = at < length ? skipLineEnd(buffer, at) : length
      return hasContent ? 'row' : 'blank'
    }
  }

  return {
    scan,
    get next() {
      return next
    },
    get count() {
      return count
    },
    get hasQuotes() {
      return hasQuotes
    },
    get reason() {
      return reason
    },
    start: (i) => cells[3 * i] ?? 0,
    end: (i) => cells[3 * i + 1] ?? 0,
    isEscaped: (i) => cells[3 * i + 2] === 1,
  }
}
