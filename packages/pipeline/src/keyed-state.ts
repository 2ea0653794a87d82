/**
 * The port to keyed state that lies by partition: Redis in the cluster, memory in the simulation. It is a cache of a fold over
 * the log and may lose anything at any time; what it must never do is to write a part, or over somebody else's position.
 */

/** The key whose value decides whether a write is still welcome: the offset of the next message to fold. */
export const POSITION_KEY = 'next'

export interface StateEntry {
  readonly key: string
  readonly value: string
  /** Whether it goes after the state's time to live without a write. */
  readonly expires: boolean
}

/** Both leave all keys of the partition as they were, or change all of them. */
export type WriteOutcome = 'written' | 'refused'

export interface KeyedState {
  /** The values at one moment, in the order of the keys; undefined: absent. Rejects, retryable, where it gives no answer. */
  readonly read: (partition: number, keys: readonly string[]) => Promise<readonly (string | undefined)[]>
  /**
   * Writes the position and all entries if the position still is what was read (absent is a value, too); otherwise refuses and
   * writes nothing. Rejects, retryable, where the answer was lost: it may have been written.
   */
  readonly compareAndSet: (
    partition: number,
    expected: string | undefined,
    position: string,
    entries: readonly StateEntry[],
  ) => Promise<WriteOutcome>
  /** Every key of a partition that begins with `prefix`, some perhaps twice, in any order, while others may write. */
  readonly keys: (partition: number, prefix: string) => AsyncIterable<string>
  readonly close: () => Promise<void>
}
