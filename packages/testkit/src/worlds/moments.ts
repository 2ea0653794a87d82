/**
 * Instants that meet. Nearly every instant of a world is one that the world has already, or one of the law's own
 * lengths away from it, exactly or missed by a millisecond; so that limits are hit and missed all the time.
 */
import type { Catalogue } from '../reference/catalogue.ts'
import type { Place } from './random-catalogue.ts'
import type { Random } from './random.ts'
import { windowEnd } from '../reference/opening-hours.ts'
import { DAY, HOUR, localDay, MINUTE, SECOND, weekEndOf } from '../reference/time.ts'

export interface Moments {
  /** Some instant, already there or made from one that is. */
  readonly some: () => number
  /** An instant after (rarely at) the given one by a length of the law, or missing it by a millisecond. */
  readonly after: (base: number) => number
  /** A little later: as events of one sitting follow each other. */
  readonly soonAfter: (base: number) => number
  /** Where a window from the given instant ends, exactly or missed by a millisecond. */
  readonly atWindowEnd: (base: number) => number
  /** As long after the given one as a resident may stay away, exactly or missed by a millisecond. */
  readonly atResumeLimit: (base: number) => number
  /** Exactly, or missed by a millisecond either way. */
  readonly about: (instant: number) => number
  readonly latest: () => number
}

/** What lies further from the anchor is put back to it, so that a world stays within a month. */
const REACH = 13 * DAY

export const createMoments = ({ zone, anchor }: Place, catalogue: Catalogue, random: Random): Moments => {
  const used = [anchor]
  const ofTasks = catalogue.tasks.flatMap((task) => [
    task.windowMs,
    task.resumeWithinMs,
    task.resumeSavedWithinMs,
    task.graceMs,
  ])
  const lengths = [
    ...ofTasks,
    catalogue.repeatWithinMs,
    catalogue.echoWithinMs,
    0,
    2 * MINUTE,
    10 * MINUTE,
    30 * MINUTE,
    HOUR,
    7 * DAY,
  ]
  const note = (instant: number): number => {
    const kept = Math.abs(instant - anchor) > REACH ? anchor + (instant % (3 * HOUR)) : instant
    used.push(kept)
    return kept
  }
  const nudge = (): number => random.pick([0, 0, 0, 1, -1])
  const about = (instant: number): number => note(instant + nudge())
  const after = (base: number): number => about(base + random.pick(lengths))
  const atWindowEnd = (base: number): number => about(windowEnd(base, random.pick(catalogue.tasks), zone))
  const anywhere = (): number => {
    const base = random.pick(used)
    return random.pick([
      () => base,
      () => after(base),
      () => about(base - random.pick(lengths)),
      () => atWindowEnd(base),
      () => about(weekEndOf(localDay(base, zone), zone)),
      () => note(base + random.between(0, 3 * HOUR)),
      () => about(Math.ceil(base / HOUR) * HOUR),
    ])()
  }
  return {
    some: anywhere,
    after,
    soonAfter: (base) => note(base + random.pick([0, 0, 1, SECOND, SECOND, 17 * SECOND, MINUTE, 10 * MINUTE, HOUR])),
    atWindowEnd,
    atResumeLimit: (base) => {
      const task = random.pick(catalogue.tasks)
      return about(base + random.pick([task.resumeWithinMs, task.resumeWithinMs, task.resumeSavedWithinMs]))
    },
    about,
    latest: () => Math.max(...used),
  }
}
