/** Rates against the truth: `failureRate` and its interval, `excess`, `estimatedRate`, placebo. */
import type { TaskRate } from '@ringback/contracts'
import { wilsonInterval } from '@ringback/journeys'
import { type Cell, type Counts, sumOf } from './cells.ts'
import type { Share } from './share.ts'

export interface TaskMeasure {
  readonly task: string
  readonly counts: Counts
  readonly failureRate: number
  readonly low: number
  readonly high: number
  readonly truth: number
  readonly excess: number
  readonly estimated: number
  readonly trueOfAll: number
}

export interface RateMeasures {
  readonly counts: Counts
  readonly estimated: number
  /** Flags over sight, so that estimates of several weeks can be summed. */
  readonly tasks: readonly TaskMeasure[]
  /** Whose interval holds the truth. */
  readonly tasksWithin: Share
  /** The same, were the interval divided by `sight` as the estimate is. */
  readonly tasksWithinEstimated: Share
  readonly taskWeeksWithin: Share
  /** The same of weeks that have a true failure at all: the others are within by having none. */
  readonly eventfulWithin: Share
  /** The truth lies above the interval, and below. */
  readonly tasksTooLow: number
  readonly tasksTooHigh: number
  /** Reachable journeys that the product counts as mature, against those counted here: the same, if all is over. */
  readonly mature: number
}

const isWithin = (truth: number, low: number, high: number): boolean => truth >= low && truth <= high

const measureTask = (task: string, cells: readonly Cell[], sights: ReadonlyMap<string, number>): TaskMeasure => {
  const counts = sumOf(cells)
  const interval = wilsonInterval(counts.flagged, counts.reachable)
  const seen = cells.reduce((sum, { flagged, week }) => sum + flagged / (sights.get(week) ?? 1), 0)
  return {
    task,
    counts,
    failureRate: counts.flagged / counts.reachable,
    low: interval?.low ?? 0,
    high: interval?.high ?? 1,
    truth: counts.failures / counts.reachable,
    excess: (counts.flagged - counts.placebo) / counts.reachable,
    estimated: Math.min(1, seen / counts.reachable),
    trueOfAll: counts.trueFailures / counts.trueJourneys,
  }
}

export const measureRates = (cells: readonly Cell[], rows: readonly TaskRate[]): RateMeasures => {
  const sights = new Map(rows.map(({ week, sight }) => [week, sight ?? 1]))
  const byTask = new Map<string, Cell[]>()
  for (const cell of cells) byTask.set(cell.task, [...(byTask.get(cell.task) ?? []), cell])
  const tasks = [...byTask]
    .map(([task, ofTask]) => measureTask(task, ofTask, sights))
    .filter(({ counts }) => counts.reachable > 0)
    .sort((a, b) => b.counts.reachable - a.counts.reachable)
  const cellOf = new Map(cells.map((cell) => [`${cell.task} ${cell.week}`, cell]))
  const weekly = rows.flatMap(({ task, week, failure_low: low, failure_high: high }) => {
    const cell = cellOf.get(`${task} ${week}`)
    if (cell === undefined || cell.reachable === 0 || low === null || high === null) return []
    return [{ within: isWithin(cell.failures / cell.reachable, low, high), isEventful: cell.failures > 0 }]
  })
  const counts = sumOf(cells)
  const seen = cells.reduce((sum, { flagged, week }) => sum + flagged / (sights.get(week) ?? 1), 0)
  return {
    counts,
    estimated: seen / counts.reachable,
    tasks,
    tasksWithin: { part: tasks.filter(({ truth, low, high }) => isWithin(truth, low, high)).length, all: tasks.length },
    tasksWithinEstimated: {
      part: tasks.filter(({ truth, low, high, estimated, failureRate }) => {
        const sight = failureRate > 0 ? failureRate / estimated : 1
        return isWithin(truth, low / sight, high / sight)
      }).length,
      all: tasks.length,
    },
    taskWeeksWithin: { part: weekly.filter(({ within }) => within).length, all: weekly.length },
    eventfulWithin: {
      part: weekly.filter(({ within, isEventful }) => within && isEventful).length,
      all: weekly.filter(({ isEventful }) => isEventful).length,
    },
    tasksTooLow: tasks.filter(({ truth, high }) => truth > high).length,
    tasksTooHigh: tasks.filter(({ truth, low }) => truth < low).length,
    mature: rows.reduce((sum, { mature }) => sum + mature, 0),
  }
}
