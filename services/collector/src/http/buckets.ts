/**
 * How much each name may do: a bucket that fills steadily and holds a second's or a minute's worth. What costs more than a bucket
 * holds needs a full one, and leaves a debt.
 */
import type { Instant } from '@ringback/contracts'

export interface Buckets {
  /** 0 where the points were there, and are gone now; else the ms until they are. */
  readonly take: (name: string, points: number) => number
  /** Takes what was not asked for before. */
  readonly charge: (name: string, points: number) => void
  /** As `take`, without taking anything. */
  readonly waitFor: (name: string, points: number) => number
}

export interface BucketOptions {
  /** What a bucket holds. */
  readonly points: number
  /** How long an empty one takes to be full. */
  readonly perMs: number
  readonly clock: () => Instant
}

interface Bucket {
  level: number
  at: Instant
}

/** Who was heard of longest ago is forgotten first, and begins with a full bucket again. */
const REMEMBERED = 100_000

export const createBuckets = ({ points: capacity, perMs, clock }: BucketOptions): Buckets => {
  const buckets = new Map<string, Bucket>()

  const find = (name: string): Bucket => {
    const now = clock()
    const known = buckets.get(name)
    if (known) buckets.delete(name)
    else if (buckets.size >= REMEMBERED) for (const oldest of buckets.keys()) if (buckets.delete(oldest)) break
    const bucket = known ?? { level: capacity, at: now }
    buckets.set(name, bucket)
    // A clock that was put back fills nothing, and takes nothing.
    bucket.level = Math.min(capacity, bucket.level + (Math.max(0, now - bucket.at) * capacity) / perMs)
    bucket.at = now
    return bucket
  }

  /** In whole ms; what is missing by rounding alone is there. */
  const lacking = (bucket: Bucket, points: number): number =>
    Math.max(0, Math.ceil(((Math.min(points, capacity) - bucket.level) * perMs) / capacity - 1e-6))

  return {
    take: (name, points) => {
      const bucket = find(name)
      const wait = lacking(bucket, points)
      if (wait === 0) bucket.level -= points
      return wait
    },
    charge: (name, points) => {
      find(name).level -= points
    },
    waitFor: (name, points) => lacking(find(name), points),
  }
}
