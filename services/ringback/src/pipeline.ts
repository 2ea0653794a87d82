/**
 * The embedded pipeline: facts are folded, judged and put into the outbox in one transaction, and the writer carries the outbox
 * into the tables. Killed at any point, the next run finds what was committed and goes on from there.
 */
import { DAY_MS, type Instant } from '@ringback/contracts'
import type { Correlate } from '@ringback/correlator'
import type { FactsMessage, NodeName } from '@ringback/households'
import { mergeCarrier, type Rules, valueOf } from '@ringback/journeys'
import type { OutboxEntry, Progress, Store, StoreTransaction } from '@ringback/pipeline'
import { encodeConclusions, type Writer } from '@ringback/writer'

/** What one transaction does. */
interface Work {
  readonly received: Instant
  readonly messages: readonly FactsMessage[]
  /** Profiles that are said again. */
  readonly profiles?: readonly NodeName[]
  /** Roots that are judged although nothing about them changed. */
  readonly also?: readonly NodeName[]
  /** What else is so when it is done. */
  readonly after?: Partial<Pick<Progress, 'profilesSaidIn' | 'inboxRead'>>
}

/** How many profiles are said again in one transaction: each may change all that is remembered of a household. */
const PROFILES_AT_ONCE = 1_000
/** How many roots are judged anew in one transaction. */
const REJUDGED_AT_ONCE = 2_000

export interface Folded {
  /** How many revisions of legs and profiles lost to newer ones. */
  readonly superseded: number
  /** How many nodes it changed. */
  readonly changed: number
  /** Resolves when it is kept, and its rows are on their way to the tables; rejects when nothing of it is. */
  readonly committed: Promise<void>
}

export interface Pipeline {
  /**
   * Folds a batch of carriers' own facts; of what came through the inbox, also notes up to where that was read. Resolves when the next
   * one can be folded; that this one is kept has to be waited for.
   */
  readonly fold: (messages: readonly FactsMessage[], received: Instant, inboxRead?: number) => Promise<Folded>
  /** Judges everything remembered by the rules at hand, if the last judging followed others. */
  readonly rejudge: (received: Instant, onProgress?: (roots: number) => void) => Promise<number>
  /** Resolves when everything said is in the tables. */
  readonly settled: () => Promise<void>
  /** Resolves when there is room for more. */
  readonly room: () => Promise<void>
}

export interface PipelineParts {
  readonly store: Store
  readonly writer: Writer
  readonly correlate: Correlate
  readonly rules: Rules
}

const isProfile = (message: FactsMessage): boolean => message.node.startsWith('profile:')

/** A profile outlives the retention by being said again; what is kept is all that was ever received of it. */
const keepProfile = (transaction: StoreTransaction, message: FactsMessage): void => {
  const known = transaction.getProfile(message.node)
  const before = known && valueOf(known.facts, known.node)
  const own = valueOf(message.facts, message.node)
  if (!own) return
  const facts = before ? mergeCarrier(before, own) : own
  if (facts !== before) transaction.setProfile(message.node, { ...message, facts: [[message.node, facts]] })
}

export const createPipeline = ({ store, writer, correlate, rules }: PipelineParts): Pipeline => {
  const { retention, profileRetention } = rules.config.defaults

  /** Of these profiles, those that are said again, with the received times that they have; the others are forgotten. */
  const again = (transaction: StoreTransaction, profiles: readonly NodeName[], now: Instant): readonly FactsMessage[] =>
    profiles.flatMap((node) => {
      // What is on its way to be kept counts.
      const message = transaction.getProfile(node)
      const own = message && valueOf(message.facts, node)?.own
      if (message && own && own.received >= now - profileRetention) return [message]
      transaction.setProfile(node, undefined)
      return []
    })

  /** The last rows on their way: whoever waits for the tables waits for these first. */
  let handedOver: Promise<void> = Promise.resolve()

  const run = async ({ received, messages, profiles = [], also = [], after = {} }: Work): Promise<Folded> => {
    const entries: OutboxEntry[] = []
    const { result, changed, committed } = await store.transaction((transaction) => {
      const { progress } = transaction
      const now = Math.max(progress.now, received)
      const sequence = progress.sequence + 1
      for (const message of messages) if (isProfile(message)) keepProfile(transaction, message)
      const all = profiles.length === 0 ? messages : [...again(transaction, profiles, now), ...messages]
      const correlated = correlate(transaction, all, now, sequence, also)
      for (const rows of encodeConclusions(correlated.conclusions)) {
        const entry = { sequence, ...rows }
        transaction.appendOutbox(entry)
        entries.push(entry)
      }
      transaction.progress = { ...progress, sequence, now, ...after }
      return correlated.superseded
    })
    const taken = committed.then(() => writer.take(entries))
    // Told to whoever folded it.
    handedOver = taken.catch(() => undefined)
    return { superseded: result, changed, committed: taken }
  }
  /** Every half retention the profiles are said again, so many at a time; cut off, all of them are once more. */
  const sayProfilesAgain = async (received: Instant): Promise<void> => {
    const { now, profilesSaidIn } = store.progress()
    const half = Math.floor(Math.max(now, received) / (retention / 2))
    if (half === profilesSaidIn) return
    let profiles: NodeName[] = []
    const say = async (after: NonNullable<Work['after']>): Promise<void> => {
      const { committed } = await run({ received, messages: [], profiles, after })
      await committed
      profiles = []
      await writer.room()
    }
    for (const { node } of store.profiles()) {
      profiles.push(node)
      if (profiles.length === PROFILES_AT_ONCE) await say({})
    }
    await say({ profilesSaidIn: half })
  }
  const settled = async (): Promise<void> => {
    await handedOver
    await writer.settled()
  }

  return {
    fold: async (messages, received, inboxRead) => {
      await sayProfilesAgain(received)
      return run({ received, messages, after: inboxRead === undefined ? {} : { inboxRead } })
    },
    rejudge: async (received, onProgress) => {
      let judged = 0
      let chunk: NodeName[] = []
      const judge = async (): Promise<void> => {
        const { committed } = await run({ received, messages: [], also: chunk })
        await committed
        judged += chunk.length
        chunk = []
        onProgress?.(judged)
        await writer.room()
      }
      for (const root of store.roots()) {
        chunk.push(root)
        if (chunk.length === REJUDGED_AT_ONCE) await judge()
      }
      if (chunk.length > 0) await judge()
      await settled()
      const { committed } = await store.transaction((transaction) => {
        transaction.progress = { ...transaction.progress, ruleVersion: rules.ruleVersion }
      })
      await committed
      return judged
    },
    settled,
    room: writer.room,
  }
}

/** Nodes that were not written for this long are let go of: 3 R (HOUSEHOLD-LOG, State). */
export const sweepBefore = (now: Instant, retention: number): Instant => now - 3 * retention - DAY_MS
