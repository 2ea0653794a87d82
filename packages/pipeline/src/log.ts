/**
 * The port to a partitioned, durable log: Kafka in the cluster, memory in the simulation. At least once: a batch that was not
 * committed comes again, and an append whose answer was lost may be in the log.
 */
import { hash } from 'node:crypto'
import type { Instant } from '@ringback/contracts'

export interface OutgoingMessage {
  readonly key: string
  /** null: a tombstone. */
  readonly value: string | null
  /** Where it goes; by its key, if it is left out. */
  readonly partition?: number
}

export interface ReceivedMessage {
  readonly offset: number
  /** When the log took it; in the council's own topics, whatever their producers say. */
  readonly timestamp: Instant
  readonly key: string | null
  /** null: a tombstone. */
  readonly value: Buffer | null
}

/** Where a partition begins and ends: the first offset that is still there, and the one that the next message gets. */
export interface Bounds {
  readonly earliest: number
  readonly end: number
}

/**
 * What the owner of a partition can do to it, while it handles a batch or an idle call. All of it rejects, or throws, a retryable
 * RingbackError once the partition is owned no more.
 */
export interface OwnedPartition {
  readonly topic: string
  readonly partition: number
  /** The group's committed offset, as far as is known here: never above the true one. undefined: none yet. */
  readonly committed: () => number | undefined
  /** Says that everything below `offset` is done. Does nothing where as much is committed already. */
  readonly commit: (offset: number) => Promise<void>
  /**
   * The next batch begins at this offset, be it lower or higher, whether or not the call succeeds in the end; at the earliest, if
   * it lies below. Beyond the end is a failure that no repetition mends. The last one counts.
   */
  readonly seek: (offset: number) => void
  /** Tells the group that its member lives; rejects if it is no member any more. */
  readonly heartbeat: () => Promise<void>
  readonly bounds: () => Promise<Bounds>
}

export interface Batch extends OwnedPartition {
  /** In the order of their offsets, at least one. */
  readonly messages: readonly ReceivedMessage[]
  /** The offset that was asked for: nothing lies between it and the first message. */
  readonly fetchedFrom: number
  /** The end of the partition when the batch was fetched. */
  readonly highWatermark: number
}

/** What a stage does with what it is given. The two are never called at once for one partition. */
export interface BatchHandler {
  /**
   * Commits by itself. A retryable failure: the batch, or what stands at the position sought, comes again after a pause;
   * any other ends the subscription.
   */
  readonly onBatch: (batch: Batch) => Promise<void>
  /** Called after a partition was assigned, and again and again while nothing comes from it. */
  readonly onIdle?: (partition: OwnedPartition) => Promise<void>
}

export interface SubscriptionOptions {
  readonly group: string
  readonly topics: readonly string[]
  readonly handler: BatchHandler
}

export interface Subscription {
  /** Rejects when the subscription has ended by a failure that no repetition mends; resolves after `stop`. */
  readonly ended: Promise<void>
  /** When it last heard from the log, with messages or without: what readiness is told by. */
  readonly lastProgressAt: () => Instant
  /** Finishes the batches at hand and leaves the group. */
  readonly stop: () => Promise<void>
}

export interface TopicSpec {
  readonly topic: string
  readonly partitions: number
  /** In ms; undefined: kept for ever. */
  readonly retention: number | undefined
  readonly isCompacted: boolean
  /** Whether the log stamps messages itself; `households` lives by it. */
  readonly stampsOnAppend: boolean
  readonly mostMessageBytes: number
}

export interface Log {
  /**
   * Resolves when all of it is durable on every in-sync replica. After a retryable failure any part of it may be there: append
   * all of it again. Messages for one partition keep their order.
   */
  readonly append: (topic: string, messages: readonly OutgoingMessage[]) => Promise<void>
  /** By partition. Rejects where the topic is not there. */
  readonly bounds: (topic: string) => Promise<readonly Bounds[]>
  /** The offsets that a group has committed, by partition. */
  readonly committed: (group: string, topic: string) => Promise<readonly (number | undefined)[]>
  /** Begins at the committed offsets, or at the earliest. */
  readonly subscribe: (options: SubscriptionOptions) => Promise<Subscription>
  /** Makes those that are missing; the names of what it made. Rejects where one is there with another number of partitions. */
  readonly createTopics: (specs: readonly TopicSpec[]) => Promise<readonly string[]>
  /** Those of them that are there, as they are. */
  readonly describeTopics: (topics: readonly string[]) => Promise<readonly TopicSpec[]>
  /** Up to this number; what lies in the topic stays where it is. Whoever reads it notices when it begins anew, or minutes later. */
  readonly addPartitions: (topic: string, partitions: number) => Promise<void>
  /** With all that lies in them. Resolves when they may be made again; those that are not there are none of its business. */
  readonly deleteTopics: (topics: readonly string[]) => Promise<void>
  /** How many members a group has at the moment. */
  readonly membersOf: (group: string) => Promise<number>
  readonly close: () => Promise<void>
}

/** Where a key's messages lie: the first 32 bits of SHA-256, modulo. */
export const partitionOf = (key: string, partitions: number): number =>
  Number.parseInt(hash('sha256', key, 'hex').slice(0, 8), 16) % partitions
