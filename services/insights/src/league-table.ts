/** The tasks beside one another over several weeks, the surest failures first: what SEMANTICS section 8 counts by the week, summed. */
import type { TaskRate } from '@ringback/contracts'
import { estimateRate, mostFrequent, shareOf, wilsonInterval } from '@ringback/journeys'

/** Rates are shares, not rounded; null where there is nothing to divide by. */
export interface LeagueRow {
  readonly task: string
  readonly journeys: number
  /** Journeys that count in the failure rate, and those of them that came back. */
  readonly mature: number
  readonly flagged: number
  readonly failureRate: number | null
  readonly failureLow: number | null
  readonly failureHigh: number | null
  /** An estimate: each week's returns as if all of its contacts could be recognised. */
  readonly estimatedRate: number | null
  readonly dropoutRate: number | null
  /** A rate without it is not to be shown. */
  readonly coverage: number | null
  /** Σ of the weeks' avoidable costs. */
  readonly avoidableCost: number
  /** The cause that is on top in the weeks with the most returns. */
  readonly topCause: string | null
  /** Whether any of the weeks is. */
  readonly provisional: boolean
}

type Count = { readonly [K in keyof TaskRate]: TaskRate[K] extends number ? K : never }[keyof TaskRate]

const toLeagueRow = (task: string, weeks: readonly TaskRate[]): LeagueRow => {
  const sum = (count: Count): number => weeks.reduce((total, week) => total + week[count], 0)
  const [mature, flagged] = [sum('mature'), sum('flagged')]
  const interval = wilsonInterval(flagged, mature)
  const estimated = weeks.map((week) =>
    week.mature === 0 ? 0 : (estimateRate(week.flagged / week.mature, week.sight) ?? NaN) * week.mature,
  )
  const estimate = shareOf(
    estimated.reduce((total, one) => total + one, 0),
    mature,
  )
  const causes = new Map<string, number>()
  for (const { top_cause, came_back } of weeks)
    if (top_cause !== null) causes.set(top_cause, (causes.get(top_cause) ?? 0) + came_back)
  return {
    task,
    journeys: sum('journeys'),
    mature,
    flagged,
    failureRate: shareOf(flagged, mature),
    failureLow: interval?.low ?? null,
    failureHigh: interval?.high ?? null,
    estimatedRate: Number.isNaN(estimate) ? null : estimate,
    dropoutRate: shareOf(sum('dropouts'), sum('started')),
    coverage: shareOf(sum('reachable'), sum('journeys')),
    avoidableCost: weeks.reduce((total, { avoidable_cost }) => total + (avoidable_cost ?? 0), 0),
    topCause: mostFrequent(causes),
    provisional: weeks.some(({ provisional }) => provisional),
  }
}

/**
 * By the lower end of their intervals, so that a task with three journeys does not lead by chance; then by cost; tasks without a rate
 * last; ties by name.
 */
const surestFirst = (a: LeagueRow, b: LeagueRow): number =>
  (b.failureLow ?? -1) - (a.failureLow ?? -1) || b.avoidableCost - a.avoidableCost || (a.task < b.task ? -1 : 1)

/** `rates`: any weeks of any tasks, each once. */
export const toLeagueTable = (rates: readonly TaskRate[]): readonly LeagueRow[] => {
  const byTask = new Map<string, TaskRate[]>()
  for (const rate of rates) {
    const weeks = byTask.get(rate.task)
    if (weeks) weeks.push(rate)
    else byTask.set(rate.task, [rate])
  }
  return [...byTask].map(([task, weeks]) => toLeagueRow(task, weeks)).sort(surestFirst)
}
