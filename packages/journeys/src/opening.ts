/** Opening hours of a contact line, and how long it has been open: SEMANTICS section 7, `windowEnd`. */
import { addDays, type Instant, type Line, type LocalDay, weekdayOf, WEEKDAYS, type Zone } from '@ringback/contracts'

/** What a line has not been open for within this many local days, that of the base included, adds nothing. */
const LOOK_AHEAD_DAYS = 60

type Opening = readonly [from: Instant, to: Instant]

/** When, if at all within 60 local days, a line has been open for `graceMs` since `base`. */
export type OpenFor = (base: Instant, graceMs: number) => Instant | undefined

export const createOpenFor = (line: Line, zone: Zone): OpenFor => {
  const known = new Map<LocalDay, { readonly openings: readonly Opening[]; readonly next: LocalDay }>()

  const openingsOf = (day: LocalDay): readonly Opening[] => {
    if (line.closed.includes(day)) return []
    const weekday = WEEKDAYS[weekdayOf(day)]
    const openings = line.hours
      .filter((hours) => weekday !== undefined && hours.days.includes(weekday))
      .map((hours): Opening => [zone.instantOf(day, hours.from), zone.instantOf(day, hours.to)])
      .sort(([x], [y]) => x - y)
    const apart: Opening[] = []
    for (const [from, to] of openings) {
      const before = apart[apart.length - 1]
      if (before && from <= before[1]) apart[apart.length - 1] = [before[0], Math.max(before[1], to)]
      else if (from < to) apart.push([from, to])
    }
    return apart
  }

  const lookUp = (day: LocalDay) => {
    let found = known.get(day)
    if (!found) {
      found = { openings: openingsOf(day), next: addDays(day, 1) }
      known.set(day, found)
    }
    return found
  }

  return (base, graceMs) => {
    if (graceMs === 0) return base
    let missing = graceMs
    let day = zone.dayOf(base)
    for (let i = 0; i < LOOK_AHEAD_DAYS; i++) {
      const { openings, next } = lookUp(day)
      for (const [from, to] of openings) {
        const begin = Math.max(from, base)
        if (to <= begin) continue
        if (to - begin >= missing) return begin + missing
        missing -= to - begin
      }
      day = next
    }
    return undefined
  }
}
