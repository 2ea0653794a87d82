/** Chance that is the same for the same seed: no clock, no state outside. */

export interface Random {
  /** In [0, 1). */
  readonly next: () => number
  readonly chance: (share: number) => boolean
  /** A whole number in [0, count). */
  readonly below: (count: number) => number
  readonly between: (low: number, high: number) => number
  readonly pick: <T>(list: readonly T[]) => T
  readonly exponential: (mean: number) => number
  /** How many of many independent things happen, when so many do on average. */
  readonly poisson: (mean: number) => number
}

const mix = (value: number): number => {
  let mixed = Math.imul(value ^ (value >>> 16), 0x21f0aaad)
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
  return (mixed ^ (mixed >>> 15)) >>> 0
}

const hash = (numbers: readonly number[]): number =>
  numbers.reduce((state, number) => mix((state ^ mix(number + 0x9e3779b9)) >>> 0), 0x5eed)

/** A share in [0, 1) that belongs to these numbers, whoever asks and when. */
export const stableShare = (...numbers: readonly number[]): number => hash(numbers) / 2 ** 32

const KNUTH_UP_TO = 30

/** `seeds`: other numbers, another stream. */
export const createRandom = (...seeds: readonly number[]): Random => {
  let state = hash(seeds)
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const exponential = (mean: number): number => -mean * Math.log(1 - next())
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next())
  const poisson = (mean: number): number => {
    if (mean > KNUTH_UP_TO) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal()))
    let count = 0
    for (let passed = exponential(1); passed < mean; passed += exponential(1)) count += 1
    return count
  }
  const below = (count: number): number => Math.floor(next() * count)
  return {
    next,
    chance: (share) => next() < share,
    below,
    between: (low, high) => low + next() * (high - low),
    pick: (list) => list[below(list.length)] as (typeof list)[number],
    exponential,
    poisson,
  }
}

/** Draws in proportion to the weights; what has none is never drawn. */
export const createWeighted = <T>(list: readonly T[], weightOf: (item: T) => number): ((random: Random) => T) => {
  const drawn = list.filter((item) => weightOf(item) > 0)
  let sum = 0
  const ends = drawn.map((item) => (sum += weightOf(item)))
  return (random) => {
    const at = random.next() * sum
    const found = ends.findIndex((end) => at < end)
    return drawn[found] as T
  }
}
