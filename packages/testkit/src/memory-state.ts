/** Keyed state in memory: what the simulation runs on. It passes the same conformance suite as Redis. */
import { type KeyedState, POSITION_KEY } from '@ringback/pipeline'

interface Kept {
  readonly value: string
  /** Infinity: never. */
  readonly expiresAt: number
}

/** Everything there was at one moment; nothing that happens later changes it. */
export type MemorySnapshot = ReadonlyMap<number, ReadonlyMap<string, Kept>>

export interface MemoryState extends KeyedState {
  readonly snapshot: () => MemorySnapshot
  /** Back to that moment: how a replica without the last second becomes the master. Expiry goes on by the clock. */
  readonly restore: (snapshot: MemorySnapshot) => void
  /** How a server without a disk restarts. */
  readonly clear: () => void
}

export interface MemoryStateOptions {
  /** In ms; entries never expire without it. */
  readonly expiresAfterMs?: number
  readonly now?: () => number
}

const copyOf = (partitions: MemorySnapshot): Map<number, Map<string, Kept>> =>
  new Map([...partitions].map(([partition, entries]) => [partition, new Map(entries)]))

export const createMemoryState = ({
  expiresAfterMs = Infinity,
  now = () => 0,
}: MemoryStateOptions = {}): MemoryState => {
  let partitions = new Map<number, Map<string, Kept>>()

  const find = (partition: number, key: string): string | undefined => {
    const kept = partitions.get(partition)?.get(key)
    if (!kept) return undefined
    if (kept.expiresAt > now()) return kept.value
    partitions.get(partition)?.delete(key)
    return undefined
  }

  return {
    read: async (partition, keys) => keys.map((key) => find(partition, key)),
    compareAndSet: async (partition, expected, position, entries) => {
      if (find(partition, POSITION_KEY) !== expected) return 'refused'
      const kept = partitions.get(partition) ?? new Map<string, Kept>()
      partitions.set(partition, kept)
      kept.set(POSITION_KEY, { value: position, expiresAt: Infinity })
      for (const { key, value, expires } of entries)
        kept.set(key, { value, expiresAt: expires ? now() + expiresAfterMs : Infinity })
      return 'written'
    },
    keys: async function* (partition, prefix) {
      // A copy: the caller may write while it lists.
      for (const key of Array.from(partitions.get(partition)?.keys() ?? []))
        if (key.startsWith(prefix) && find(partition, key) !== undefined) yield key
    },
    close: async () => {},
    snapshot: () => copyOf(partitions),
    restore: (snapshot) => {
      partitions = copyOf(snapshot)
    },
    clear: () => {
      partitions = new Map()
    },
  }
}
