/** Chance that a seed repeats exactly, on every machine. */

export interface Random {
  /** [0, 1). */
  readonly next: () => number
  /** From `least` to `most`, both included. */
  readonly between: (least: number, most: number) => number
  readonly chance: (probability: number) => boolean
  readonly pick: <T>(choices: readonly T[]) => T
}

/** mulberry32: 32 bits of state, plenty for a small world. */
export const createRandom = (seed: number): Random => {
  // Consecutive seeds would begin alike: spread them first.
  let state = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
  const between = (least: number, most: number): number => least + Math.floor(next() * (most - least + 1))
  return {
    next,
    between,
    chance: (probability) => next() < probability,
    pick: (choices) => {
      const choice = choices[between(0, choices.length - 1)]
      if (choices.length === 0) throw new Error('worlds: nothing to pick from')
      return choice as (typeof choices)[number]
    },
  }
}

/** The same elements in another order, by the seed; the array itself is left as it is. */
export const shuffled = <T>(seed: number, array: readonly T[]): T[] => {
  const random = createRandom(seed)
  const left = [...array]
  const order: T[] = []
  while (left.length > 0) order.push(...left.splice(random.between(0, left.length - 1), 1))
  return order
}

/** The same elements, each `share`-th or so of them once or twice more, each repetition a copy of its own. */
export const withDuplicates = <T>(seed: number, array: readonly T[], share = 0.15): T[] => {
  const random = createRandom(seed)
  return array.flatMap((element) => {
    const times = random.chance(share) ? random.between(1, 2) : 0
    return [element, ...Array.from({ length: times }, () => structuredClone(element))]
  })
}

/** The elements cut into batches of 1 to `most`, in their order. */
export const inBatches = <T>(seed: number, array: readonly T[], most: number): T[][] => {
  const random = createRandom(seed)
  const batches: T[][] = []
  for (let from = 0; from < array.length; from += batches.at(-1)?.length ?? 1) {
    batches.push(array.slice(from, from + random.between(1, most)))
  }
  return batches
}
