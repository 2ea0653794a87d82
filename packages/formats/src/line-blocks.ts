/**
 * Cuts a stream of bytes into blocks that end where a line ends, so that each can be read by itself, on another
 * thread too. Blocks depend on the bytes alone, never on how they arrived; no line is held in memory beyond its limit.
 */
import { RECORD_BYTES } from '@ringback/contracts'
import type { InputProblem } from './input-problem.ts'

/** A line ends with `\n`, `\r\n` or a lone `\r`, mixed as they come. */
export const LF = 10
export const CR = 13

export interface LineBlock {
  readonly kind: 'block'
  /** Whole lines; only the file's last may lack its end. Its memory is its own, so it may be transferred. */
  readonly buffer: Buffer
  /** The number of its first line in the file, from 1. */
  readonly firstLine: number
  /** It began with a byte order mark (which is cut off): the file is UTF-8, whatever anybody states. */
  readonly marked: boolean
}

export interface BlockOptions {
  /** At most this long; at least twice `lineBytes` and 16 more. */
  readonly blockBytes?: number
  /** A line longer than this is cut to a few bytes more, so that whoever reads the block refuses it. */
  readonly lineBytes?: number
}

const BLOCK_BYTES = 1024 * 1024
const MARK = Buffer.from([0xef, 0xbb, 0xbf])

/** Where the next line end is: the index of its first byte; -1 if there is none. */
export const findLineEnd = (buffer: Buffer, from: number): number => {
  const lf = buffer.indexOf(LF, from)
  const cr = buffer.subarray(0, lf < 0 ? buffer.length : lf).indexOf(CR, from)
  return cr < 0 ? lf : cr
}

/** Where the line after that end begins. */
export const skipLineEnd = (buffer: Buffer, end: number): number =>
  end + (buffer[end] === CR && buffer[end + 1] === LF ? 2 : 1)

/** How many lines end in it. */
export const countLineEnds = (buffer: Buffer): number => {
  let count = 0
  for (let at = buffer.indexOf(LF); at >= 0; at = buffer.indexOf(LF, at + 1)) count++
  for (let at = buffer.indexOf(CR); at >= 0; at = buffer.indexOf(CR, at + 1)) if (buffer[at + 1] !== LF) count++
  return count
}

/** Behind the last line end; 0 if there is none. A `\r` that comes last may be half of a `\r\n`, so it waits. */
const endOfLastLine = (buffer: Buffer): number => {
  const lf = buffer.lastIndexOf(LF)
  const cr = buffer.subarray(lf + 1, -1).lastIndexOf(CR)
  return lf + 1 + cr + 1
}

/**
 * The blocks of a file, in its order. A problem among the chunks ends them and is passed on with its line, which was
 * cut and is not given: a CSV row that is cut can look whole.
 */
export async function* splitBlocks(
  chunks: AsyncIterable<Buffer | InputProblem>,
  { blockBytes = BLOCK_BYTES, lineBytes = RECORD_BYTES }: BlockOptions = {},
): AsyncGenerator<LineBlock | InputProblem> {
  /** Of a line that is too long: without a byte order mark it is so all the same. */
  const keptBytes = MARK.length + lineBytes + 1
  let window = Buffer.allocUnsafeSlow(blockBytes)
  let fill = 0
  let firstLine = 1
  let isStart = true
  /** Within a line that is too long already: what comes is dropped, up to its end. */
  let dropping = false

  const take = (end: number): LineBlock => {
    const marked = isStart && window.subarray(0, Math.min(end, MARK.length)).equals(MARK)
    isStart = false
    const block = { kind: 'block' as const, buffer: window.subarray(marked ? MARK.length : 0, end), firstLine, marked }
    firstLine += countLineEnds(block.buffer)
    return block
  }
  /** The window is full: gives what is whole in it, and begins a new one with the rest. */
  const turn = (): LineBlock | undefined => {
    const cut = endOfLastLine(window)
    const block = cut > 0 ? take(cut) : undefined
    const rest = window.subarray(cut)
    window = Buffer.allocUnsafeSlow(blockBytes)
    fill = rest.copy(window)
    if (fill > keptBytes) {
      const endsWithCr = rest[fill - 1] === CR
      fill = keptBytes
      if (endsWithCr) window[fill++] = CR
      else dropping = true
    }
    return block
  }

  for await (const chunk of chunks) {
    if (!Buffer.isBuffer(chunk)) {
      const whole = endOfLastLine(window.subarray(0, fill))
      if (whole > 0) yield take(whole)
      yield { ...chunk, line: firstLine }
      return
    }
    for (let at = 0; at < chunk.length;) {
      if (dropping) {
        at = findLineEnd(chunk, at)
        if (at < 0) break
        dropping = false
      }
      const copied = chunk.copy(window, fill, at)
      at += copied
      fill += copied
      if (fill < blockBytes) continue
      const block = turn()
      if (block !== undefined) yield block
    }
  }
  if (fill > 0) yield take(fill)
}
