/**
 * The nights in which the clocks changed before the start: the last of each kind, of which no twelve weeks hold both. The CRM
 * sends them once more with its first file, in local time, hours that were twice or never included.
 */
import { addDays, DAY_MS, type Instant, type LocalDay, MINUTE_MS } from '@ringback/contracts'
import type { Item } from './agenda.ts'
import { addCrmRow, cell, localText } from './cases.ts'
import { createRandom } from './random.ts'
import { categoryOf } from './tasks.ts'
import type { TrueContact } from './truth.ts'
import type { Hour, World } from './world.ts'

const DAYS_BACK = 366
/** Cases booked between half past midnight and half past three, at least; more in a larger council. */
const LEAST = 6
const RESIDENTS_A_CASE = 5_000
const FROM_MINUTES = 30
const TO_MINUTES = 210

const changedBefore = ({ calendar: { zone } }: World, first: LocalDay): readonly LocalDay[] => {
  const found = new Map<number, LocalDay>()
  for (let back = DAYS_BACK; back > 0; back -= 1) {
    const day = addDays(first, -back)
    const length = zone.instantOf(addDays(day, 1), 0) - zone.instantOf(day, 0)
    if (length !== DAY_MS) found.set(length, day)
  }
  return [...found.values()]
}

export const clockChangeRows = (world: World, first: LocalDay): readonly Item[] => {
  const { calendar, residents, seed } = world
  const random = createRandom(seed, 5)
  let last = 0
  const hour: Hour = { world, random, items: [], newId: () => `h.${(last++).toString(36)}` }
  for (const day of changedBefore(world, first))
    for (let left = Math.max(LEAST, Math.round(residents.count / RESIDENTS_A_CASE)); left > 0; left -= 1) {
      const caller = world.anyone(random)
      const task = world.contactTask(random)
      const id = `K${hour.newId().replace('.', '')}`
      const at: Instant =
        calendar.zone.instantOf(day, 0) + Math.round(random.between(FROM_MINUTES, TO_MINUTES)) * MINUTE_MS
      // A clock that nobody has set on: it shows an hour that never was.
      const isLate = random.chance(0.2) && calendar.toLocal(at) - at !== calendar.toLocal(at - DAY_MS) - (at - DAY_MS)
      const local = isLate ? at + calendar.toLocal(at - DAY_MS) - (at - DAY_MS) : calendar.toLocal(at)
      const row = [id, localText(local), 'Web mail', categoryOf(task), caller.crm ?? '', '', '', '']
      addCrmRow(hour, first, id, row.map(cell).join(','))
      const truth: TrueContact = {
        kind: 'contact',
        contact: `crm:${id}`,
        part: 'whole',
        of: null,
        channel: 'email',
        resident: caller.id,
        household: caller.household,
        at,
        task: task.id,
        reason: 'background',
        journey: null,
        repeatOf: null,
        isAnswered: true,
        given: caller.crm === undefined ? [] : [`crm:${caller.crm}`],
      }
      hour.items.push({ kind: 'truth', at: calendar.zone.instantOf(first, 0), key: id, truth })
    }
  return hour.items
}
