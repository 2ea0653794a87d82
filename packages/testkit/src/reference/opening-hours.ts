/** Section 7: until when a return may come. */
import type { ReferenceLine } from './types.ts'
import type { Task } from './catalogue.ts'
import type { Span } from './facts.ts'
import { addDays, instantOf, localDay } from './time.ts'

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']

const minutesOf = (clock: string): number => {
  const [hours = 0, minutes = 0] = clock.split(':').map(Number)
  return hours * 60 + minutes
}

/** When the line is open on one local day, as instants; times that overlap are open once. */
const openingsOn = (day: string, line: ReferenceLine, zone: string): Span[] => {
  if (line.closed?.includes(day) === true) return []
  const weekday = WEEKDAYS[new Date(`${day}T00:00:00Z`).getUTCDay()] ?? ''
  const openings = (line.hours ?? [])
    .filter((hours) => hours.days.includes(weekday))
    .map((hours) => {
      return { from: instantOf(day, minutesOf(hours.from), zone), to: instantOf(day, minutesOf(hours.to), zone) }
    })
    .filter((opening) => opening.from < opening.to)
    .sort((a, b) => a.from - b.from)
  const apart: Span[] = []
  for (const opening of openings) {
    const openSoFar = Math.max(...apart.map((earlier) => earlier.to))
    if (opening.to > openSoFar) apart.push({ from: Math.max(opening.from, openSoFar), to: opening.to })
  }
  return apart
}

/**
 * "The instant at which that line has been open for `grace` since `base`"; null: not "within the 60 local days that
 * begin with that of `base`".
 */
const openForGrace = (base: number, line: ReferenceLine, graceMs: number, zone: string): number | null => {
  if (graceMs === 0) return base
  let missing = graceMs
  const today = localDay(base, zone)
  for (let n = 0; n < 60; n += 1) {
    for (const opening of openingsOn(addDays(today, n), line, zone)) {
      const from = Math.max(opening.from, base)
      const open = Math.max(0, opening.to - from)
      if (open >= missing) return from + missing
      missing -= open
    }
  }
  return null
}

/** `windowEnd(base)`: "the later of `base + window` and, if the task has a `line`, …". */
export const windowEnd = (base: number, task: Task, zone: string): number => {
  const byClock = base + task.windowMs
  const byLine = task.line === null ? null : openForGrace(base, task.line, task.graceMs, zone)
  return byLine === null ? byClock : Math.max(byClock, byLine)
}
