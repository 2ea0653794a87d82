/** ISO weeks of the council's zone, as the product names them. */
import { addDays, createZone, type Instant, type LocalDay, WEEK_MS, weekdayOf } from '@ringback/contracts'

const zone = createZone('Europe/London')
const weeks = new Map<LocalDay, string>()

/** `2026-W46`: a week belongs to the year of its Thursday. */
export const weekOf = (at: Instant): string => {
  const day = zone.dayOf(at)
  const known = weeks.get(day)
  if (known !== undefined) return known
  const thursday = addDays(day, 3 - weekdayOf(day))
  const year = thursday.slice(0, 4)
  const number = Math.floor((Date.parse(thursday) - Date.parse(`${year}-01-01`)) / WEEK_MS) + 1
  const week = `${year}-W${String(number).padStart(2, '0')}`
  weeks.set(day, week)
  return week
}
