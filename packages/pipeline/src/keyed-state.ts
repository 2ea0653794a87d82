/**
 * The port to keyed state that lies by partition: Redis in the cluster, memory in the simulation. It is a cache of a fold over
 * the log and may lose anything at any time; what it must never do is to write a part, or over somebody else's position.
 */

/** The key whose value decides whether a write is still welcome: the offset of the next message to fold. */
export const POSITION_KEY = 'next'

/** Any well-formed text is a key and a value, the empty one too; a lone surrogate would come back as U+FFFD. */
export interface StateEntry {
  /** Not POSITION_KEY, and once in a write. */
  readonly key: string
  readonly value: string
  /** Whether it goes after the state's time to live without a write. */
  readonly expires: boolean
}

/** Both leave all keys of the partition as they were, or change all of them. */
export type WriteOutcome = 'written' | 'refused'

export interface KeyedState {
  /**
   * The values at one moment, in the order of the keys; undefined: absent. Rejects, retryable, where it gives no answer. A
   * thousand keys and some megabytes are one call, here and in a write.
   */
  readonly read: (partition: number, keys: readonly string[]) => Promise<readonly (string | undefined)[]>
  /**
   * Writes the position and all entries if the position still is what was read (absent is a value, too); otherwise refuses and
   * writes nothing. Rejects, retryable, where the answer was lost: it may have been written, or be written yet, by a server that
   * stood still; so read again before the next one. A full store is retryable, too, and has written nothing. The position
   * never expires, and an entry written without expiry loses the one it had.
   */
  readonly compareAndSet: (
    partition: number,
    expected: string | undefined,
    position: string,
    entries: readonly StateEntry[],
  ) => Promise<WriteOutcome>
  /**
   * Every key of a partition that begins with `prefix`, the position's too, some perhaps twice, in any order; of keys that come or
   * go meanwhile perhaps none. Rejects, retryable, when the partition moves to another server meanwhile: begin anew.
   */
  readonly keys: (partition: number, prefix: string) => AsyncIterable<string>
  readonly close: () => Promise<void>
}
