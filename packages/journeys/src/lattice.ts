/**
 * Join-semilattices that facts are made of. Every merge here is associative, commutative and idempotent, and gives
 * back its first argument, the very object, when the second adds nothing: that is how a fold knows what is new.
 */
import type { Instant } from '@ringback/contracts'

/** Of each kind of fact an attempt keeps the 64 earliest instants and the latest (SEMANTICS section 4). */
export const KEPT = 64

/** Distinct instants, ascending: all of them, or the `kept` earliest and the latest. */
export type Instants = readonly Instant[]

/** Entries sorted by key, each key once: a map that is the same bytes whatever order it was filled in. */
export type Keyed<T> = readonly (readonly [key: string, value: T])[]

const isSubset = (a: Instants, b: Instants): boolean => {
  let i = 0
  for (const at of b) {
    while (i < a.length && (a[i] as number) < at) i++
    if (a[i] !== at) return false
  }
  return true
}

/** The `kept` smallest and the greatest of both: what a longer list would have kept too. */
export const mergeInstants = (a: Instants, b: Instants, kept = KEPT): Instants => {
  if (isSubset(a, b)) return a
  const union: Instant[] = []
  let i = 0
  let j = 0
  while (i < a.length || j < b.length) {
    const x = a[i] ?? Infinity
    const y = b[j] ?? Infinity
    if (x <= y) i++
    if (y <= x) j++
    const least = Math.min(x, y)
    if (union.length > kept) union[kept] = least
    else union.push(least)
  }
  return isSubset(a, union) ? a : union
}

/** Any instants, in any order, as the list that keeps the `kept` earliest and the latest. */
export const keepInstants = (instants: Instant[], kept = KEPT): Instants => {
  if (instants.length === 1) return instants
  const distinct = instants.sort((x, y) => x - y).filter((at, i) => i === 0 || at !== instants[i - 1])
  return distinct.length > kept + 1 ? [...distinct.slice(0, kept), distinct[distinct.length - 1] as Instant] : distinct
}

/** Merges entry by entry; an entry that one side lacks is taken as it is. */
export const mergeKeyed = <T>(a: Keyed<T>, b: Keyed<T>, mergeValue: (x: T, y: T, key: string) => T): Keyed<T> => {
  if (b.length === 0 || a === b) return a
  if (a.length === 0) return b
  const merged: (readonly [string, T])[] = []
  let isNew = false
  let i = 0
  let j = 0
  while (i < a.length || j < b.length) {
    const x = a[i]
    const y = b[j]
    if (x && (!y || x[0] < y[0])) {
      merged.push(x)
      i++
    } else if (y && (!x || y[0] < x[0])) {
      merged.push(y)
      isNew = true
      j++
    } else if (x && y) {
      const value = x[1] === y[1] ? x[1] : mergeValue(x[1], y[1], x[0])
      if (value !== x[1]) isNew = true
      merged.push(value === x[1] ? x : [x[0], value])
      i++
      j++
    }
  }
  return isNew ? merged : a
}

/** The entry of a key, by halving. */
export const valueOf = <T>(entries: Keyed<T>, key: string): T | undefined => {
  let low = 0
  let high = entries.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((entries[middle] as readonly [string, T])[0] < key) low = middle + 1
    else high = middle
  }
  const found = entries[low]
  return found?.[0] === key ? found[1] : undefined
}

/** Sorts entries whose keys are distinct. */
export const toKeyed = <T>(entries: Iterable<readonly [string, T]>): Keyed<T> =>
  [...entries].sort(([x], [y]) => (x < y ? -1 : x > y ? 1 : 0))

/** A sorted set of strings, merged; the first itself when the second adds nothing. */
export const mergeStrings = (a: readonly string[], b: readonly string[]): readonly string[] => {
  const added = b.filter((value) => !a.includes(value))
  return added.length === 0 ? a : [...a, ...added].sort()
}
