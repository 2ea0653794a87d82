/** Reads the lines of one block: the hot path of NDJSON, synchronous, needing no other block. */
import { isAscii, isUtf8 } from 'node:buffer'
import { RECORD_BYTES, type Refusal } from '@ringback/contracts'
import { CR, LF, type LineBlock } from './line-blocks.ts'

const TOO_LARGE: Refusal = { reason: 'too_large', pointer: '' }
const ENCODING: Refusal = { reason: 'encoding', pointer: '' }

const isBlank = (buffer: Buffer, from: number, to: number): boolean => {
  for (let at = from; at < to; at++) {
    const byte = buffer[at]
    if (byte !== 0x20 && byte !== 0x09) return false
  }
  return true
}

/**
 * Calls `visit` for each line that is not blank: with its text, without the line end, or with why it is refused
 * (longer than `lineBytes`, not UTF-8), and its number in the file.
 */
export const forEachLine = (
  { buffer, firstLine }: LineBlock,
  visit: (line: string | Refusal, number: number) => void,
  lineBytes: number = RECORD_BYTES,
): void => {
  const ascii = isAscii(buffer)
  const valid = ascii || isUtf8(buffer)
  const visitLine = (from: number, to: number, number: number): void => {
    if (to - from > lineBytes) return visit(TOO_LARGE, number)
    if ((buffer[from] ?? 0) <= 0x20 && isBlank(buffer, from, to)) return
    if (ascii) return visit(buffer.toString('latin1', from, to), number)
    if (valid || isUtf8(buffer.subarray(from, to))) return visit(buffer.toString('utf8', from, to), number)
    visit(ENCODING, number)
  }
  let number = firstLine
  let at = 0
  let cr = buffer.indexOf(CR)
  while (at < buffer.length) {
    const lf = buffer.indexOf(LF, at)
    const end = lf < 0 ? buffer.length : lf
    for (; cr >= 0 && cr < end; cr = buffer.indexOf(CR, cr + 1)) {
      // Half of a `\r\n` ends nothing by itself.
      if (cr + 1 === end && lf >= 0) continue
      visitLine(at, cr, number++)
      at = cr + 1
    }
    const isCrLf = lf > at && buffer[lf - 1] === CR
    visitLine(at, isCrLf ? lf - 1 : end, number++)
    at = end + 1
  }
}
