/**
 * Profiles live longer than the retention by being said again (HOUSEHOLD-LOG): in each half of the retention one consumer group of
 * its own reads the topic from its beginning. Several copies of the service share that group's work.
 */
import { type Config, type EdgeRecord, type Instant, MINUTE_MS } from '@ringback/contracts'
import {
  type BatchHandler,
  groupsOf,
  type KafkaConfig,
  type Log,
  type RingbackError,
  type Subscription,
  topicsOf,
} from '@ringback/pipeline'
import { type Patience, retrying } from '@ringback/runtime'

/** How soon it notices that another half has begun. */
const LOOKS_EVERY_MS = MINUTE_MS

export const halfOf = (at: Instant, retention: number): number => Math.floor(at / (retention / 2))

/**
 * Younger than `profileRetention`, and received before this half: what has been received since, the assembler has said in it, or
 * says yet.
 */
export const isSaidAgain = (
  { received }: EdgeRecord,
  now: Instant,
  { retention, profileRetention }: Config['defaults'],
): boolean => received >= now - profileRetention && halfOf(received, retention) < halfOf(now, retention)

export interface ProfilesAgainParts {
  readonly log: Pick<Log, 'subscribe'>
  readonly kafka: KafkaConfig
  readonly retention: number
  readonly handler: BatchHandler
  readonly clock: () => Instant
  /** Its pauses reject with an AbortError when the service stops. */
  readonly patience: Patience
  readonly onRetry: (error: RingbackError, pauseMs: number) => void
}

const isAborted = (error: unknown): boolean => error instanceof Error && error.name === 'AbortError'

/** Goes from group to group, as long as it is not told to stop. */
export const subscribeProfilesAgain = async (parts: ProfilesAgainParts): Promise<Subscription> => {
  const { log, kafka, retention, handler, clock, patience, onRetry } = parts
  let end: () => void = () => undefined
  let fail: (error: unknown) => void = () => undefined
  const ended = new Promise<void>((resolve, reject) => {
    end = resolve
    fail = reject
  })
  const subscribe = async (half: number): Promise<Subscription> => {
    const group = groupsOf(kafka).profiles(half)
    const subscription = await log.subscribe({ group, topics: [topicsOf(kafka).profiles], handler })
    subscription.ended.catch(fail)
    return subscription
  }

  let isStopped = false
  let half = halfOf(clock(), retention)
  let current = await subscribe(half)
  let moving: Promise<void> | undefined

  const move = async (to: number): Promise<void> => {
    await current.stop()
    const next = await retrying(() => subscribe(to), patience, onRetry)
    half = to
    current = next
  }
  const follow = async (): Promise<void> => {
    while (!isStopped) {
      await patience.pause(LOOKS_EVERY_MS)
      const now = halfOf(clock(), retention)
      if (isStopped || now === half) continue
      moving = move(now)
      await moving
    }
  }
  follow().catch((error: unknown) => {
    // Whoever is told to stop pauses no more, and is stopped below.
    if (!isAborted(error)) fail(error)
  })

  return {
    ended,
    lastProgressAt: () => current.lastProgressAt(),
    stop: async () => {
      isStopped = true
      await moving?.catch(() => undefined)
      await current.stop()
      end()
    },
  }
}
