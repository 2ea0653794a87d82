/** The head of a CSV: its delimiter and quote, its header row, and whether the mapped columns are in it. */
import { cleanCell, type CellDecoder } from './cell-text.ts'
import { createRowScanner, type CsvShape } from './csv-rows.ts'
import type { InputProblem } from './input-problem.ts'
import { countLineEnds } from './line-blocks.ts'

const DELIMITERS = [',', ';', '\t', '|']
const QUOTES = ['"', "'"]
const NAMES_SHOWN = 100

export interface CsvHeader {
  readonly shape: CsvShape
  /** As it has them, from the left; "" for one without a name. */
  readonly names: readonly string[]
  /** Which cell each mapped column is. */
  readonly columns: ReadonlyMap<string, number>
  /** How many cells a row has: at least those with a name, at most the nameless ones at the end as well. */
  readonly cells: readonly [least: number, most: number]
  /** Where the rows begin. */
  readonly end: number
}

export type HeaderResult =
  | { readonly kind: 'pass'; readonly header: CsvHeader }
  /** Nothing but blank lines so far. */
  | { readonly kind: 'none' }
  | { readonly kind: 'bad'; readonly problem: InputProblem }

interface Candidate {
  readonly shape: CsvShape
  readonly names: readonly string[]
  readonly start: number
  readonly end: number
}

/** Excel's own first line `sep=;`, which says the delimiter. */
const SEPARATOR = /^\s*"?sep=([^\r\n])"?[ \t]*(?:\r\n|\r|\n|$)/i

const readCandidate = (buffer: Buffer, from: number, shape: CsvShape, decoder: CellDecoder): Candidate | undefined => {
  const scanner = createRowScanner(shape)
  for (let start = from; start < buffer.length; start = scanner.next) {
    const finding = scanner.scan(buffer, start, true)
    if (finding === 'blank') continue
    if (finding !== 'row') return undefined
    const names = Array.from({ length: scanner.count }, (_, i) => {
      const name = decoder.decode(buffer, scanner.start(i), scanner.end(i)) ?? ''
      return cleanCell(name, shape.quote, scanner.isEscaped(i))
    })
    return { shape, names, start, end: scanner.next }
  }
  return undefined
}

/** A column's name as people tell columns apart: `Call Sid`, `call_sid` and `CallSid` are one. */
export const columnKey = (name: string): string => name.toLowerCase().replace(/[\s_.-]+/g, '')

/** Names are shown to people, values never: a first row that holds data is no header. */
const looksLikeData = (name: string): boolean =>
  name.length > 100 || name.includes('@') || /\d{5}|\d[-/.]\d\d?[-/.]\d|\d:\d\d/.test(name)

const quoted = (names: readonly string[]): string =>
  names
    .slice(0, NAMES_SHOWN)
    .map((name) => JSON.stringify(name))
    .join(', ') + (names.length > NAMES_SHOWN ? ` and ${names.length - NAMES_SHOWN} more` : '')

const missingProblem = (
  missing: readonly string[],
  names: readonly string[],
  isAnyFound: boolean,
): Pick<InputProblem, 'message' | 'advice'> => {
  const message =
    missing.length === 1
      ? `the mapped column ${quoted(missing)} is not in the file`
      : `${missing.length} mapped columns are not in the file: ${quoted(missing)}`
  if (names.some(looksLikeData))
    return { message, advice: 'Its first row does not look like a header, and one is required: add it' }
  const similar = names.filter((name) => missing.some((other) => columnKey(other) === columnKey(name)))
  const hint = similar.length > 0 ? `. Is it ${quoted(similar)}?` : ''
  // What nothing tells to be names may be data of any look, and is not shown.
  if (!isAnyFound && similar.length === 0)
    return { message, advice: 'Its first row names none of them: a header row is required; look at the delimiter too' }
  return {
    message,
    advice: `Correct the mapping, or the delimiter; the file has ${names.length} column${names.length === 1 ? '' : 's'}: ${quoted(names)}${hint}`,
  }
}

/**
 * Reads the header at the beginning of a file's first bytes. The delimiter and quote that are not stated are those
 * with which the most mapped columns are found, then the most columns. A name that occurs twice is refused only
 * if it is mapped.
 */
export const readHeader = (
  file: string,
  buffer: Buffer,
  firstLine: number,
  stated: { readonly delimiter?: string | undefined; readonly quote?: string | undefined },
  wanted: readonly string[],
  decoder: CellDecoder,
): HeaderResult => {
  const separator = SEPARATOR.exec(buffer.toString('latin1', 0, 100))
  const from = separator === null ? 0 : separator[0].length
  const delimiter = stated.delimiter ?? separator?.[1]
  let best: (Candidate & { readonly found: number }) | undefined
  for (const quote of stated.quote === undefined ? QUOTES : [stated.quote])
    for (const sign of delimiter === undefined ? DELIMITERS : [delimiter]) {
      if (sign === quote) continue
      const candidate = readCandidate(buffer, from, { delimiter: sign, quote }, decoder)
      if (candidate === undefined) continue
      const found = wanted.filter((name) => candidate.names.includes(name)).length
      const isBetter =
        best === undefined ||
        found > best.found ||
        (found === best.found && quote === best.shape.quote && candidate.names.length > best.names.length)
      if (isBetter) best = { ...candidate, found }
    }
  const bad = (at: number, problem: Pick<InputProblem, 'message' | 'advice'>): HeaderResult => {
    const line = firstLine + countLineEnds(buffer.subarray(0, at))
    return { kind: 'bad', problem: { kind: 'header', file, line, ...problem } }
  }
  if (best === undefined) {
    if (/^\s*$/.test(buffer.toString('latin1', from))) return { kind: 'none' }
    return bad(from, { message: 'the header row cannot be read: its quotes are broken', advice: 'Mend its first line' })
  }
  const { names, start } = best
  const missing = wanted.filter((name) => !names.includes(name))
  if (missing.length > 0)
    return bad(
      start,
      missingProblem(
        missing,
        names.filter((name) => name !== ''),
        missing.length < wanted.length,
      ),
    )
  const twice = wanted.find((name) => names.indexOf(name) !== names.lastIndexOf(name))
  if (twice !== undefined) {
    const places = names.flatMap((name, i) => (name === twice ? [i + 1] : [])).join(' and ')
    const message = `the mapped column ${quoted([twice])} is there twice (columns ${places})`
    return bad(start, { message, advice: 'Rename one of them in the header' })
  }
  const least = names.findLastIndex((name) => name !== '') + 1
  const columns = new Map(wanted.map((name) => [name, names.indexOf(name)]))
  return { kind: 'pass', header: { shape: best.shape, names, columns, cells: [least, names.length], end: best.end } }
}
