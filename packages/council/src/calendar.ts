/** Local days, English bank holidays, opening hours, and how busy an hour is. */
import {
  addDays,
  createZone,
  DAY_MS,
  HOUR_MS,
  type Instant,
  type LocalDay,
  weekdayOf,
  type Zone,
} from '@ringback/contracts'
import { OURS } from './parameters.ts'

export const TIMEZONE = 'Europe/London'

const dayIn = (year: number, month: number, day: number): LocalDay =>
  new Date(Date.UTC(year, month - 1, day)).toISOString().slice(0, 10)

/** Easter Sunday by the Gregorian computus. */
const easterOf = (year: number): LocalDay => {
  const a = year % 19
  const century = Math.floor(year / 100)
  const c = year % 100
  const epact =
    (19 * a + century - Math.floor(century / 4) - Math.floor((century - Math.floor((century + 8) / 25) + 1) / 3) + 15) %
    30
  const l = (32 + 2 * (century % 4) + 2 * Math.floor(c / 4) - epact - (c % 4)) % 7
  const m = Math.floor((a + 11 * epact + 22 * l) / 451)
  const sum = epact + l - 7 * m + 114
  return dayIn(year, Math.floor(sum / 31), (sum % 31) + 1)
}

const mondayFrom = (day: LocalDay): LocalDay => addDays(day, (7 - weekdayOf(day)) % 7)

/** Those of England; one that falls on a weekend is kept on the next weekday that is none. */
export const bankHolidays = (year: number): readonly LocalDay[] => {
  const easter = easterOf(year)
  const days = [
    addDays(easter, -2),
    addDays(easter, 1),
    mondayFrom(dayIn(year, 5, 1)),
    mondayFrom(dayIn(year, 5, 25)),
    mondayFrom(dayIn(year, 8, 25)),
  ]
  for (const fixed of [dayIn(year, 1, 1), dayIn(year, 12, 25), dayIn(year, 12, 26)]) {
    let day = fixed
    while (weekdayOf(day) > 4 || days.includes(day)) day = addDays(day, 1)
    days.push(day)
  }
  return days.sort((a, b) => (a < b ? -1 : 1))
}

interface Hours {
  /** 0 is Monday. */
  readonly days: readonly number[]
  /** Minutes of the local day. */
  readonly from: number
  readonly to: number
}
export const LINES: Readonly<Record<string, readonly Hours[]>> = {
  main: [{ days: [0, 1, 2, 3, 4], from: 510, to: 1_020 }],
  ctax: [{ days: [0, 1, 2, 3, 4], from: 540, to: 990 }],
  homes: [
    { days: [0, 1, 2, 3, 4], from: 480, to: 1_080 },
    { days: [5], from: 540, to: 720 },
  ],
}

/** A line that closes before its time. */
export interface EarlyClosing {
  readonly line: string
  readonly day: LocalDay
  readonly at: number
}

export interface Calendar {
  readonly zone: Zone
  readonly isHoliday: (day: LocalDay) => boolean
  /** What the clocks show, in milliseconds as if it were UTC. */
  readonly toLocal: (at: Instant) => number
  /** `at`, when the line is open then, else when it opens next. */
  readonly openFrom: (line: string, at: Instant) => Instant
  /** What share of an average working day's sessions falls into this local hour. */
  readonly sessionShare: (day: LocalDay, hour: number) => number
  /** What share of an average week's contacts falls into this local hour. */
  readonly contactShare: (day: LocalDay, hour: number) => number
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)
const HOURS_SUM = sum(OURS.hours)
const CONTACT_HOURS_SUM = sum(OURS.contactHours)
const CONTACT_WEEK_SUM = sum(OURS.contactWeekdays)
const DAYS_AHEAD = 15

export const createCalendar = (closings: readonly EarlyClosing[]): Calendar => {
  const zone = createZone(TIMEZONE)
  const holidays = new Map<number, ReadonlySet<LocalDay>>()
  const isHoliday = (day: LocalDay): boolean => {
    const year = Number(day.slice(0, 4))
    const known = holidays.get(year) ?? new Set(bankHolidays(year))
    holidays.set(year, known)
    return known.has(day)
  }
  const toLocal = (at: Instant): number => {
    const day = zone.dayOf(at)
    const midnight = Date.parse(`${day}T00:00:00Z`)
    const local = at + midnight - zone.instantOf(day, 0)
    if (zone.toInstant(local).at === at) return local
    return at + midnight + DAY_MS - zone.instantOf(addDays(day, 1), 0)
  }
  const openFrom = (line: string, at: Instant): Instant => {
    let day = zone.dayOf(at)
    for (let ahead = 0; ahead < DAYS_AHEAD; ahead += 1, day = addDays(day, 1)) {
      if (isHoliday(day)) continue
      for (const { days, from, to } of LINES[line] ?? []) {
        if (!days.includes(weekdayOf(day))) continue
        const closing = closings.find((early) => early.line === line && early.day === day)
        const end = zone.instantOf(day, closing?.at ?? to)
        if (at < end) return Math.max(at, zone.instantOf(day, from))
      }
    }
    return at
  }
  const ofDay = (day: LocalDay, weekdays: readonly number[]): number =>
    weekdays[isHoliday(day) ? 6 : weekdayOf(day)] ?? 0
  return {
    zone,
    isHoliday,
    toLocal,
    openFrom,
    sessionShare: (day, hour) => (ofDay(day, OURS.weekdays) * (OURS.hours[hour] ?? 0)) / HOURS_SUM,
    contactShare: (day, hour) =>
      ((ofDay(day, OURS.contactWeekdays) / CONTACT_WEEK_SUM) * (OURS.contactHours[hour] ?? 0)) / CONTACT_HOURS_SUM,
  }
}

/** A local hour as [from, to) in time: of no length where the clocks skip it, of two hours where they repeat it. */
export const hourOf = (
  zone: Zone,
  day: LocalDay,
  hour: number,
): { readonly from: Instant; readonly to: Instant; readonly length: number } => {
  const from = zone.instantOf(day, hour * 60)
  const to = zone.instantOf(day, (hour + 1) * 60)
  return { from, to, length: (to - from) / HOUR_MS }
}
