/**
 * Worlds: households of a few people with everything mixed, small, and full of the law's edges. One seed is one world,
 * for ever; a failure is reported by its seed.
 */
import type { RawRecord } from '../reference/plain-edge.ts'
import type { ReferenceConfig } from '../reference/types.ts'
import type { Random } from './random.ts'
import type { Stage } from './stage.ts'
import { readCatalogue } from '../reference/catalogue.ts'
import { DAY, localDay, MINUTE, toMs, weekEndOf } from '../reference/time.ts'
import { chainScene, dayOnlyScene, returnScene, strayScene } from './contact-scenes.ts'
import { crowdScene, manyCarriersScene, oversizeScene, profileScene } from './identity-scenes.ts'
import { createMoments } from './moments.ts'
import { randomPeople } from './people.ts'
import { randomConfig, randomPlace } from './random-catalogue.ts'
import { createRandom, shuffled, withDuplicates } from './random.ts'
import { createNames } from './stage.ts'
import { floodScene, manyFactsScene, manyHoursScene } from './limit-scenes.ts'
import { loopScene, retryScene, tangleScene, visitScene } from './web-scenes.ts'

export interface RandomWorld {
  readonly seed: number
  /** `ringback.yaml` as JSON. */
  readonly config: ReferenceConfig
  /** Records of CONTRACT section 1, before the edge; duplicates and disorder included. */
  readonly web: readonly RawRecord[]
  readonly contacts: readonly RawRecord[]
  readonly profiles: readonly RawRecord[]
  /** At or after every instant in the records. */
  readonly now: number
  /** What is declared of each contact feed; a feed may be missing. */
  readonly completeTo: ReadonlyMap<string, number>
}

export interface WorldOptions {
  /** How many scenes are played, at least and at most. */
  readonly scenes?: readonly [number, number]
  /** Whether records come repeated and in any order (default), or once each in the order in which they were made up. */
  readonly disorder?: boolean
}

const SCENES: readonly [number, (stage: Stage) => void][] = [
  [8, visitScene],
  [6, retryScene],
  [3, loopScene],
  [16, returnScene],
  [3, strayScene],
  [6, chainScene],
  [1, dayOnlyScene],
  [4, profileScene],
  [2, crowdScene],
  [0.5, manyCarriersScene],
  [0.4, oversizeScene],
  [5, tangleScene],
  [1.5, floodScene],
  [0.5, manyFactsScene],
  [0.5, manyHoursScene],
]

const pickScene = (random: Random): ((stage: Stage) => void) => {
  const total = SCENES.reduce((sum, [weight]) => sum + weight, 0)
  let left = random.next() * total
  for (const [weight, scene] of SCENES) {
    left -= weight
    if (left < 0) return scene
  }
  return visitScene
}

export const randomWorld = (seed: number, { scenes = [3, 14], disorder = true }: WorldOptions = {}): RandomWorld => {
  const random = createRandom(seed)
  const place = randomPlace(random)
  const config = randomConfig(place, random)
  const catalogue = readCatalogue(config)
  const moments = createMoments(place, catalogue, random)
  const people = randomPeople(random)
  const records = { web: [], contacts: [], profiles: [], visits: [], calls: [] }
  const stage: Stage = { random, catalogue, moments, people, ...records, name: createNames(random) }
  visitScene(stage)
  for (let n = random.between(...scenes); n > 0; n -= 1) pickScene(random)(stage)
  const mixed = (salt: number, array: readonly RawRecord[]): RawRecord[] =>
    disorder ? shuffled(seed + salt, withDuplicates(seed + salt, array)) : [...array]
  const now = chooseNow(stage)
  return {
    seed,
    config,
    web: mixed(1, stage.web),
    contacts: mixed(2, stage.contacts),
    profiles: mixed(3, stage.profiles),
    now,
    completeTo: chooseCompleteTo(now, stage),
  }
}

const instantsOf = ({ web, contacts }: Stage): number[] =>
  [...web, ...contacts].map(({ time, date }) => toMs(typeof time === 'string' ? time : `${String(date)}T00:00:00Z`))

/** The clock: as the last record comes in, around the ends of a window or week, or long after all of it. */
const chooseNow = (stage: Stage): number => {
  const { random, moments, catalogue } = stage
  const instants = instantsOf(stage)
  const latest = Math.max(...instants)
  const some = random.pick(instants)
  const chosen = random.pick([
    () => latest,
    () => latest + 30 * MINUTE - random.between(0, 1),
    () => moments.atWindowEnd(some),
    () => moments.atWindowEnd(latest),
    () => moments.after(some),
    () => moments.after(latest),
    () => moments.atResumeLimit(some),
    () => moments.atResumeLimit(latest),
    () => weekEndOf(localDay(some, catalogue.zone), catalogue.zone) - random.between(0, 1),
    () => latest + 15 * DAY,
    () => latest + 80 * DAY,
    () => latest + 80 * DAY,
    () => latest + 80 * DAY,
  ])()
  return Math.max(latest, chosen)
}

/** Mostly all feeds reach the clock; sometimes one ends at a window's or a week's end, or was never declared. */
const chooseCompleteTo = (now: number, stage: Stage): Map<string, number> => {
  const { random, moments, catalogue } = stage
  const sources = [...new Set([...catalogue.contactFeeds, ...stage.contacts.map((leg) => String(leg.source))])].sort()
  const isPatchy = random.chance(0.3)
  const declared = sources.flatMap((source): [string, number][] => {
    const some = random.pick(instantsOf(stage))
    const edge = random.pick([
      () => moments.atWindowEnd(some),
      () => weekEndOf(localDay(some, catalogue.zone), catalogue.zone) - random.between(0, 1),
      () => moments.after(some),
    ])
    const isMissing = isPatchy && random.chance(0.1)
    return isMissing ? [] : [[source, isPatchy && random.chance(0.5) ? edge() : now]]
  })
  return new Map(declared)
}
