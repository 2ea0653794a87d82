/**
 * Finds where the units of JSON begin and end, in bytes as they come: an array of any size, a page of an API's answer, values one
 * after the other or a line each. What a unit holds is left to JSON.parse; here are only brackets and quotes, so that memory is
 * bounded by one unit and a damaged one costs as little as can be (docs/adr/0023).
 */

const QUOTE = 0x22
const COMMA = 0x2c
const BACKSLASH = 0x5c
const OPEN_ARRAY = 0x5b
const CLOSE_ARRAY = 0x5d
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d
const LF = 0x0a
const SPACE = 0x20

/** Deeper than any record; below it brackets are only counted. */
const LEVELS = 64
const NAME_LENGTH = 64
const NONE = -1

export interface JsonScannerOptions {
  /** Names of arrays that make the object around them a page of units. */
  readonly lists: readonly string[]
  /** No value goes over the end of a line, so damage ends there. */
  readonly isLines: boolean
  /** A longer unit is not kept. */
  readonly unitBytes: number
  /** Is told each unit's bytes, or that it is too long (`large`) or that the file ends within it (`cut`), and the line it begins on. */
  readonly visit: (unit: Buffer | 'large' | 'cut', line: number) => void
}

export interface JsonScanner {
  readonly scan: (block: Buffer) => void
  readonly end: () => void
}

export const createJsonScanner = ({ lists, isLines, unitBytes, visit }: JsonScannerOptions): JsonScanner => {
  /** Whether each open bracket is an array's, from the outermost. */
  const arrays: boolean[] = []
  let deeper = 0
  /** How many brackets are open around a unit; NONE within a page, outside of its lists. */
  let base = 0
  let inString = false
  let isEscaped = false
  /** The text of the latest string directly in a top-level object: before a bracket it is the bracket's name. */
  let name = ''
  let line = 1
  let unitLine = 1
  /** Where the unit begins in the bytes at hand; NONE: there is none. */
  let start = NONE
  let isScalar = false
  let isLarge = false
  let kept: Buffer = Buffer.alloc(0)

  const begin = (at: number): void => {
    start = at
    unitLine = line
    isLarge = false
  }
  const finish = (bytes: Buffer, end: number): void => {
    if (start === NONE) return
    visit(isLarge || end - start > unitBytes ? 'large' : bytes.subarray(start, end), unitLine)
    start = NONE
    isScalar = false
  }
  const open = (isArray: boolean, bytes: Buffer, at: number): void => {
    if (isScalar) finish(bytes, at)
    const depth = arrays.length
    if (isArray && depth === 1 && arrays[0] === false && lists.includes(name)) {
      // A page: what was read of it so far is no unit.
      start = NONE
      base = 2
    } else if (isArray && depth === 0) base = 1
    else if (depth === base && start === NONE) begin(at)
    if (depth < LEVELS) arrays.push(isArray)
    else deeper++
  }
  /** A bracket that closes none of its kind closes all that stand in its way: their unit is damaged, and the next is not. */
  const close = (isArray: boolean, bytes: Buffer, at: number): void => {
    if (isScalar) finish(bytes, at)
    if (deeper > 0) {
      deeper--
      return
    }
    const match = arrays.lastIndexOf(isArray)
    if (match < 0) return
    arrays.length = match
    if (match <= base) finish(bytes, match === base ? at + 1 : at)
    if (match === 0) base = 0
    else if (match < base) base = NONE
  }
  /** What is open at a line's end is damaged. */
  const endLine = (bytes: Buffer, at: number): void => {
    if (isLines && start === NONE && arrays.length > 0) visit('cut', line)
    if (isScalar || isLines) finish(bytes, at)
    // No string of JSON goes over a line's end.
    inString = false
    if (isLines) {
      arrays.length = 0
      deeper = 0
      base = 0
    }
  }
  const step = (byte: number, bytes: Buffer, at: number): void => {
    if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) return open(byte === OPEN_ARRAY, bytes, at)
    if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) return close(byte === CLOSE_ARRAY, bytes, at)
    if (byte === QUOTE) {
      inString = true
      isEscaped = false
      if (arrays.length === 1) name = ''
    }
    if (byte === COMMA) {
      if (isScalar) finish(bytes, at)
    } else if (start === NONE && arrays.length === base) {
      begin(at)
      isScalar = true
    }
  }

  const scan = (block: Buffer): void => {
    const bytes = kept.length === 0 ? block : Buffer.concat([kept, block])
    for (let at = kept.length; at < bytes.length; at++) {
      const byte = bytes[at] ?? 0
      if (byte === LF) {
        endLine(bytes, at)
        line++
      } else if (inString) {
        if (isEscaped) isEscaped = false
        else if (byte === BACKSLASH) isEscaped = true
        else if (byte === QUOTE) inString = false
        else if (arrays.length === 1 && name.length < NAME_LENGTH) name += String.fromCharCode(byte)
      } else if (byte > SPACE) step(byte, bytes, at)
    }
    if (start !== NONE && !isLarge && bytes.length - start > unitBytes) isLarge = true
    kept = start === NONE || isLarge ? Buffer.alloc(0) : Buffer.from(bytes.subarray(start))
    if (start !== NONE) start = 0
  }
  return {
    scan,
    end: () => {
      if (isScalar) finish(kept, kept.length)
      if (start !== NONE) visit(isLarge ? 'large' : 'cut', unitLine)
      else if (arrays.length > 0) visit('cut', line)
    },
  }
}
