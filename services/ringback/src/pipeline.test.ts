/** What one run of the pipeline leaves to the next, on the store that it has in use. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { configSchema, DAY_MS, type Instant } from '@ringback/contracts'
import { createCorrelate } from '@ringback/correlator'
import type { FactsMessage } from '@ringback/households'
import { createRules } from '@ringback/journeys'
import { openLmdbStore } from '@ringback/lmdb-store'
import { createWriter } from '@ringback/writer'
import { createPipeline } from './pipeline.ts'

const path = mkdtempSync(join(tmpdir(), 'ringback-pipeline-'))
const rules = createRules(configSchema.parse({ council: { name: 'Borset', timezone: 'Europe/London' } }))
const { retention, profileRetention } = rules.config.defaults
const store = openLmdbStore({ path })
const writer = createWriter({ store, insert: async () => {}, mostWaiting: 1_000 })
const pipeline = createPipeline({ store, writer, correlate: createCorrelate(rules), rules })
afterAll(async () => {
  await pipeline.settled()
  await store.close()
  rmSync(path, { recursive: true })
})

const profile = (id: number, received: Instant): FactsMessage => {
  const node = `profile:crm:${id}`
  const token = `crm:${id}`
  const own = { kind: 'profile', received, revision: 1, canonical: JSON.stringify({ identifiers: [token] }) } as const
  const facts = { own, tokens: [[token, { shows: true, people: [] }]] } as const
  return { kind: 'facts', node, facts: [[node, facts]], marks: [], claims: [], isOwn: true }
}
const fold = async (messages: readonly FactsMessage[], received: Instant): Promise<void> => {
  const { committed } = await pipeline.fold(messages, received)
  await committed
}
const seenAt = async (token: string): Promise<number | undefined> => {
  const { result } = await store.transaction((transaction) => transaction.get(token)?.evidence?.seenAt)
  return result
}

test('profiles are said again every half retention, so many at a time, until they are forgotten', async () => {
  const began = 20_000 * DAY_MS
  const profiles = Array.from({ length: 2_500 }, (_, i) => profile(i, i === 7 ? began - profileRetention : began))
  await fold(profiles, began)
  const { sequence } = store.progress()
  const later = began + Math.ceil(retention / 2)
  await fold([], later)
  // A thousand, a thousand and five hundred, then what was to be folded.
  expect(store.progress().sequence).toBe(sequence + 4)
  expect([...store.profiles()]).toHaveLength(2_499)
  for (const id of [0, 1_999, 2_499]) expect(await seenAt(`crm:${id}`)).toBe(Math.floor(later / DAY_MS))
  expect(await seenAt('crm:7')).toBe(Math.floor(began / DAY_MS))

  await fold([], later + 1)
  expect(store.progress().sequence).toBe(sequence + 5)
})
