/**
 * Groups of processes that consume topics: who owns which partition, where each stands, and what becomes of those that lose a
 * partition while they work on it (zombies).
 */
import { type BatchHandler, type Log, type OwnedPartition, RingbackError } from '@ringback/pipeline'
import type { Scheduler } from './scheduler.ts'
import type { SimulatedWorld } from './simulated-world.ts'

export interface Member {
  readonly process: string
  readonly handler: BatchHandler
  isAlive: boolean
  /** Whether a deployment wants it gone: it is given no more partitions. */
  isLeaving: boolean
}

/** One member's work on one partition, for as long as it owns it. */
interface Ownership {
  readonly member: Member
  readonly topic: string
  readonly partition: number
  position: number
  committed: number | undefined
  isOwned: boolean
  isBusy: boolean
  /** How long the log was when its owner last looked at it while nothing came. */
  idleAt: number
}

export interface Group {
  readonly name: string
  readonly topics: readonly string[]
  readonly members: Member[]
  readonly owners: Map<string, Ownership>
}

const keyOf = (topic: string, partition: number): string => `${topic}|${partition}`

export const createConsumers = (world: SimulatedWorld, scheduler: Scheduler, fail: (cause: unknown) => void) => {
  const { random } = scheduler

  const ownedPartition = (group: Group, own: Ownership, sought: { at?: number }): OwnedPartition => {
    const { topic, partition, member } = own
    const { process } = member
    const gone = (): RingbackError => new RingbackError('store', 'no member any more', { retryable: true })
    return {
      topic,
      partition,
      committed: () => own.committed,
      // Of a member that was expelled a commit may still go through, and knows only what that member knows.
      commit: (offset) =>
        offset <= (own.committed ?? -1)
          ? Promise.resolve()
          : scheduler.call({ process, name: 'commit' }, () => {
              if (!own.isOwned && random.below(2) === 0) throw gone()
              world.commit(group.name, topic, partition, offset)
              own.committed = offset
            }),
      seek: (offset) => {
        sought.at = offset
      },
      heartbeat: () =>
        scheduler.call({ process, name: 'heartbeat' }, () => {
          if (!own.isOwned) throw gone()
        }),
      bounds: () => scheduler.call({ process, name: 'bounds' }, () => world.bounds(topic, partition)),
    }
  }

  const finish = (own: Ownership, work: Promise<void>, after: () => void): void => {
    own.isBusy = true
    work
      .then(after, (cause: unknown) => {
        if (!(cause instanceof RingbackError && cause.retryable)) fail(cause)
      })
      .finally(() => {
        own.isBusy = false
      })
  }

  const deliver = (group: Group, own: Ownership): void => {
    const { topic, partition, member } = own
    const bounds = world.bounds(topic, partition)
    own.position = Math.max(own.position, bounds.earliest)
    const messages = world.read(topic, partition, own.position, 1 + random.below(random.below(2) === 0 ? 4 : 40))
    const last = messages.at(-1)
    if (!last) return
    const sought: { at?: number } = {}
    const batch = {
      ...ownedPartition(group, own, sought),
      messages,
      fetchedFrom: own.position,
      highWatermark: bounds.end,
    }
    const work = member.handler.onBatch(batch)
    finish(
      own,
      work.finally(() => {
        if (sought.at !== undefined) own.position = sought.at
      }),
      () => {
        own.position = sought.at ?? last.offset + 1
      },
    )
  }

  const idle = (group: Group, own: Ownership): void => {
    const { topic, partition, member } = own
    own.idleAt = world.bounds(topic, partition).end
    // As the log's adapter does: a commit that a zombie put back is made good.
    const { committed = -1 } = own
    if (own.isOwned && committed > (world.committed(group.name, topic, partition) ?? -1))
      world.commit(group.name, topic, partition, committed)
    if (!member.handler.onIdle) return
    const sought: { at?: number } = {}
    const work = member.handler.onIdle(ownedPartition(group, own, sought))
    finish(own, work, () => {
      if (sought.at !== undefined) own.position = sought.at
    })
  }

  const assign = (group: Group, topic: string, partition: number, member: Member): void => {
    const key = keyOf(topic, partition)
    const before = group.owners.get(key)
    if (before) before.isOwned = false
    const committed = world.committed(group.name, topic, partition)
    const { earliest } = world.bounds(topic, partition)
    group.owners.set(key, {
      member,
      topic,
      partition,
      position: committed ?? earliest,
      committed,
      isOwned: true,
      isBusy: false,
      idleAt: -1,
    })
  }

  /** Gives every partition without a living owner, and perhaps some others, to some living member. */
  const rebalance = (group: Group, mayTakeAway: boolean): void => {
    const living = group.members.filter(({ isAlive, isLeaving }) => isAlive && !isLeaving)
    if (living.length === 0) return
    for (const topic of group.topics)
      for (let partition = 0; partition < world.partitionsOf(topic); partition++) {
        const owner = group.owners.get(keyOf(topic, partition))
        const isOrphan = !owner || !living.includes(owner.member)
        if (isOrphan || (mayTakeAway && random.below(2) === 0))
          assign(group, topic, partition, living[random.below(living.length)] as Member)
      }
  }

  const free = (group: Group): Ownership[] =>
    [...group.owners.values()].filter(({ isBusy, member }) => !isBusy && member.isAlive)

  return {
    rebalance,
    /** Partitions from which something can be delivered now. */
    deliverable: (group: Group): Ownership[] =>
      free(group).filter(({ topic, partition, position }) => position < world.bounds(topic, partition).end),
    /** Partitions whose owner has not looked since the log last grew. */
    unwatched: (group: Group): Ownership[] =>
      free(group).filter(({ topic, partition, idleAt }) => idleAt < world.bounds(topic, partition).end),
    everyFree: free,
    deliver,
    idle,
  }
}

/** The part of the log's port that a process says things with. */
export const appendsOf = (world: SimulatedWorld, scheduler: Scheduler, process: string): Pick<Log, 'append'> => ({
  append: (topic, messages) =>
    scheduler.call({ process, name: 'append' }, (part) => {
      world.append(topic, part === 1 ? messages : messages.slice(0, Math.floor(messages.length * part)))
    }),
})
