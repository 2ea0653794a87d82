/** An import into this process's own pipeline: what waits is folded household by household, many batches in one transaction. */
import type { FactsMessage } from '@ringback/households'
import { followRules, sweep } from './embedded-house.ts'
import { createFactsWindow } from './facts-window.ts'
import type { EmbeddedHouse } from './house.ts'
import type { ImportSink } from './import-sink.ts'
import type { Io } from './io.ts'

/**
 * What a transaction changes lives in memory until it is written, and while the next is made: so many nodes at most, about. How many
 * a carrier changes depends on its household's history, and is told by the transaction before.
 */
const NODES_AT_ONCE = 30_000
const MOST_CARRIERS = 6_000
const FIRST_CARRIERS = 1_000
const LEAST_CARRIERS = 100
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
  let carriersAtOnce = FIRST_CARRIERS
  const fold = async (part: readonly string[]): Promise<void> => {
    const messages = part.map((json) => JSON.parse(json) as FactsMessage)
    const folded = await house.pipeline.fold(messages, received)
    superseded += folded.superseded
    const fitting = Math.floor((NODES_AT_ONCE * part.length) / Math.max(folded.changed, 1))
    carriersAtOnce = Math.min(Math.max(fitting, LEAST_CARRIERS), 2 * carriersAtOnce, MOST_CARRIERS)
    await committed
    committed = folded.committed
    // It may fail before anybody asks.
    committed.catch(() => undefined)
    await house.pipeline.room()
  }
  const foldAll = async (): Promise<void> => {
    const facts = waiting.take()
    for (let at = 0; at < facts.length;) {
      const part = facts.slice(at, at + carriersAtOnce)
      at += part.length
      await fold(part)
      if (at < facts.length) io.progress(`${Math.floor((100 * at) / facts.length)} % of what was read is judged`)
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
