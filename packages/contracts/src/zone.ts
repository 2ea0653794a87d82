/**
 * Wall-clock times of a time zone as instants. One that a clock change skips is moved forward by the gap; of one that it
 * repeats the first counts (SEMANTICS section 7, CONTRACT section 7).
 */
import { DAY_MS, type Instant, type LocalDay, MINUTE_MS, SECOND_MS } from './instant.ts'

export interface LocalTime {
  readonly at: Instant
  /** There was no such time, or it was twice. */
  readonly isAmbiguous: boolean
}

export interface Zone {
  /** The calendar day that it is at an instant. */
  readonly dayOf: (at: Instant) => LocalDay
  /** The instant at which the clocks show a time of day, in minutes since midnight, 1,440 being the next midnight. */
  readonly instantOf: (day: LocalDay, minutes: number) => Instant
  /** `local`: what the clocks show, as milliseconds as if it were UTC. */
  readonly toInstant: (local: number) => LocalTime
}

/** Days whose offset is remembered before starting afresh: some fifty years of them. */
const DAYS_REMEMBERED = 20_000

const msOf = (day: LocalDay): number => Date.parse(`${day}T00:00:00Z`)
const toDay = (ms: number): LocalDay => new Date(ms).toISOString().slice(0, 10)

export const addDays = (day: LocalDay, days: number): LocalDay => toDay(msOf(day) + days * DAY_MS)

/** 0 is Monday. */
export const weekdayOf = (day: LocalDay): number => (new Date(msOf(day)).getUTCDay() + 6) % 7

const clockOf = (name: string): Intl.DateTimeFormat => {
  const numeric = 'numeric'
  const date = { year: numeric, month: numeric, day: numeric } as const
  const time = { hour: numeric, minute: numeric, second: numeric } as const
  return new Intl.DateTimeFormat('en-US', { ...date, ...time, timeZone: name, hourCycle: 'h23' })
}

/** A time zone by its IANA name. Some versions of Intl take a mere offset for a zone too. */
export const isZoneName = (name: string): boolean => {
  if (!/^[A-Za-z]/.test(name)) return false
  try {
    return clockOf(name).format(0) !== ''
  } catch {
    return false
  }
}

/** Throws RangeError where there is no zone of that name: ask `isZoneName` first. */
export const createZone = (name: string): Zone => {
  const clock = clockOf(name)
  const offsetAt = (at: Instant): number => {
    const parts: Record<string, number> = {}
    for (const { type, value } of clock.formatToParts(at)) parts[type] = Number(value)
    const { year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0 } = parts
    return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at / SECOND_MS) * SECOND_MS
  }
  /** Of each day, in UTC or of the zone: its offset, or null where it may change within a day of it. */
  const offsets = new Map<number, number | null>()
  const offsetOn = (day: number): number | null => {
    const known = offsets.get(day)
    if (known !== undefined) return known
    // A day to each side is more than any offset.
    const before = offsetAt((day - 1) * DAY_MS)
    const offset = before === offsetAt((day + 2) * DAY_MS) ? before : null
    if (offsets.size >= DAYS_REMEMBERED) offsets.clear()
    offsets.set(day, offset)
    return offset
  }
  /** Local days by their number: writing one anew takes longer than all the rest. */
  const days = new Map<number, LocalDay>()
  const dayOn = (day: number): LocalDay => {
    const known = days.get(day)
    if (known !== undefined) return known
    const written = toDay(day * DAY_MS)
    if (days.size >= DAYS_REMEMBERED) days.clear()
    days.set(day, written)
    return written
  }
  const toInstant = (local: number): LocalTime => {
    const offset = offsetOn(Math.floor(local / DAY_MS))
    if (offset !== null) return { at: local - offset, isAmbiguous: false }
    const before = offsetAt(local - DAY_MS)
    const after = offsetAt(local + DAY_MS)
    const isBefore = offsetAt(local - before) === before
    const isAfter = offsetAt(local - after) === after
    // Twice (the clocks went back): the offset before the change gives the earlier. Never: it moves forward.
    if (isBefore === isAfter) return { at: local - before, isAmbiguous: before !== after }
    return { at: local - (isBefore ? before : after), isAmbiguous: false }
  }
  return {
    dayOf: (at) => dayOn(Math.floor((at + (offsetOn(Math.floor(at / DAY_MS)) ?? offsetAt(at))) / DAY_MS)),
    instantOf: (day, minutes) => toInstant(msOf(day) + minutes * MINUTE_MS).at,
    toInstant,
  }
}
