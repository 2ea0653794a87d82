/** An import into this process's own pipeline: what waits is folded household by household, many batches in one transaction. */
import type { FactsMessage } from '@ringback/households'
import { followRules, sweep } from './embedded-house.ts'
import { createFactsWindow } from './facts-window.ts'
import type { EmbeddedHouse } from './house.ts'
import type { ImportSink } from './import-sink.ts'
import type { Io } from './io.ts'

/**
 * Carriers whose facts one transaction folds: with fewer, more is written twice; with more, memory holds more that lives until the
 * end of the transaction, changed pages included.
 */
const CARRIERS_AT_ONCE = 6_000
/** How much may wait, in characters of JSON: some 150,000 sessions. The more, the fewer times a household is judged. */
const WINDOW_SIZE = 64 * 1024 * 1024
/** What has waited so long is folded however little it is: a pipe may be slow. */
const LONGEST_WAIT_MS = 60_000

export const importEmbedded = async (house: EmbeddedHouse, io: Io): Promise<ImportSink> => {
  await sweep(house)
  await followRules(house, io)
  const now = house.clock()
  const received = Math.max(now, house.store.progress().now)
  const waiting = createFactsWindow()
  let superseded = 0
  let foldedAt = io.clock()
  /** Of the last fold: the next is done while that one is written. */
  let committed: Promise<void> = Promise.resolve()
  const fold = async (part: readonly string[]): Promise<void> => {
    const messages = part.map((json) => JSON.parse(json) as FactsMessage)
    const folded = await house.pipeline.fold(messages, received)
    superseded += folded.superseded
    await committed
    committed = folded.committed
    // It may fail before anybody asks.
    committed.catch(() => undefined)
    await house.pipeline.room()
  }
  const foldAll = async (): Promise<void> => {
    const parts = waiting.take(CARRIERS_AT_ONCE)
    for (const [i, part] of parts.entries()) {
      await fold(part)
      if (parts.length > 1) io.progress(`${Math.floor((100 * (i + 1)) / parts.length)} % of what was read is judged`)
    }
    io.progress('')
    foldedAt = io.clock()
  }
  return {
    output: 'facts',
    received,
    badRowsReceived: now,
    take: async ({ output, bad }) => {
      if (output.kind !== 'facts') throw new TypeError('the reading thread made something else')
      waiting.add(output.facts)
      if (bad.length > 0) await house.warehouse.insertBadRows(bad)
      if (waiting.size() >= WINDOW_SIZE || io.clock() - foldedAt > LONGEST_WAIT_MS) await foldAll()
    },
    end: async (declared) => {
      await foldAll()
      await committed
      await house.pipeline.settled()
      for (const { source, completeTo } of declared) await house.warehouse.declareFeed(source, completeTo)
      await house.store.flushed()
      return superseded
    },
  }
}
