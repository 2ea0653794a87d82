/**
 * The embedded pipeline: facts are folded, judged and put into the outbox in one transaction, and the writer carries the outbox
 * into the tables. Killed at any point, the next run finds what was committed and goes on from there.
 */
import { DAY_MS, type Instant } from '@ringback/contracts'
import type { Correlate } from '@ringback/correlator'
import type { FactsMessage, NodeName } from '@ringback/households'
import { mergeCarrier, type Rules, valueOf } from '@ringback/journeys'
import type { OutboxEntry, Store, StoreTransaction } from '@ringback/pipeline'
import { encodeConclusions, type Writer } from '@ringback/writer'

/** How many roots are judged anew in one transaction. */
const REJUDGED_AT_ONCE = 2_000

export interface Folded {
  /** How many revisions of legs and profiles lost to newer ones. */
  readonly superseded: number
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

  /** Every half retention the profiles are said again, with the received times that they have. */
  const profilesAgain = (transaction: StoreTransaction, now: Instant): readonly FactsMessage[] => {
    const again: FactsMessage[] = []
    for (const { node } of store.profiles()) {
      // What is on its way to be kept counts.
      const message = transaction.getProfile(node)
      const own = message && valueOf(message.facts, node)?.own
      if (message && own && own.received >= now - profileRetention) again.push(message)
      else transaction.setProfile(node, undefined)
    }
    return again
  }

  /** The last rows on their way: whoever waits for the tables waits for these first. */
  let handedOver: Promise<void> = Promise.resolve()

  const run = async (
    messages: readonly FactsMessage[],
    received: Instant,
    also: readonly NodeName[],
    inboxRead?: number,
  ): Promise<Folded> => {
    const entries: OutboxEntry[] = []
    const { result, committed } = await store.transaction((transaction) => {
      const { progress } = transaction
      const now = Math.max(progress.now, received)
      const sequence = progress.sequence + 1
      const half = Math.floor(now / (retention / 2))
      const again = half === progress.profilesSaidIn ? [] : profilesAgain(transaction, now)
      for (const message of messages) if (isProfile(message)) keepProfile(transaction, message)
      const all = again.length === 0 ? messages : [...again, ...messages]
      const correlated = correlate(transaction, all, now, sequence, also)
      for (const rows of encodeConclusions(correlated.conclusions)) {
        const entry = { sequence, ...rows }
        transaction.appendOutbox(entry)
        entries.push(entry)
      }
      transaction.progress = {
        ...progress,
        sequence,
        now,
        profilesSaidIn: half,
        inboxRead: inboxRead ?? progress.inboxRead,
      }
      return correlated.superseded
    })
    const taken = committed.then(() => writer.take(entries))
    // Told to whoever folded it.
    handedOver = taken.catch(() => undefined)
    return { superseded: result, committed: taken }
  }
  const settled = async (): Promise<void> => {
    await handedOver
    await writer.settled()
  }

  return {
    fold: (messages, received, inboxRead) => run(messages, received, [], inboxRead),
    rejudge: async (received, onProgress) => {
      let judged = 0
      let chunk: NodeName[] = []
      const judge = async (): Promise<void> => {
        await (
          await run([], received, chunk)
        ).committed
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
