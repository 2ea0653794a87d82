/** What the store and the thread that writes it say to one another. */
import type { Changes } from './changes.ts'

/** Address space, not storage. A map that has to grow is mapped once more while the smaller one stays in memory. */
const MAP_BYTES = 2 ** 36

/** Both threads open the one environment alike. */
export const STORE_OPTIONS = { maxDbs: 8, noMemInit: true, pageSize: 4096, mapSize: MAP_BYTES } as const

export type ToCommitWorker =
  | { readonly type: 'commit'; readonly id: number; readonly changes: readonly Changes[] }
  /** Answered when all that was committed is on disk. */
  | { readonly type: 'flush'; readonly id: number }
  | { readonly type: 'close'; readonly id: number }

/** Done, or what went wrong: then nothing of it was done. */
export interface FromCommitWorker {
  readonly id: number
  readonly failure?: unknown
}
