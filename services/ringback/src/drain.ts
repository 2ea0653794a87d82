/**
 * Carries what the doors accepted from the inbox into the state, batch by batch. Each is folded and noted as read in one transaction;
 * killed before that, it is read again, and killed after it, at most removed again.
 */
import { setImmediate as yieldToOthers } from 'node:timers/promises'
import { createAssemble } from '@ringback/assembler'
import type { EdgeRecord } from '@ringback/contracts'
import type { Rules } from '@ringback/journeys'
import type { Inbox, RingbackError, StageMetrics, Store } from '@ringback/pipeline'
import { type Patience, retrying } from '@ringback/runtime'
import type { Warehouse } from '@ringback/warehouse'
import type { Pipeline } from './pipeline.ts'

/** A transaction holds the thread: pages and commands wait for it. */
const LONG_MS = 80
const SHORT_MS = 40
const LEAST_BYTES = 64 * 1024
const MOST_BYTES = 4 * 1024 * 1024
/** Where nothing is left behind, what comes next waits so long for company: each fold is a transaction and an insert. */
const GATHERING_MS = 200
/** While the doors are busy it rests so many times as long as it worked: they come first, and what is folded together costs less. */
const REST = 2

/** How much there was to read: nothing, all of it, or more than goes at once. */
type Found = 'nothing' | 'all' | 'more'

export interface DrainParts {
  readonly store: Pick<Store, 'progress'>
  readonly pipeline: Pipeline
  readonly warehouse: Pick<Warehouse, 'insertBadRows'>
  readonly rules: Rules
  readonly inbox: Pick<Inbox, 'read'>
  /** Whether so little waits that the doors may come first. */
  readonly mayRest: () => boolean
  /** The state holds what lies up to there. */
  readonly onRead: (upTo: number) => void
  readonly patience: Pick<Patience, 'random'> & {
    /** Resolves after so long, rejects when the signal aborts. */
    readonly pause: (ms: number, signal: AbortSignal) => Promise<void>
  }
  readonly metrics: StageMetrics
  /** A store is away, or full; told once, until it works again. */
  readonly onTrouble: (error: RingbackError) => void
}

export interface Drain {
  /** There may be something to read. */
  readonly wake: () => void
  /** Rejects where no repetition helps. */
  readonly failed: Promise<never>
  /** Resolves when all is read and in the tables, or so long has passed: the rest waits in the inbox. */
  readonly stop: (withinMs: number) => Promise<void>
}

/** Never before what was received already, lest it be forgotten at once (SEMANTICS section 9). */
const receivedFrom = (earliest: number, record: EdgeRecord): EdgeRecord =>
  record.received < earliest ? { ...record, received: earliest } : record

/** One step. Rejects, retryable, where a store is away. */
export const createDrainStep = (
  parts: Omit<DrainParts, 'patience' | 'onTrouble' | 'mayRest'>,
): (() => Promise<Found>) => {
  const { store, pipeline, warehouse, rules, inbox, onRead, metrics } = parts
  const assemble = createAssemble(rules)
  let bytes = LEAST_BYTES
  return async () => {
    await pipeline.room()
    const batch = inbox.read(store.progress().inboxRead, bytes)
    if (!batch) {
      await pipeline.settled()
      return 'nothing'
    }
    const bad = batch.entries.flatMap((entry) => entry.bad)
    // Before they are noted as read: the same ones once more are no more.
    if (bad.length > 0) await warehouse.insertBadRows(bad)
    const began = performance.now()
    const { now } = store.progress()
    const records = batch.entries.flatMap((entry) => entry.records).map((record) => receivedFrom(now, record))
    const { messages, superseded } = assemble(records)
    const received = records.reduce((latest, record) => Math.max(latest, record.received), now)
    const folded = await pipeline.fold(messages, received, batch.upTo)
    const tookMs = performance.now() - began
    await folded.committed
    onRead(batch.upTo)
    const lost = superseded + folded.superseded
    metrics.received(records.length)
    metrics.batch(records.length, tookMs / 1_000)
    if (lost > 0) metrics.dropped('superseded', lost)
    if (tookMs > LONG_MS) bytes = Math.max(LEAST_BYTES, bytes / 2)
    else if (tookMs < SHORT_MS) bytes = Math.min(MOST_BYTES, bytes * 2)
    return batch.hasMore ? 'more' : 'all'
  }
}

export const createDrain = ({ patience, onTrouble, mayRest, ...parts }: DrainParts): Drain => {
  const step = createDrainStep(parts)
  const halted = new AbortController()
  const pause = (ms: number): Promise<void> => patience.pause(ms, halted.signal)
  let isAwake = true
  let isStopping = false
  let rouse: () => void = () => undefined
  let isInTrouble = false
  /** Whether more came since the last step began. */
  let areDoorsBusy = false

  const attempt = async (): Promise<Found> => {
    const found = await step()
    isInTrouble = false
    return found
  }
  const run = async (): Promise<void> => {
    while (!halted.signal.aborted) {
      areDoorsBusy = false
      const began = performance.now()
      const found = await retrying(attempt, { pause, random: patience.random }, (error) => {
        if (!isInTrouble) onTrouble(error)
        isInTrouble = true
      })
      const workedMs = performance.now() - began
      await yieldToOthers()
      if (found !== 'nothing') {
        const restMs = areDoorsBusy && mayRest() ? REST * workedMs : 0
        if (!isStopping) await pause(found === 'all' ? Math.max(GATHERING_MS, restMs) : restMs)
        continue
      }
      if (!isAwake) {
        if (isStopping) return
        await new Promise<void>((go) => (rouse = go))
        if (!isStopping) await pause(GATHERING_MS)
      }
      isAwake = false
    }
  }
  const wake = (): void => {
    isAwake = true
    areDoorsBusy = true
    rouse()
  }
  const ran = run()
  const failed = new Promise<never>((_resolve, reject) => void ran.catch(reject))
  failed.catch(() => undefined)

  return {
    wake,
    failed,
    stop: async (withinMs) => {
      isStopping = true
      wake()
      const late = setTimeout(() => halted.abort(), withinMs)
      // What it failed of stands in `failed`, unless it was told to give up.
      await ran.catch(() => undefined)
      clearTimeout(late)
    },
  }
}
