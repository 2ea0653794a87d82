/** The text of a CSV's cells, in the encoding that the file turns out to be in. */
import { isAscii, isUtf8 } from 'node:buffer'
import type { Encoding } from './mapping.ts'

/** What Windows-1252 has at 0x80 to 0x9f, where Latin-1 has control characters; as WHATWG, with five of those left. */
const WINDOWS_1252 =
  '\u20ac\x81\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\x8d\u017d\x8f' +
  '\x90\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\x9d\u017e\u0178'

const HIGH = /[\x80-\xff]/
const C1 = /[\x80-\x9f]/g

/**
 * UTF-8 or Windows-1252? The first block that is not plain ASCII decides for the whole file: where most of its
 * characters are UTF-8 it is UTF-8, and the others are damage.
 */
const detectEncoding = (buffer: Buffer): Encoding => {
  if (isUtf8(buffer)) return 'utf-8'
  let damaged = 0
  let whole = 0
  for (const character of new TextDecoder().decode(buffer).replace(/[\0-\x7f]+/g, '')) {
    if (character === '\ufffd') damaged++
    else whole++
  }
  return whole > damaged ? 'utf-8' : 'windows-1252'
}

const EQUALS = 0x3d
const APOSTROPHE = 0x27

/** Excel writes `="0123"` so that a number keeps its zeros, and spreadsheets want `'+44` for +44: what is meant. */
const withoutSpreadsheetMarks = (text: string): string => {
  const first = text.charCodeAt(0)
  if (first === EQUALS) return /^="[^"]*"$/.test(text) ? text.slice(2, -1).trim() : text
  return first === APOSTROPHE && /^'[=+\-@]/.test(text) ? text.slice(1) : text
}

/** What a cell says: its doubled quotes are one each, blanks around it and spreadsheet marks are no part of it. */
export const cleanCell = (text: string, quote: string, isEscaped: boolean): string =>
  withoutSpreadsheetMarks((isEscaped ? text.replaceAll(quote + quote, quote) : text).trim())

export interface CellDecoder {
  /** To be called with all bytes before their cells, in the file's order; `marked` by a byte order mark. */
  learn(buffer: Buffer, marked: boolean): void
  /** Undefined where the bytes are damaged. */
  decode(buffer: Buffer, start: number, end: number): string | undefined
}

export const createCellDecoder = (stated: Encoding | undefined): CellDecoder => {
  let encoding = stated
  /** Whether what was learnt last is ASCII without NUL, so that no cell need be looked at. */
  let isPlain = true

  const decodeHigh = (latin1: string, buffer: Buffer, start: number, end: number): string | undefined => {
    if (encoding === 'latin-1') return latin1
    if (encoding === 'windows-1252')
      return latin1.replace(C1, (character) => WINDOWS_1252[character.charCodeAt(0) - 0x80] ?? character)
    return isUtf8(buffer.subarray(start, end)) ? buffer.toString('utf8', start, end) : undefined
  }
  return {
    learn(buffer, marked) {
      if (marked) encoding = 'utf-8'
      const ascii = isAscii(buffer)
      if (!ascii) encoding ??= detectEncoding(buffer)
      isPlain = ascii && !buffer.includes(0)
    },
    decode(buffer, start, end) {
      const latin1 = buffer.toString('latin1', start, end)
      if (isPlain) return latin1
      if (latin1.includes('\0')) return undefined
      return HIGH.test(latin1) ? decodeHigh(latin1, buffer, start, end) : latin1
    },
  }
}
