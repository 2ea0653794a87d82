/** Wall-clock times of a time zone as instants, with what happens where its clocks change. */
import { DAY_MS, type Instant, type LocalDay } from '@ringback/contracts'

export interface LocalTime {
  readonly at: Instant
  /** There was no such time (it is moved forward by the gap), or it was twice (the earlier is taken). */
  readonly isAmbiguous: boolean
}

export interface Zone {
  /** `local`: the wall-clock time, as milliseconds as if it were UTC. */
  toInstant(local: number): LocalTime
  toDay(at: Instant): LocalDay
}

/** Days remembered before all are forgotten: an export of decades fits, a hostile one fills no memory. */
const DAYS_REMEMBERED = 20_000

/** A time zone by its IANA name; undefined if there is none such. */
export const createZone = (name: string): Zone | undefined => {
  let clock: Intl.DateTimeFormat
  try {
    const numeric = 'numeric'
    const date = { year: numeric, month: numeric, day: numeric } as const
    const time = { hour: numeric, minute: numeric, second: numeric } as const
    clock = new Intl.DateTimeFormat('en-US', { ...date, ...time, timeZone: name, hourCycle: 'h23' })
  } catch {
    return undefined
  }
  const offsetAt = (at: Instant): number => {
    const parts: Record<string, number> = {}
    for (const { type, value } of clock.formatToParts(at)) parts[type] = Number(value)
    const { year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0 } = parts
    return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at / 1_000) * 1_000
  }
  /** Of each local day: its offset, or null where it may change within a day of it. */
  const days = new Map<number, number | null>()
  const offsetOfDay = (day: number): number | null => {
    const known = days.get(day)
    if (known !== undefined) return known
    // A day to each side is more than any offset.
    const before = offsetAt((day - 1) * DAY_MS)
    const offset = before === offsetAt((day + 2) * DAY_MS) ? before : null
    if (days.size >= DAYS_REMEMBERED) days.clear()
    days.set(day, offset)
    return offset
  }
  return {
    toInstant(local) {
      const offset = offsetOfDay(Math.floor(local / DAY_MS))
      if (offset !== null) return { at: local - offset, isAmbiguous: false }
      const before = offsetAt(local - DAY_MS)
      const after = offsetAt(local + DAY_MS)
      const isBefore = offsetAt(local - before) === before
      const isAfter = offsetAt(local - after) === after
      // Twice (the clocks went back): the offset before the change gives the earlier. Never: it moves forward.
      if (isBefore === isAfter) return { at: local - before, isAmbiguous: before !== after }
      return { at: local - (isBefore ? before : after), isAmbiguous: false }
    },
    toDay: (at) => new Date(at + offsetAt(at)).toISOString().slice(0, 10),
  }
}
