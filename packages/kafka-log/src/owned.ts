/** A partition that this member of a group owns, from one assignment to the next. */
import { type Bounds, type OwnedPartition, RingbackError } from '@ringback/pipeline'
import { guarded } from './faults.ts'

/** What is known of it here. Only the assignment changes it. */
export interface Owned {
  readonly topic: string
  readonly partition: number
  isLost: boolean
  /** Nothing comes from it for now. */
  isHeld: boolean
  /** Whether nothing came since it was last idle. */
  isQuiet: boolean
  /** The next offset to hand out; -1 until the assignment's beginning was found out. */
  position: number
  /** Where the handler wants to go on, until it was seen to. */
  sought: number | undefined
  committed: number | undefined
  /** Attempts in a row that failed. */
  failures: number
}

export const nameOf = ({ topic, partition }: Pick<Owned, 'topic' | 'partition'>): string => `${topic}/${partition}`

export interface Means {
  /** Commits this offset with the group, once: never tried again by itself, since the partition may be another's by then. */
  readonly commit: (offset: number) => Promise<void>
  readonly heartbeat: () => Promise<void>
  readonly bounds: (topic: string) => Promise<readonly Bounds[]>
}

const assertOwned = (owned: Owned): void => {
  if (owned.isLost) throw new RingbackError('store', `${nameOf(owned)} is another's now`, { retryable: true })
}

export const boundsOf = async (
  { topic, partition }: Pick<Owned, 'topic' | 'partition'>,
  bounds: Means['bounds'],
): Promise<Bounds> => {
  const found = (await bounds(topic))[partition]
  if (!found) throw new RingbackError('store', `${topic} has lost partition ${partition}`, { retryable: true })
  return found
}

/** As the handler sees it. */
export const toOwnedPartition = (owned: Owned, means: Means): OwnedPartition => ({
  topic: owned.topic,
  partition: owned.partition,
  committed: () => owned.committed,
  commit: async (offset) => {
    assertOwned(owned)
    if (owned.committed !== undefined && offset <= owned.committed) return
    await guarded(`committing ${nameOf(owned)}`, () => means.commit(offset))
    // kafkajs resolves commits that it never sent (while it stops); the offset is taken over from what it reports as sent.
    if ((owned.committed ?? -1) < offset)
      throw new RingbackError('store', `committing ${nameOf(owned)}: not confirmed`, { retryable: true })
    assertOwned(owned)
  },
  seek: (offset) => {
    assertOwned(owned)
    owned.sought = offset
  },
  heartbeat: async () => {
    assertOwned(owned)
    await guarded(`staying in the group of ${nameOf(owned)}`, means.heartbeat)
    assertOwned(owned)
  },
  bounds: () => {
    assertOwned(owned)
    return boundsOf(owned, means.bounds)
  },
})
