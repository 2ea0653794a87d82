/**
 * Event times (SEMANTICS, opening section): RFC 3339 instants with an offset, cut to milliseconds.
 * Everything that is parsed here is a plain number, so that the law's formulas read as arithmetic.
 */

/** Milliseconds since 1970-01-01T00:00:00Z. Not branded: nearly every rule adds or subtracts one. */
export type Instant = number

/** A calendar day as `YYYY-MM-DD`, in the council's time zone. */
export type LocalDay = string

export const SECOND_MS = 1_000
export const MINUTE_MS = 60_000
export const HOUR_MS = 3_600_000
export const DAY_MS = 86_400_000
export const WEEK_MS = 7 * DAY_MS

/** The tables' instants begin here (ClickHouse DateTime64): an earlier one could not be stored truthfully. */
const EARLIEST: Instant = Date.UTC(1900, 0, 1)
/** RFC 3339 writes years of four digits. */
const LATEST: Instant = Date.UTC(9999, 11, 31, 23, 59, 59, 999)

const daysInMonth = (year: number, month: number): number => {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

const digits = (text: string, from: number, count: number): number => {
  let value = 0
  for (let i = from; i < from + count; i++) {
    const digit = text.charCodeAt(i) - 48
    if (!(digit >= 0 && digit <= 9)) return NaN
    value = value * 10 + digit
  }
  return value
}

const SHAPE = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(?:\.(\d+))?(?:[Zz]|([+-])(\d{2}):(\d{2}))$/

/**
 * Reads an RFC 3339 date-time. Digits beyond the millisecond are cut, not rounded.
 * Returns undefined for anything else: no offset, a date or a time of day that does not exist (leap seconds
 * included), an instant before 1900 or after 9999.
 */
export const parseInstant = (text: string): Instant | undefined => {
  const match = SHAPE.exec(text)
  if (!match) return undefined
  const [, fraction, sign, offsetHours, offsetMinutes] = match
  const year = digits(text, 0, 4)
  const month = digits(text, 5, 2)
  const day = digits(text, 8, 2)
  const hour = digits(text, 11, 2)
  const minute = digits(text, 14, 2)
  const second = digits(text, 17, 2)
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return undefined
  if (hour > 23 || minute > 59 || second > 59) return undefined
  const ms = fraction === undefined ? 0 : Number(fraction.slice(0, 3).padEnd(3, '0'))
  let offset = 0
  if (sign !== undefined) {
    const hours = Number(offsetHours)
    const minutes = Number(offsetMinutes)
    if (hours > 23 || minutes > 59) return undefined
    offset = (sign === '-' ? -1 : 1) * (hours * HOUR_MS + minutes * MINUTE_MS)
  }
  // Date.UTC takes the years 0 to 99 for 1900 to 1999.
  if (year < 1899) return undefined
  const at = Date.UTC(year, month - 1, day, hour, minute, second, ms) - offset
  return at < EARLIEST || at > LATEST ? undefined : at
}

const DAY_TEXTS = 512
/** The last days that were written, each where its number falls: a row names few days, and a household much the same. */
const dayTexts: { day: number; text: string }[] = []
const TWO_DIGITS = Array.from({ length: 100 }, (_, i) => String(i).padStart(2, '0'))

/** RFC 3339 in UTC with milliseconds, as in every row and export. */
export const formatInstant = (at: Instant): string => {
  const day = Math.floor(at / DAY_MS)
  const slot = day & (DAY_TEXTS - 1)
  let known = dayTexts[slot]
  if (known?.day !== day) {
    known = { day, text: new Date(at).toISOString().slice(0, -'00:00:00.000Z'.length) }
    dayTexts[slot] = known
  }
  const ms = Math.trunc(at - day * DAY_MS)
  const seconds = Math.floor(ms / SECOND_MS)
  const minutes = Math.floor(seconds / 60)
  const fraction = String(ms % SECOND_MS).padStart(3, '0')
  return `${known.text}${TWO_DIGITS[Math.floor(minutes / 60)]}:${TWO_DIGITS[minutes % 60]}:${TWO_DIGITS[seconds % 60]}.${fraction}Z`
}

/** Reads a calendar day `YYYY-MM-DD` from 1900 on; undefined if there is no such day. */
export const parseDay = (text: string): LocalDay | undefined => {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return undefined
  const year = digits(text, 0, 4)
  const month = digits(text, 5, 2)
  const day = digits(text, 8, 2)
  if (year < 1900 || month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return undefined
  return text
}

const UNITS: Readonly<Record<string, number>> = { s: SECOND_MS, m: MINUTE_MS, h: HOUR_MS, d: DAY_MS }

/** Reads a duration such as `90s`, `15m`, `72h`, `7d` as milliseconds; a day is 24 hours. */
export const parseDuration = (text: string): number | undefined => {
  const match = /^(\d{1,9}(?:\.\d{1,3})?)([smhd])$/.exec(text)
  const unit = UNITS[match?.[2] ?? '']
  return match && unit !== undefined ? Math.round(Number(match[1]) * unit) : undefined
}
