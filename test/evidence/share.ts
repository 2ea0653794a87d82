/** Counts and shares, and how they are told. */

export interface Share {
  readonly part: number
  readonly all: number
}

export const shareValue = ({ part, all }: Share): number => (all === 0 ? NaN : part / all)

/** `12.3 %`, or a dash where there is nothing to count. */
export const percent = (share: Share | number, decimals = 1): string => {
  const value = typeof share === 'number' ? share : shareValue(share)
  return Number.isFinite(value) ? `${(value * 100).toFixed(decimals)} %` : '–'
}

export const number = (value: number): string => value.toLocaleString('en-GB')

/** `12.3 % (123 of 1,000)`. */
export const told = (share: Share, decimals = 1): string =>
  `${percent(share, decimals)} (${number(share.part)} of ${number(share.all)})`

/** A counter by name. */
export interface Tally {
  readonly add: (name: string, count?: number) => void
  readonly get: (name: string) => number
  /** The most frequent first. */
  readonly entries: () => readonly (readonly [name: string, count: number])[]
  readonly sum: () => number
}

export const createTally = (): Tally => {
  const counts = new Map<string, number>()
  return {
    add: (name, count = 1) => counts.set(name, (counts.get(name) ?? 0) + count),
    get: (name) => counts.get(name) ?? 0,
    entries: () => [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)),
    sum: () => [...counts.values()].reduce((sum, count) => sum + count, 0),
  }
}
