/** What the frame knows of whatever it runs: whether it is ready, when it has ended, how to end it. */
import { type Instant, SECOND_MS } from '@ringback/contracts'
import type { Subscription } from '@ringback/pipeline'

export type Readiness =
  | { readonly ready: true; readonly reason?: undefined }
  | {
      readonly ready: false
      /** A sentence for whoever runs it. */
      readonly reason: string
    }

export const READY: Readiness = { ready: true }
export const notReady = (reason: string): Readiness => ({ ready: false, reason })

export interface Stage {
  readonly ready: () => Readiness | Promise<Readiness>
  /** When it last made progress; undefined where there is nothing to make progress with. */
  readonly lastProgressAt?: () => Instant
  /** Finishes what is at hand. */
  readonly stop: () => Promise<void>
  /** Rejects when it has ended by a failure that no repetition mends; resolves after `stop`. */
  readonly ended: Promise<void>
}

/** Brokers answer an idle consumer several times within it. */
const STALLED_AFTER_MS = 30 * SECOND_MS

/** Of what reads from the log: ready while it hears from it. */
export const stageOf = (subscriptions: readonly Subscription[], clock: () => Instant): Stage => {
  const lastProgressAt = (): Instant => Math.min(...subscriptions.map((one) => one.lastProgressAt()))
  return {
    lastProgressAt,
    ready: () => {
      const silentFor = clock() - lastProgressAt()
      if (silentFor <= STALLED_AFTER_MS) return READY
      return notReady(`nothing heard from the log for ${Math.round(silentFor / SECOND_MS)} s`)
    },
    stop: async () => {
      await Promise.all(subscriptions.map((one) => one.stop()))
    },
    ended: Promise.all(subscriptions.map(({ ended }) => ended)).then(() => undefined),
  }
}

/** Of what has nothing to read: it runs until it is told to stop. */
export const idleStage = (ready: Stage['ready'] = () => READY): Stage => {
  let end: () => void = () => undefined
  const ended = new Promise<void>((resolve) => {
    end = resolve
  })
  return {
    ready,
    ended,
    stop: async () => {
      end()
    },
  }
}
