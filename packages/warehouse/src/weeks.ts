/** ISO weeks in the council's time zone, each known by its Monday. */
import { addDays, createZone, type Instant, type LocalDay, WEEK_MS, weekdayOf, type Zone } from '@ringback/contracts'
import { FIRST_DAY, FIRST_INSTANT, inRange, LAST_DAY, LAST_INSTANT, type Period } from './exports.ts'

const ofDay = (day: LocalDay): number => Date.parse(`${day}T00:00:00Z`)

/** `2026-W46`: the week belongs to the year of its Thursday. */
export const isoWeekOf = (monday: LocalDay): string => {
  const thursday = addDays(monday, 3)
  const year = thursday.slice(0, 4)
  const week = Math.floor((ofDay(thursday) - ofDay(`${year}-01-01`)) / WEEK_MS) + 1
  return `${year}-W${String(week).padStart(2, '0')}`
}

/** The weeks asked for: those whose Monday lies in [from, to), as the council's days. */
export interface Weeks {
  readonly fromMonday: LocalDay
  readonly toMonday: LocalDay
  /** Where the first of them begins, and the last ends. */
  readonly fromAt: Instant
  readonly toAt: Instant
}

const mondayOnOrAfter = (day: LocalDay): LocalDay => addDays(day, (7 - weekdayOf(day)) % 7)

export const createWeeks = ({ from, to }: Period, timezone: string): Weeks => {
  const zone = createZone(timezone)
  const begin = (at: Instant): readonly [LocalDay, Instant] => {
    const monday = mondayOnOrAfter(zone.dayOf(inRange(at)))
    return [monday, inRange(zone.instantOf(monday, 0))]
  }
  const [fromMonday, fromAt] = from === undefined || from <= FIRST_INSTANT ? [FIRST_DAY, FIRST_INSTANT] : begin(from)
  const [toMonday, toAt] = to === undefined || to >= LAST_INSTANT ? [LAST_DAY, LAST_INSTANT] : begin(to)
  return { fromMonday, toMonday, fromAt, toAt }
}

/** The instant at which a week is over: the beginning of the next Monday. */
export const weekEndOf = (monday: LocalDay, zone: Zone): Instant => zone.instantOf(addDays(monday, 7), 0)
