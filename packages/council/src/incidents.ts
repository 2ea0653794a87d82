/** What happens to Borsetshire, and when. Weeks are counted from the Monday on or before the start. */
import { addDays, DAY_MS, type Instant, type LocalDay, weekdayOf, type Zone } from '@ringback/contracts'
import type { EarlyClosing } from './calendar.ts'

export const INCIDENTS = [
  'payment_gateway_down',
  'address_lookup_broken',
  'line_closed_early',
  'consent_banner_changed',
  'new_queue_unmapped',
  'council_tax_bills_posted',
  'hand_off_page_launched',
  'snow',
] as const
export type IncidentName = (typeof INCIDENTS)[number]

export interface Incident {
  readonly name: IncidentName
  readonly from: Instant
  /** The first instant after it; the last of time for what stays. */
  readonly to: Instant
  /** What it touches: a task, or a family. */
  readonly task?: string
  readonly family?: string
}

const FOREVER = Date.UTC(2200, 0, 1)
const EARLY = { week: 4, weekday: 4, at: 13 * 60 } as const

const mondayOf = (start: LocalDay): LocalDay => addDays(start, -weekdayOf(start))
const dayOf = (start: LocalDay, week: number, weekday: number): LocalDay => addDays(mondayOf(start), week * 7 + weekday)

export const earlyClosings = (start: LocalDay): readonly EarlyClosing[] => [
  { line: 'main', day: dayOf(start, EARLY.week, EARLY.weekday), at: EARLY.at },
]

/** The Thursday of the third week. */
export const deliveredTwice = (start: LocalDay): LocalDay => dayOf(start, 2, 3)

export const createIncidents = (zone: Zone, start: LocalDay): readonly Incident[] => {
  const at = (week: number, weekday: number, minutes = 0): Instant =>
    zone.instantOf(dayOf(start, week, weekday), minutes)
  const lookup = at(3, 1, 7 * 60)
  return [
    { name: 'payment_gateway_down', from: at(1, 2, 10 * 60), to: at(1, 2, 16 * 60) },
    { name: 'address_lookup_broken', from: lookup, to: lookup + 6 * DAY_MS, task: 'report-missed-bin' },
    {
      name: 'line_closed_early',
      from: at(EARLY.week, EARLY.weekday, EARLY.at),
      to: at(EARLY.week, EARLY.weekday, 17 * 60),
    },
    { name: 'consent_banner_changed', from: at(5, 0), to: at(7, 0) },
    { name: 'new_queue_unmapped', from: at(6, 0), to: FOREVER },
    { name: 'council_tax_bills_posted', from: at(7, 0), to: at(8, 0), family: 'council-tax' },
    { name: 'hand_off_page_launched', from: at(8, 0), to: FOREVER, task: 'homelessness' },
    { name: 'snow', from: at(10, 0), to: at(11, 0) },
  ]
}

/** How strong an incident is. `share`: of those it could touch. */
export const STRENGTH = {
  paymentFails: 0.9,
  lookupFails: 0.6,
  /** Of those who would have agreed: so few that coverage halves, since forms and accounts go on as before. */
  consentLeft: 0.12,
  newQueueShare: 0.12,
  /** Contacts because of the bills or the snow: so many times what is usual about these tasks. */
  billContacts: 3,
  snowTasks: ['school-closures', 'gritting', 'report-missed-bin', 'find-bin-day'],
  snowContacts: 4,
  /** Sessions, against the usual; and how many of all look for it. */
  billSessions: 1.15,
  snowSessions: 1.3,
  billShare: 0.2,
  snowShare: 0.3,
  handedOff: 0.7,
} as const
