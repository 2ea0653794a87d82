/** A map that forgets what was not asked for lately: two generations, the older dropped whole. */
export interface RecentCache<K, V> {
  readonly get: (key: K) => V | undefined
  readonly set: (key: K, value: V) => void
  readonly delete: (key: K) => void
}

/** Holds at most twice `size` entries; what was read or written among the last `size` is still there. */
export const createRecentCache = <K, V>(size: number): RecentCache<K, V> => {
  let young = new Map<K, V>()
  let old = new Map<K, V>()
  const set = (key: K, value: V): void => {
    young.set(key, value)
    if (young.size < size) return
    old = young
    young = new Map()
  }
  return {
    set,
    get: (key) => {
      const value = young.get(key)
      if (value !== undefined) return value
      const older = old.get(key)
      if (older !== undefined) set(key, older)
      return older
    },
    delete: (key) => {
      young.delete(key)
      old.delete(key)
    },
  }
}
