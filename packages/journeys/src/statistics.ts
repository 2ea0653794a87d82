/** The arithmetic of SEMANTICS section 8: rates, their intervals, their rounding, and the splitting of contacts by topic. */
import { SECOND_MS } from '@ringback/contracts'

/** Of a 95 % interval, two-sided. */
const Z = 1.959963984540054

const RATE_DECIMALS = 6
const MONEY_DECIMALS = 4
const SECONDS_DECIMALS = 3

/**
 * The nearest number of so many decimals; of two equally near ones, the one further from 0. Never −0. Near is meant as
 * people write numbers: 1.10005 lies half-way, though what a computer keeps of it lies a trace below.
 */
const toDecimals = (value: number, decimals: number): number => {
  const scaled = Number((Math.abs(value) * 10 ** decimals).toPrecision(TOLD_DIGITS))
  return (Math.sign(value) * Math.round(scaled)) / 10 ** decimals || 0
}
/** Decimal digits that floating point keeps apart. */
const TOLD_DIGITS = 15

/** "Rates have six decimals." */
export const toRate = (value: number): number => toDecimals(value, RATE_DECIMALS)
/** Four decimals. */
export const toMoney = (value: number): number => toDecimals(value, MONEY_DECIMALS)
/** Three decimals, from milliseconds; half a millisecond, as medians have it, counts as a whole one. */
export const toSeconds = (ms: number): number => toDecimals(ms / SECOND_MS, SECONDS_DECIMALS)

/** A share, not rounded; "null where the denominator is 0". */
export const shareOf = (part: number, all: number): number | null => (all === 0 ? null : part / all)

export interface Interval {
  readonly low: number
  readonly high: number
}

/** The Wilson score interval of a share, not rounded; null where there is nothing to count. */
export const wilsonInterval = (part: number, all: number): Interval | null => {
  if (all === 0) return null
  const share = part / all
  const spread = 1 + (Z * Z) / all
  const centre = (share + (Z * Z) / (2 * all)) / spread
  const half = (Z / spread) * Math.sqrt((share * (1 - share)) / all + (Z * Z) / (4 * all * all))
  // At the ends the interval touches 0 or 1 exactly; floating point alone would leave a trace beyond.
  return { low: part === 0 ? 0 : Math.max(0, centre - half), high: part === all ? 1 : Math.min(1, centre + half) }
}

/** `failureRate ÷ sight, at most 1`; not rounded; null where there is no rate, no sight, or a sight of 0. */
export const estimateRate = (rate: number | null, sight: number | null): number | null =>
  rate === null || sight === null || sight === 0 ? null : Math.min(1, rate / sight)

/** "The top cause is the most frequent (ties: the smaller)." Null where nothing is counted. */
export const mostFrequent = (counts: Iterable<readonly [name: string, count: number]>): string | null => {
  let top: readonly [name: string, count: number] | null = null
  for (const [name, count] of counts)
    if (top === null || count > top[1] || (count === top[1] && name < top[0])) top = [name, count]
  return top === null ? null : top[0]
}

/** Contacts about the same tasks and families; `families` includes those of `tasks`. */
export interface TopicCount {
  readonly tasks: readonly string[]
  readonly families: readonly string[]
  readonly contacts: number
}

/**
 * Contacts about each task (take-up): "each counted contact that names it, and its share of those known only by
 * families: each such contact is one, divided equally among its families, and within a family in proportion to the
 * week's contacts that name each task (equally where there are none)".
 *
 * `topics` are the counted contacts of one week, `tasksOf` the catalogue's tasks by family. The share of a family
 * without a task goes to nobody.
 */
export const contactsAboutTasks = (
  topics: readonly TopicCount[],
  tasksOf: ReadonlyMap<string, readonly string[]>,
): Map<string, number> => {
  const naming = new Map<string, number>()
  for (const { tasks, contacts } of topics)
    for (const task of new Set(tasks)) naming.set(task, (naming.get(task) ?? 0) + contacts)

  const about = new Map(naming)
  for (const [family, contacts] of contactsOfFamilies(topics)) {
    const tasks = tasksOf.get(family) ?? []
    const named = tasks.reduce((sum, task) => sum + (naming.get(task) ?? 0), 0)
    for (const task of tasks) {
      const share = named === 0 ? 1 / tasks.length : (naming.get(task) ?? 0) / named
      about.set(task, (about.get(task) ?? 0) + contacts * share)
    }
  }
  return about
}

/** The contacts known only by families, each divided equally among its families. */
const contactsOfFamilies = (topics: readonly TopicCount[]): Map<string, number> => {
  const shares = new Map<string, number>()
  for (const { tasks, families, contacts } of topics) {
    if (tasks.length > 0) continue
    const own = new Set(families)
    for (const family of own) shares.set(family, (shares.get(family) ?? 0) + contacts / own.size)
  }
  return shares
}
