/** An import into this process's own pipeline: many batches are folded in one transaction. */
import type { FactsMessage } from '@ringback/households'
import { followRules, sweep } from './embedded-house.ts'
import type { EmbeddedHouse } from './house.ts'
import type { ImportSink } from './import-sink.ts'
import type { Io } from './io.ts'

/**
 * Carriers whose facts one transaction folds, about: with fewer, more is written twice; with more, memory holds more that lives
 * until the end of the transaction, changed pages included.
 */
const CARRIERS_AT_ONCE = 6_000
/** What has waited so long is folded however little it is: a pipe may be slow. */
const LONGEST_WAIT_MS = 2_000

export const importEmbedded = async (house: EmbeddedHouse, io: Io): Promise<ImportSink> => {
  await sweep(house)
  await followRules(house, io)
  const now = house.clock()
  const received = Math.max(now, house.store.progress().now)
  let superseded = 0
  /** Batches as they came: text is small, and what is parsed of it lives for one transaction. */
  let pending: string[] = []
  let carriers = 0
  let foldedAt = io.clock()
  /** Of the last fold: the next is done while that one is written. */
  let committed: Promise<void> = Promise.resolve()
  const fold = async (): Promise<void> => {
    if (carriers === 0) return
    const messages = pending.flatMap((facts) => JSON.parse(facts) as FactsMessage[])
    pending = []
    carriers = 0
    const folded = await house.pipeline.fold(messages, received)
    superseded += folded.superseded
    foldedAt = io.clock()
    await committed
    committed = folded.committed
    // It may fail before anybody asks.
    committed.catch(() => undefined)
    await house.pipeline.room()
  }
  return {
    output: 'facts',
    received,
    badRowsReceived: now,
    take: async ({ output, bad }) => {
      if (output.kind !== 'facts') throw new TypeError('the reading thread made something else')
      pending.push(output.json)
      carriers += output.carriers
      if (bad.length > 0) await house.warehouse.insertBadRows(bad)
      if (carriers >= CARRIERS_AT_ONCE || io.clock() - foldedAt > LONGEST_WAIT_MS) await fold()
    },
    end: async (declared) => {
      await fold()
      await committed
      await house.pipeline.settled()
      for (const { source, completeTo } of declared) await house.warehouse.declareFeed(source, completeTo)
      await house.store.flushed()
      return superseded
    },
  }
}
