/** Where what came through the HTTP doors is made durable: onto the topics of the cluster, or into the inbox of the embedded mode. */
import type { EdgeRecord } from '@ringback/contracts'
import type { SealedBadRow } from '@ringback/pipeline'

export interface Taken {
  readonly records: readonly EdgeRecord[]
  readonly bad: readonly SealedBadRow[]
}

/**
 * Resolves when all of it is durable: only then may a door answer 202. Rejects, retryable, where it is not, or nobody knows: the door
 * answers 503 and the sender says all of it again, which changes nothing.
 */
export type Keep = (taken: Taken) => Promise<void>
