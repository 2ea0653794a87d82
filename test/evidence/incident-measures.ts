/** What became of each incident in the product's figures. */
import type { ExportedJourney, TaskRate } from '@ringback/contracts'
import type { Council, IncidentName } from '@ringback/council'
import { wilsonInterval } from '@ringback/journeys'
import { type Cell, type Counts, sumOf } from './cells.ts'
import { createTally, type Share, type Tally } from './share.ts'
import { weekOf } from './weeks.ts'

/** The rates of some weeks as one, against the truth. */
export interface Stretch {
  readonly weeks: readonly string[]
  readonly counts: Counts
  readonly rate: Share
  readonly low: number
  readonly high: number
}

export interface IncidentMeasures {
  readonly consent: { readonly before: Stretch; readonly during: Stretch; readonly after: Stretch }
  readonly bills: { readonly before: Stretch; readonly during: Stretch; readonly flagsBecause: Share }
  readonly lookup: {
    readonly before: Stretch
    readonly during: Stretch
    readonly after: Stretch
    /** Of the flagged journeys of those weeks. */
    readonly causes: Tally
    readonly steps: Tally
    /** The product's own top cause of each of those weeks. */
    readonly topCauses: readonly (string | null)[]
    /** Its place among the task's weeks by failure rate, from 1. */
    readonly place: number
  }
  readonly payment: { readonly causes: Share; readonly before: Share }
  readonly handOff: { readonly handedOff: Share; readonly flagged: Share }
  readonly queue: { readonly before: Share; readonly since: Share }
  readonly snow: { readonly flagsBecause: Share }
}

/** What it takes of the rows, noted while they are read. */
export interface IncidentNotes {
  readonly addJourney: (row: ExportedJourney, because: string) => void
  readonly addContact: (row: {
    readonly source: string
    readonly day: string
    readonly tasks: readonly string[]
    readonly families: readonly string[]
  }) => void
  readonly measures: (cells: readonly Cell[], rates: readonly TaskRate[]) => IncidentMeasures
}

interface Flag {
  readonly week: string
  readonly task: string
  readonly family: string
  readonly cause: string | null
  readonly lastStep: string | null
  readonly because: string
  readonly lastAt: number
}

const stretchOf = (cells: readonly Cell[], weeks: readonly string[]): Stretch => {
  const counts = sumOf(cells.filter(({ week }) => weeks.includes(week)))
  const { flagged, reachable } = counts
  const interval = wilsonInterval(flagged, reachable)
  return { weeks, counts, rate: { part: flagged, all: reachable }, low: interval?.low ?? 0, high: interval?.high ?? 1 }
}

const shareOf = <T>(list: readonly T[], is: (item: T) => boolean): Share => ({
  part: list.filter(is).length,
  all: list.length,
})

export const noteIncidents = ({ incidents }: Council, weeks: readonly string[]): IncidentNotes => {
  const flags: Flag[] = []
  const handOff = createTally()
  const topics = { before: { part: 0, all: 0 }, since: { part: 0, all: 0 } }
  const during = (
    name: IncidentName,
  ): { readonly from: number; readonly to: number; readonly task?: string; readonly family?: string } =>
    incidents.find((incident) => incident.name === name) ?? { from: 0, to: 0 }
  const weeksOf = (name: IncidentName): readonly string[] => {
    const { from, to } = during(name)
    const [first, last] = [weekOf(from), weekOf(to - 1)]
    return weeks.filter((week) => week >= first && week <= last)
  }
  const beside = (name: IncidentName): { readonly before: readonly string[]; readonly after: readonly string[] } => {
    const own = weeksOf(name)
    const [first = '', last = ''] = [own[0], own.at(-1)]
    return {
      before: weeks.filter((week) => week < first).slice(-3),
      after: weeks.filter((week) => week > last).slice(0, 3),
    }
  }
  return {
    addJourney: (row, because) => {
      const week = weekOf(Date.parse(row.last_at))
      if (row.return_kind === 'handed_off' && row.task === during('hand_off_page_launched').task)
        handOff.add('handed_off')
      if (!row.flagged) return
      const { task, family, cause, last_step, last_at } = row
      flags.push({ week, task, family, cause, lastStep: last_step, because, lastAt: Date.parse(last_at) })
      if (because === 'handed_off') handOff.add('flagged')
    },
    addContact: ({ source, day, tasks, families }) => {
      if (source !== 'telephony') return
      const share = Date.parse(day) < during('new_queue_unmapped').from ? topics.before : topics.since
      share.all += 1
      if (tasks.length === 0 && families.length === 0) share.part += 1
    },
    measures: (cells, rates) => {
      const own = (task: string | undefined): readonly Cell[] => cells.filter((cell) => cell.task === task)
      const consent = { ...beside('consent_banner_changed'), during: weeksOf('consent_banner_changed') }
      const lookup = { ...beside('address_lookup_broken'), during: weeksOf('address_lookup_broken') }
      const bins = own(during('address_lookup_broken').task)
      const { family = '' } = during('council_tax_bills_posted')
      const taxes = cells.filter(({ task }) => task.startsWith(family))
      const bills = weeksOf('council_tax_bills_posted')
      const failing = flags.filter(({ task, week }) => task === bins[0]?.task && lookup.during.includes(week))
      const causes = createTally()
      const steps = createTally()
      for (const { cause, lastStep } of failing) {
        causes.add(cause ?? 'none')
        steps.add(lastStep ?? 'none')
      }
      const binRates = rates
        .filter(({ task }) => task === bins[0]?.task)
        .sort((a, b) => (b.failure_rate ?? 0) - (a.failure_rate ?? 0))
      const payments = weeksOf('payment_gateway_down')
      const isPaid = ({ cause }: Flag): boolean => cause === 'payment'
      const truly = handOff.get('handed_off') + handOff.get('flagged')
      return {
        consent: {
          before: stretchOf(cells, consent.before),
          during: stretchOf(cells, consent.during),
          after: stretchOf(cells, consent.after),
        },
        bills: {
          before: stretchOf(taxes, beside('council_tax_bills_posted').before),
          during: stretchOf(taxes, bills),
          flagsBecause: shareOf(
            flags.filter((flag) => flag.family === family && bills.includes(flag.week)),
            ({ because }) => because === 'bills',
          ),
        },
        lookup: {
          before: stretchOf(bins, lookup.before),
          during: stretchOf(bins, lookup.during),
          after: stretchOf(bins, lookup.after),
          causes,
          steps,
          topCauses: binRates.filter(({ week }) => lookup.during.includes(week)).map(({ top_cause }) => top_cause),
          place: 1 + binRates.findIndex(({ week }) => lookup.during.includes(week)),
        },
        payment: {
          causes: shareOf(
            flags.filter(({ week }) => payments.includes(week)),
            isPaid,
          ),
          before: shareOf(
            flags.filter(({ week }) => beside('payment_gateway_down').before.includes(week)),
            isPaid,
          ),
        },
        handOff: {
          handedOff: { part: handOff.get('handed_off'), all: truly },
          flagged: { part: handOff.get('flagged'), all: truly },
        },
        queue: topics,
        snow: {
          flagsBecause: shareOf(
            flags.filter(({ week }) => weeksOf('snow').includes(week)),
            ({ because }) => because === 'snow',
          ),
        },
      }
    },
  }
}
