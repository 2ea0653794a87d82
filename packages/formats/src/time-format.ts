/**
 * Reads the dates and times of other people's exports. A pattern is compiled once, from the tokens of Unicode
 * TR35 (not luxon's, which differ: `S`, `Z`), since a library's parser would hold up the whole import.
 */
import { parseDay, type Instant, type LocalDay } from '@ringback/contracts'

/** What a text says by itself. `local` is a wall-clock time, as milliseconds as if it were UTC. */
export type TimeReading =
  | { readonly kind: 'instant'; readonly at: Instant }
  | { readonly kind: 'local'; readonly local: number }
  | { readonly kind: 'day'; readonly day: LocalDay }

export interface TimeFormat {
  /** Whether what it reads needs a time zone to be an instant; an ISO text may or may not. */
  readonly zone: 'stated' | 'needed' | 'either'
  readonly hasTime: boolean
  /** Undefined for another shape, and for a day or time that does not exist. */
  readonly read: (text: string) => TimeReading | undefined
}

export type TimeFormatResult =
  { readonly kind: 'pass'; readonly format: TimeFormat } | { readonly kind: 'bad'; readonly message: string }

type Part = 'year' | 'shortYear' | 'month' | 'monthName' | 'day' | 'hour' | 'hour12' | 'half' | 'minute' | 'second'
type Field = Part | 'fraction' | 'offset'

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const MINUTE = 60_000
/** The tables' instants begin here; after the year 9999 RFC 3339 has no way to write them. */
const EARLIEST = Date.UTC(1900, 0, 1)
const LATEST = Date.UTC(10_000, 0, 1) - 1

export const isStorable = (at: Instant): boolean => at >= EARLIEST && at <= LATEST

/** `Z`, `+01:00`, `-0530`, `+01`, `GMT+1` as milliseconds east of UTC; undefined if there is no such offset. */
const parseOffset = (text: string): number | undefined => {
  const match = /([+-])(\d{1,2}):?(\d{2})?$/.exec(text)
  if (!match) return 0
  const hours = Number(match[2])
  const minutes = Number(match[3] ?? 0)
  return hours > 14 || minutes > 59 ? undefined : (match[1] === '-' ? -1 : 1) * (hours * 60 + minutes) * MINUTE
}

type Found = { -readonly [F in Field]?: string | undefined }

const toReading = (found: Found): TimeReading | undefined => {
  const year = found.year === undefined ? 2000 + Number(found.shortYear) : Number(found.year)
  const month =
    found.monthName === undefined ? Number(found.month) : MONTHS.indexOf(found.monthName.slice(0, 3).toLowerCase()) + 1
  const day = parseDay(`${year}-${String(month).padStart(2, '0')}-${(found.day ?? '').padStart(2, '0')}`)
  if (day === undefined) return undefined
  if (found.hour === undefined && found.hour12 === undefined) return { kind: 'day', day }
  let hour = Number(found.hour)
  if (found.hour === undefined) {
    const hour12 = Number(found.hour12)
    if (hour12 < 1 || hour12 > 12) return undefined
    hour = (hour12 % 12) + (found.half?.toLowerCase().startsWith('p') === true ? 12 : 0)
  }
  const minute = Number(found.minute ?? 0)
  const second = Number(found.second ?? 0)
  if (hour > 23 || minute > 59 || second > 59) return undefined
  // Digits beyond the millisecond are cut.
  const ms = Number((found.fraction ?? '').slice(0, 3).padEnd(3, '0'))
  const local = Date.UTC(year, month - 1, Number(found.day), hour, minute, second, ms)
  if (found.offset === undefined) return { kind: 'local', local }
  const offset = parseOffset(found.offset)
  return offset === undefined || !isStorable(local - offset) ? undefined : { kind: 'instant', at: local - offset }
}

const OFFSET = '(Z|(?:UTC|GMT)?[+-]\\d{1,2}(?::?\\d{2})?|UTC|GMT)'

const ISO =
  /^(\d{4})-?(\d\d)-?(\d\d)(?:[T ](\d\d):?(\d\d)(?::?(\d\d)(?:[.,](\d+))?)?\s?(Z|UTC|[+-]\d\d(?::?\d\d)?)?)?$/i

const readIso = (text: string): TimeReading | undefined => {
  const match = ISO.exec(text)
  if (!match) return undefined
  const [, year, month, day, hour, minute, second, fraction, offset] = match
  return toReading({ year, month, day, hour, minute, second, fraction, offset })
}

const readEpoch =
  (unitMs: number) =>
  (text: string): TimeReading | undefined => {
    // Not in Excel's way: of 1.73E+09 the digits that matter are gone.
    if (!/^-?\d{1,16}(?:\.\d+)?$/.test(text)) return undefined
    const at = Math.floor(Number(text) * unitMs)
    return isStorable(at) ? { kind: 'instant', at } : undefined
  }

const NAMED: Readonly<Record<string, TimeFormat>> = {
  iso: { zone: 'either', hasTime: true, read: readIso },
  epoch_s: { zone: 'stated', hasTime: true, read: readEpoch(1_000) },
  epoch_ms: { zone: 'stated', hasTime: true, read: readEpoch(1) },
}

interface Token {
  readonly source: string
  readonly field?: Field
  /** Of so many digits: exactly so many beside other digits, else perhaps one fewer. */
  readonly digits?: number
}

const two = (field: Field): Token => ({ source: '(\\d{1,2})', field, digits: 2 })
const year4: Token = { source: '(\\d{4})', field: 'year', digits: 4 }
const year2: Token = { source: '(\\d{2})', field: 'shortYear', digits: 2 }
const monthName: Token = { source: `((?:${MONTHS.join('|')})[a-z]*)\\.?`, field: 'monthName' }
const weekday: Token = { source: '[a-z]{2,9}\\.?' }
const half: Token = { source: '([ap]\\.?m\\.?)', field: 'half' }
const offset: Token = { source: OFFSET, field: 'offset' }

/** By letter, then by how often it stands in a row. */
const TOKENS: Readonly<Record<string, readonly (Token | undefined)[]>> = {
  y: [undefined, year4, year2, undefined, year4],
  u: [undefined, year4, undefined, undefined, year4],
  M: [undefined, two('month'), two('month'), monthName, monthName],
  L: [undefined, two('month'), two('month'), monthName, monthName],
  d: [undefined, two('day'), two('day')],
  E: [undefined, weekday, weekday, weekday, weekday],
  a: [undefined, half, half, half],
  H: [undefined, two('hour'), two('hour')],
  h: [undefined, two('hour12'), two('hour12')],
  m: [undefined, two('minute'), two('minute')],
  s: [undefined, two('second'), two('second')],
  // More digits than it says are taken too: some exports write seven.
  S: Array.from({ length: 10 }, (_, i) => (i === 0 ? undefined : { source: '(\\d{1,9})', field: 'fraction' as const })),
  ...Object.fromEntries(
    ['X', 'x', 'Z', 'z', 'O'].map((letter) => [letter, [undefined, ...Array<Token>(5).fill(offset)]]),
  ),
}

const HINTS: Readonly<Record<string, string>> = {
  Y: 'the year is yyyy (Y is that of the week)',
  D: 'the day is dd (D is that of the year)',
  T: "letters that stand for themselves go in quotes: yyyy-MM-dd'T'HH:mm:ss",
}

const escape = (literal: string): string => literal.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&').replace(/\s+/g, '\\s+')

/** Splits a pattern into quoted text, runs of one letter, and all else. */
const PIECES = /'((?:[^']|'')*)'|([A-Za-z])\2*|[^A-Za-z']+|'/g

const contradiction = (fields: readonly Field[]): string | undefined => {
  const has = (...wanted: readonly Field[]): boolean => wanted.some((field) => fields.includes(field))
  const twice = fields.find((field, i) => fields.indexOf(field) !== i)
  if (twice !== undefined) return `expected the ${twice} once (months are MM, minutes mm)`
  if (!has('year', 'shortYear') || !has('month', 'monthName') || !has('day'))
    return 'expected a year (yyyy), month (MM) and day (dd)'
  if (has('hour12') && !has('half')) return 'expected `a` for am and pm beside hh, or HH'
  if (has('hour', 'hour12') !== has('minute')) return 'expected hours and minutes, or neither'
  return has('second', 'fraction', 'offset') && !has('minute') ? 'expected hours and minutes' : undefined
}

/** Compiles `iso`, `epoch_s`, `epoch_ms` or a pattern of TR35 tokens, months in English. */
export const parseTimeFormat = (pattern: string): TimeFormatResult => {
  const named = NAMED[pattern]
  if (named !== undefined) return { kind: 'pass', format: named }
  const tokens: Token[] = []
  for (const [piece, quoted, letter] of pattern.matchAll(PIECES)) {
    if (piece === "'") return { kind: 'bad', message: 'expected a closing quote' }
    const token = letter === undefined ? undefined : TOKENS[letter]?.[piece.length]
    if (letter !== undefined && token === undefined)
      return { kind: 'bad', message: `expected Unicode tokens, not ${piece}: ${HINTS[letter] ?? 'there is no such'}` }
    const literal = quoted === undefined ? piece : quoted === '' ? "'" : quoted.replaceAll("''", "'")
    tokens.push(token ?? { source: escape(literal) })
  }
  const fields = tokens.flatMap(({ field }) => field ?? [])
  const message = contradiction(fields)
  if (message !== undefined) return { kind: 'bad', message }
  const sources = tokens.map(({ source, digits }, i) => {
    const isBesideDigits = tokens[i - 1]?.digits !== undefined || tokens[i + 1]?.digits !== undefined
    return digits !== undefined && isBesideDigits ? `(\\d{${digits}})` : source
  })
  const shape = new RegExp(`^${sources.join('')}$`, 'i')
  const read = (text: string): TimeReading | undefined => {
    const match = shape.exec(text)
    if (!match) return undefined
    const found: Found = {}
    for (const [i, field] of fields.entries()) found[field] = match[i + 1]
    return toReading(found)
  }
  const hasTime = fields.includes('minute')
  return { kind: 'pass', format: { zone: fields.includes('offset') ? 'stated' : 'needed', hasTime, read } }
}
