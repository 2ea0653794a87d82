/** What stays the same while Borsetshire lives: its calendar, people, incidents and tasks. */
import { type Instant, type LocalDay } from '@ringback/contracts'
import type { Item } from './agenda.ts'
import { type Calendar, createCalendar } from './calendar.ts'
import {
  createIncidents,
  deliveredTwice,
  earlyClosings,
  type Incident,
  type IncidentName,
  STRENGTH,
} from './incidents.ts'
import { adviserNumber } from './numbers.ts'
import { GIVEN, OURS } from './parameters.ts'
import { createWeighted, type Random } from './random.ts'
import { createResidents, type Resident, type Residents } from './residents.ts'
import { type CouncilTask, TASKS } from './tasks.ts'

export interface World {
  readonly seed: number
  readonly calendar: Calendar
  readonly residents: Residents
  readonly incidents: readonly Incident[]
  readonly isOn: (name: IncidentName, at: Instant) => boolean
  readonly anyone: (random: Random) => Resident
  readonly formTask: (random: Random, at: Instant) => CouncilTask
  readonly pageTask: (random: Random, at: Instant) => CouncilTask
  readonly contactTask: (random: Random) => CouncilTask
  /** A number that advisers share among those whom they help. */
  readonly adviser: (random: Random) => string
  /** The CRM's file of that day comes once more. */
  readonly deliveredTwice: LocalDay
  /** Sessions of an average working day. */
  readonly sessionsPerDay: number
}

/** One hour of it: what its chance is, what it makes, and how it names things. */
export interface Hour {
  readonly world: World
  readonly random: Random
  readonly items: Item[]
  /** Unlike any other, whatever hour it is asked in. */
  readonly newId: () => string
}

const TAXES = TASKS.filter(({ family }) => family === 'council-tax')
const SNOWY = TASKS.filter(({ id }) => (STRENGTH.snowTasks as readonly string[]).includes(id))

export const createWorld = (seed: number, count: number, start: LocalDay): World => {
  const calendar = createCalendar(earlyClosings(start))
  const residents = createResidents(seed, count)
  const incidents = createIncidents(calendar.zone, start)
  const isOn = (name: IncidentName, at: Instant): boolean =>
    incidents.some((incident) => incident.name === name && at >= incident.from && at < incident.to)
  const drawn = (weightOf: (task: CouncilTask) => number) => {
    const usual = createWeighted(TASKS, weightOf)
    const bills = createWeighted(TAXES, weightOf)
    const snow = createWeighted(SNOWY, ({ visits }) => visits)
    return (random: Random, at: Instant): CouncilTask => {
      if (isOn('council_tax_bills_posted', at) && random.chance(STRENGTH.billShare)) return bills(random)
      if (isOn('snow', at) && random.chance(STRENGTH.snowShare)) return snow(random)
      return usual(random)
    }
  }
  const pageTask = drawn(({ visits }) => visits)
  const advisers = Math.max(1, Math.round(count / OURS.residentsPerAdviser))
  return {
    seed,
    calendar,
    residents,
    incidents,
    isOn,
    anyone: (random) => residents.dealer(random.below(residents.dealing)),
    formTask: drawn(({ forms }) => forms),
    pageTask,
    contactTask: createWeighted(TASKS, ({ contacts }) => contacts),
    adviser: (random) => adviserNumber(random.below(advisers)),
    deliveredTwice: deliveredTwice(start),
    sessionsPerDay: (GIVEN.sessionsPerWorkingDay * count) / GIVEN.residents,
  }
}
