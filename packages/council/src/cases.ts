/** What agents write down: dispositions and categories, right or wrong, and the rows of CRM and desk. */
import { addDays, type Identifiers, type Instant, type Leg, type LocalDay, MINUTE_MS } from '@ringback/contracts'
import type { ContactPlan } from './contacts.ts'
import { GIVEN, OURS } from './parameters.ts'
import {
  categoryOf,
  type CouncilTask,
  DEFAULT_DISPOSITION,
  dispositionOf,
  familyCategoryOf,
  familyDispositionOf,
} from './tasks.ts'
import type { Hour } from './world.ts'

/** What a contact was about, in the words of telephony and of the CRM. */
export interface Matter {
  readonly disposition: string | undefined
  readonly category: string | undefined
}

export const sortMatter = ({ world, random }: Hour, task: CouncilTask): Matter => {
  const at = random.next()
  if (at < GIVEN.blankDisposition / 2) return { disposition: undefined, category: undefined }
  if (at < GIVEN.blankDisposition) return { disposition: DEFAULT_DISPOSITION, category: DEFAULT_DISPOSITION }
  let named = task
  if (at < GIVEN.blankDisposition + GIVEN.wrongDisposition)
    while (named.id === task.id) named = world.contactTask(random)
  if (random.chance(OURS.familyDisposition))
    return { disposition: familyDispositionOf(named.family), category: familyCategoryOf(named.family) }
  return { disposition: dispositionOf(named), category: categoryOf(named) }
}

/** In the night after that day, when the files come. */
export const NIGHT_MINUTES = 90

export const deliveryNight = ({ world }: Hour, day: LocalDay, later = 0): Instant =>
  world.calendar.zone.instantOf(addDays(day, 1 + later), NIGHT_MINUTES)

export const fileName = (feed: 'crm' | 'desk', day: LocalDay): string => `${feed}-${day}.csv`

export const cell = (value: string | undefined): string =>
  value === undefined ? '' : /[",;]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value

/** As a spreadsheet would show it: `25/10/2026 01:12:05`. */
export const localText = (local: number): string => {
  const [day = '', time = ''] = new Date(local).toISOString().slice(0, 19).split('T')
  return `${day.split('-').reverse().join('/')} ${time}`
}

export const CRM_HEADER = 'Case ref,Logged,Channel,Category,Customer,Phone,Web ref,Property'

/** `again`: the file of that day is delivered once more, in the night after. */
export const addCrmRow = (hour: Hour, day: LocalDay, id: string, row: string): void => {
  const add = (later: number): void => {
    const at = deliveryNight(hour, day, later)
    hour.items.push({ kind: 'row', at, key: id, feed: 'crm', file: fileName('crm', day), row })
  }
  add(0)
  if (day === hour.world.deliveredTwice) add(1)
}

export interface Noted {
  readonly contact: string
  readonly identifiers: Identifiers
}

/** The call once more, as a case; none where nobody will be able to read it. */
export const bookCase = (
  hour: Hour,
  plan: ContactPlan,
  matter: Matter,
  call: Leg,
  ended: Instant,
): Noted | undefined => {
  const { random, world } = hour
  const { caller, caseRef, task } = plan
  const id = `K${hour.newId().replace('.', '')}`
  const at = Math.min(ended, plan.at + Math.round(random.between(0.5, 8) * MINUTE_MS))
  const day = world.calendar.zone.dayOf(at)
  const isKnown = caller.crm !== undefined && random.chance(OURS.crmKnown)
  const phone = [call.identifiers?.phone].flat()[0]
  const isBad = random.chance(OURS.badRows)
  const logged = isBad ? `31/02/${day.slice(0, 4)} 10:00:00` : localText(world.calendar.toLocal(at))
  const quoted = caseRef !== undefined && random.chance(OURS.quotesCase) ? caseRef : undefined
  const property = task.scope === 'household' && random.chance(0.5) ? caller.uprn : undefined
  const row = [id, logged, 'Phone', matter.category, isKnown ? caller.crm : undefined, phone, quoted, property]
  addCrmRow(hour, day, id, row.map(cell).join(','))
  const told = { phone, crm: isKnown ? caller.crm : undefined, case: quoted, uprn: property }
  if (!isBad) return { contact: `crm:${id}`, identifiers: told }
  const truth = { kind: 'bad', feed: 'crm', id, reason: 'bad_time' } as const
  hour.items.push({ kind: 'truth', at: deliveryNight(hour, day), key: id, truth })
  return undefined
}

export const DESK_HEADER = 'No;Date;Time;Enquiry;Customer;Property'

/** Somebody at the counter, where a clock runs fast. */
export const noteAtDesk = (hour: Hour, plan: ContactPlan, matter: Matter): Noted => {
  const { random, world } = hour
  const { caller, task, at } = plan
  const id = `D${hour.newId().replace('.', '')}`
  const day = world.calendar.zone.dayOf(at)
  const [date = '', time = ''] = localText(world.calendar.toLocal(at) + OURS.deskClockMs).split(' ')
  const isKnown = caller.crm !== undefined && random.chance(OURS.crmKnown)
  const property = task.scope === 'household' && random.chance(0.5) ? caller.uprn : undefined
  const row = [id, date, time.slice(0, 5), matter.category, isKnown ? caller.crm : undefined, property]
    .map(cell)
    .join(';')
  hour.items.push({
    kind: 'row',
    at: deliveryNight(hour, day),
    key: id,
    feed: 'desk',
    file: fileName('desk', day),
    row,
  })
  const identifiers = { ...(isKnown ? { crm: caller.crm } : {}), ...(property === undefined ? {} : { uprn: property }) }
  return { contact: `desk:${id}`, identifiers }
}
