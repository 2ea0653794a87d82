/**
 * What docs/evidence.md proposes for the law's `sight`, with its figures. The law's sight is the share of contacts that are linkable and
 * have a topic. A return is also lost where its contact has both but basis and topic form no pair that counts. The proposal:
 *
 *   sight = linkable ÷ counted × strong ÷ (strong + possible + weak)
 *
 * over contacts: strong are those that came back (failed, chased, contested, handed off), weak those that a journey of the household
 * could have caused but for their basis (`weak_basis`). Nothing in it needs the truth.
 */
import type { RateMeasures } from './rates.ts'
import { type Share, shareValue } from './share.ts'

export interface Proposal {
  readonly sight: number
  /** What the law's comes to, over all weeks. */
  readonly lawSight: number
  readonly estimated: number
  /** Whose interval, divided by it, holds the truth. */
  readonly tasksWithin: Share
}

const STRONG = ['failed', 'chased', 'contested', 'handed_off'] as const

export const measureProposal = (verdicts: ReadonlyMap<string, Share>, rates: RateMeasures): Proposal => {
  const count = (isOne: (verdict: string) => boolean): number =>
    [...verdicts].reduce((sum, [verdict, { all }]) => (isOne(verdict) ? sum + all : sum), 0)
  const counted = count(() => true)
  const linkable = count((verdict) => !verdict.startsWith('unlinkable'))
  const strong = count((verdict) => STRONG.some((name) => name === verdict))
  const weak = count((verdict) => verdict === 'possible' || verdict === 'unrelated: weak_basis')
  const sight = (linkable / counted) * (strong / (strong + weak))
  const rate = shareValue({ part: rates.counts.flagged, all: rates.counts.reachable })
  const within = rates.tasks.filter(({ truth, low, high }) => truth >= low / sight && truth <= high / sight)
  return {
    sight,
    lawSight: rate / rates.estimated,
    estimated: rate / sight,
    tasksWithin: { part: within.length, all: rates.tasks.length },
  }
}
