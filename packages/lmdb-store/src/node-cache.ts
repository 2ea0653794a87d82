/** Decoded nodes, the most recently used: two generations, the older dropped whole. */
export interface NodeCache<V> {
  readonly get: (name: string) => V | undefined
  readonly set: (name: string, value: V) => void
  readonly delete: (name: string) => void
}

/** Holds at most twice `size` nodes. */
export const createNodeCache = <V>(size: number): NodeCache<V> => {
  let young = new Map<string, V>()
  let old = new Map<string, V>()
  const set = (name: string, value: V): void => {
    young.set(name, value)
    if (young.size < size) return
    old = young
    young = new Map()
  }
  return {
    set,
    get: (name) => {
      const value = young.get(name)
      if (value !== undefined) return value
      const older = old.get(name)
      if (older !== undefined) set(name, older)
      return older
    },
    delete: (name) => {
      young.delete(name)
      old.delete(name)
    },
  }
}
