/**
 * What docs/evidence.md proposes for the law's `sight`, with its figures. The law's sight is the share of contacts that are linkable and
 * have a topic. But a return is also lost where basis and topic form no pair that counts. The proposal:
 *
 *   sight = linkable ÷ counted × failed ÷ (failed + possible + weak)
 *
 * over contacts, weak being those that a journey of the household could have caused but for their basis (`weak_basis`); and
 * `estimatedRate = excess ÷ sight`.
 */
import type { RateMeasures, TaskMeasure } from './rates.ts'
import type { Share } from './share.ts'

export interface Estimate {
  readonly sight: number
  readonly estimated: number
  /** Whose interval, less placebo and divided by sight, holds the truth. */
  readonly tasksWithin: Share
}

export interface Proposal {
  /** With the contacts as they are counted: the weak ones are mostly coincidence. */
  readonly plain: Estimate
  /**
   * With coincidence taken off each of the three, as a placebo over all pairs would do. Here the truth stands in for that placebo,
   * so this is the best that it could give.
   */
  readonly net: Estimate
  /** What the law's sight comes to, over all weeks. */
  readonly lawSight: number
}

const WEAK = ['possible', 'unrelated: weak_basis'] as const
const NONE: Share = { part: 0, all: 0 }

const holdsTruth = ({ truth, low, high, counts }: TaskMeasure, sight: number): boolean => {
  const placebo = counts.placebo / counts.reachable
  return truth >= (low - placebo) / sight && truth <= (high - placebo) / sight
}

export const measureProposal = (verdicts: ReadonlyMap<string, Share>, rates: RateMeasures): Proposal => {
  const { flagged, placebo, reachable } = rates.counts
  const all = [...verdicts.values()].reduce((sum, share) => sum + share.all, 0)
  const unlinkable = [...verdicts].reduce(
    (sum, [verdict, share]) => (verdict.startsWith('unlinkable') ? sum + share.all : sum),
    0,
  )
  const estimate = (count: (share: Share) => number): Estimate => {
    const failed = count(verdicts.get('failed') ?? NONE)
    const weak = WEAK.reduce((sum, verdict) => sum + count(verdicts.get(verdict) ?? NONE), 0)
    const sight = (1 - unlinkable / all) * (failed / (failed + weak))
    const within = rates.tasks.filter((task) => holdsTruth(task, sight))
    return {
      sight,
      estimated: (flagged - placebo) / reachable / sight,
      tasksWithin: { part: within.length, all: rates.tasks.length },
    }
  }
  return {
    plain: estimate((share) => share.all),
    net: estimate((share) => share.part),
    lawSight: flagged / reachable / rates.estimated,
  }
}
