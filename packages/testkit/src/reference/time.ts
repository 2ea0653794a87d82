/** Instants, local days and ISO weeks, by asking Intl what the clocks in the council's zone showed. */

export const SECOND = 1_000
export const MINUTE = 60 * SECOND
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

const RFC_3339 = /^(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:\.(\d+))?([Zz]|[+-]\d\d:\d\d)$/

/** "RFC 3339 instants with an offset, at millisecond precision (further digits are cut)." */
export const toMs = (time: string): number => {
  const match = RFC_3339.exec(time)
  const [, day, clock, fraction = '', offset = ''] = match ?? []
  const ms = Date.parse(`${day}T${clock}.${fraction.slice(0, 3).padEnd(3, '0')}${offset.toUpperCase()}`)
  if (match === null || Number.isNaN(ms)) throw new Error('reference: a record with a time that is not RFC 3339')
  return ms
}

export const toText = (ms: number): string => new Date(ms).toISOString()

export const durationMs = (text: string): number => {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text.trim())
  const units: Record<string, number> = { ms: 1, s: SECOND, m: MINUTE, h: HOUR, d: DAY }
  const unit = units[match?.[2] ?? '']
  if (match === null || unit === undefined) throw new Error(`reference: not a duration: ${text}`)
  return Number(match[1]) * unit
}

const formatters = new Map<string, Intl.DateTimeFormat>()

const formatterOf = (zone: string): Intl.DateTimeFormat => {
  const known = formatters.get(zone)
  if (known !== undefined) return known
  const formatter = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  })
  formatters.set(zone, formatter)
  return formatter
}

/** What a wall clock in the zone shows at the instant, written as the milliseconds at which a UTC clock would show it. */
export const wallClock = (ms: number, zone: string): number => {
  const shown: Record<string, number> = {}
  for (const part of formatterOf(zone).formatToParts(ms)) shown[part.type] = Number(part.value)
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = shown
  const fraction = ((ms % SECOND) + SECOND) % SECOND
  return Date.UTC(year, month - 1, day, hour, minute, second) + fraction
}

/** The council's local day of an instant: `2026-11-16`. */
export const localDay = (ms: number, zone: string): string => dayOf(wallClock(ms, zone))

const dayOf = (utcMs: number): string => new Date(utcMs).toISOString().slice(0, 10)

export const addDays = (day: string, days: number): string => dayOf(Date.parse(`${day}T00:00:00Z`) + days * DAY)

/**
 * Section 7: the instant at which a wall clock in the zone shows `day` and `minutes` after midnight. "A time that does
 * not exist is moved forward by the gap, one that exists twice is the first."
 */
export const instantOf = (day: string, minutes: number, zone: string): number => {
  const wanted = Date.parse(`${day}T00:00:00Z`) + minutes * MINUTE
  const offsetBefore = wallClock(wanted - DAY, zone) - (wanted - DAY)
  const offsetAfter = wallClock(wanted + DAY, zone) - (wanted + DAY)
  const candidates = [wanted - offsetBefore, wanted - offsetAfter].filter((ms) => wallClock(ms, zone) === wanted)
  return candidates.length > 0 ? Math.min(...candidates) : wanted - offsetBefore
}

/** The Monday of the ISO week that a local day lies in. */
const mondayOf = (day: string): string => {
  const weekday = (new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7
  return addDays(day, -weekday)
}

/** The ISO week of a local day: `2026-W46`. The week belongs to the year that its Thursday lies in. */
export const isoWeek = (day: string): string => {
  const monday = mondayOf(day)
  const year = addDays(monday, 3).slice(0, 4)
  const firstMonday = mondayOf(`${year}-01-04`)
  const number = 1 + (Date.parse(`${monday}T00:00:00Z`) - Date.parse(`${firstMonday}T00:00:00Z`)) / (7 * DAY)
  return `${year}-W${String(number).padStart(2, '0')}`
}

/** The instant at which the ISO week that a local day lies in is over: the next Monday's midnight. */
export const weekEndOf = (day: string, zone: string): number => instantOf(addDays(mondayOf(day), 7), 0, zone)
