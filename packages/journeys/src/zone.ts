/**
 * The council's local time. A wall-clock time that a clock change skips is moved forward by the gap; one that it
 * repeats is the first (SEMANTICS section 7).
 */
import { type Instant, type LocalDay, MINUTE_MS } from '@ringback/contracts'
import { Temporal } from 'temporal-polyfill'

export interface Zone {
  /** The calendar day that it is at an instant. */
  readonly dayOf: (at: Instant) => LocalDay
  /** The instant at which the clocks show a time of day, in minutes since midnight, 1,440 being the next midnight. */
  readonly instantOf: (day: LocalDay, minutes: number) => Instant
}

/** Offsets change on quarters of an hour, so every instant of one such quarter has the same day. */
const QUARTER_MS = 15 * MINUTE_MS
/** Days and times that are remembered before starting afresh: some two years of them. */
const REMEMBERED = 100_000

export const addDays = (day: LocalDay, days: number): LocalDay => Temporal.PlainDate.from(day).add({ days }).toString()

/** 0 is Monday. */
export const weekdayOf = (day: LocalDay): number => Temporal.PlainDate.from(day).dayOfWeek - 1

const remember = <K, V>(compute: (key: K) => V): ((key: K) => V) => {
  const known = new Map<K, V>()
  return (key) => {
    let value = known.get(key)
    if (value === undefined) {
      value = compute(key)
      if (known.size >= REMEMBERED) known.clear()
      known.set(key, value)
    }
    return value
  }
}

export const createZone = (timeZone: string): Zone => {
  const localDay = (at: Instant): LocalDay =>
    Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone).toPlainDate().toString()
  const dayOfQuarter = remember((quarter: number): LocalDay | null => {
    const day = localDay(quarter * QUARTER_MS)
    return day === localDay((quarter + 1) * QUARTER_MS - 1) ? day : null
  })
  const instantOf = remember((key: string): Instant => {
    const [day = '', minutes = ''] = key.split(' ')
    const overnight = Number(minutes) >= 24 * 60
    return Temporal.PlainDate.from(day)
      .add({ days: overnight ? 1 : 0 })
      .toPlainDateTime({ minute: 0 })
      .add({ minutes: overnight ? Number(minutes) - 24 * 60 : Number(minutes) })
      .toZonedDateTime(timeZone, { disambiguation: 'compatible' }).epochMilliseconds
  })
  return {
    dayOf: (at) => dayOfQuarter(Math.floor(at / QUARTER_MS)) ?? localDay(at),
    instantOf: (day, minutes) => instantOf(`${day} ${minutes}`),
  }
}
