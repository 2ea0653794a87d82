/** The store's port, kept by LMDB: all of a transaction or nothing, and what was kept is there after a restart. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DAY_MS } from '@ringback/contracts'
import type { FactsMessage, NodeState } from '@ringback/households'
import type { OutboxEntry, Progress, Store } from '@ringback/pipeline'
import fc from 'fast-check'
import { openLmdbStore } from './lmdb-store.ts'

const path = mkdtempSync(join(tmpdir(), 'ringback-lmdb-'))
let store: Store
let folder = 0
beforeEach(() => {
  store = openLmdbStore({ path: join(path, String(++folder)), cachedNodes: 3 })
})
afterEach(() => store.close())
afterAll(() => rmSync(path, { recursive: true }))

const reopen = async (): Promise<void> => {
  await store.close()
  store = openLmdbStore({ path: join(path, String(folder)), cachedNodes: 3 })
}
const root = (name: string): NodeState => ({
  root: { facts: [], marks: [[`email:${name}`, 1]], said: [['journey|a', null]], refreshedAt: 7 },
})
const entry = (sequence: number, table: OutboxEntry['table'], text: string): OutboxEntry => ({
  sequence,
  table,
  rows: 1,
  body: Buffer.from(text),
})
const profile = (node: string): FactsMessage => ({ kind: 'facts', node, facts: [], marks: [], claims: [], isOwn: true })
const get = (name: string): NodeState | undefined => store.transaction((transaction) => transaction.get(name))
const put = (...names: string[]): void =>
  store.transaction((transaction) => {
    for (const name of names) transaction.set(name, root(name))
  })

test('a transaction keeps nodes, progress, profiles and rows together, also after a restart', async () => {
  store.transaction((transaction) => {
    transaction.set('session:a', root('a'))
    expect(transaction.get('session:a')).toEqual(root('a'))
    transaction.appendOutbox(entry(1, 'journeys', '{"a":1}'))
    transaction.setProfile('profile:x', profile('profile:x'))
    transaction.progress = { ...transaction.progress, sequence: 1, now: 5, ruleVersion: 'r', keyId: 'k' }
  })
  await reopen()
  expect(get('session:a')).toEqual(root('a'))
  expect(get('session:b')).toBeUndefined()
  expect([...store.outbox()]).toEqual([entry(1, 'journeys', '{"a":1}')])
  expect([...store.profiles()]).toEqual([profile('profile:x')])
  expect(store.progress()).toMatchObject({ sequence: 1, now: 5, ruleVersion: 'r', keyId: 'k' })
})

test('of a transaction that throws nothing is kept', () => {
  put('session:a')
  expect(() =>
    store.transaction((transaction) => {
      transaction.set('session:a', {})
      transaction.set('session:b', root('b'))
      transaction.appendOutbox(entry(1, 'journeys', '{}'))
      transaction.progress = { ...transaction.progress, sequence: 9 }
      throw new Error('died here')
    }),
  ).toThrow('died here')
  expect(get('session:a')).toEqual(root('session:a'))
  expect(get('session:b')).toBeUndefined()
  expect([...store.outbox()]).toEqual([])
  expect(store.progress().sequence).toBe(0)
})

test('rows leave in the order in which they were said, each when it is removed', () => {
  for (const sequence of [1, 2, 10])
    store.transaction((transaction) => {
      transaction.appendOutbox(entry(sequence, 'contacts', `c${sequence}`))
      transaction.appendOutbox(entry(sequence, 'journeys', `j${sequence}`))
    })
  const texts = () => [...store.outbox()].map(({ body }) => String(body))
  expect(texts()).toEqual(['j1', 'c1', 'j2', 'c2', 'j10', 'c10'])
  store.removeOutbox([entry(1, 'journeys', ''), entry(2, 'contacts', '')])
  expect(texts()).toEqual(['c1', 'j2', 'j10', 'c10'])
})

test('a profile is replaced and forgotten', () => {
  const other = { ...profile('profile:x'), claims: ['more'] }
  store.transaction((transaction) => {
    transaction.setProfile('profile:x', profile('profile:x'))
    transaction.setProfile('profile:y', profile('profile:y'))
  })
  store.transaction((transaction) => {
    expect(transaction.getProfile('profile:x')).toEqual(profile('profile:x'))
    transaction.setProfile('profile:x', other)
    expect(transaction.getProfile('profile:x')).toEqual(other)
    transaction.setProfile('profile:y', undefined)
    expect(transaction.getProfile('profile:y')).toBeUndefined()
  })
  expect([...store.profiles()]).toEqual([other])
})

test('names may be as long as they like, and hold anything', () => {
  const names = ['x'.repeat(5_000), `${'x'.repeat(5_000)}y`, 'null\u0000byte', '📞', '__proto__', '']
  put(...names)
  for (const name of names) expect(get(name)).toEqual(root(name))
})

test('all roots are listed, also while others are written', () => {
  const names = Array.from({ length: 500 }, (_, i) => `session:${i}`)
  put(...names)
  store.transaction((transaction) => transaction.set('email:child', { parent: 'session:1', touchedAt: 1 }))
  const seen: string[] = []
  for (const name of store.roots()) {
    seen.push(name)
    if (seen.length % 50 === 0) put(...seen.slice(-50))
  }
  expect(seen.toSorted((a, b) => (a < b ? -1 : 1))).toEqual(names.toSorted((a, b) => (a < b ? -1 : 1)))
})

test('what was not written since a day is let go of', async () => {
  const writeOn = (day: number, ...names: string[]): void =>
    store.transaction((transaction) => {
      transaction.progress = { ...transaction.progress, sequence: transaction.progress.sequence + 1, now: day * DAY_MS }
      for (const name of names) transaction.set(name, root(name))
    })
  writeOn(1, 'session:a', 'session:b')
  writeOn(1, 'session:b', 'session:c')
  writeOn(5, 'session:b')
  await reopen()
  expect(store.sweep(1 * DAY_MS)).toBe(0)
  expect(store.sweep(3 * DAY_MS)).toBe(2)
  expect(['session:a', 'session:b', 'session:c'].map((name) => get(name) !== undefined)).toEqual([false, true, false])
  expect(store.sweep(3 * DAY_MS)).toBe(0)
  expect(store.sweep(6 * DAY_MS)).toBe(1)
  expect(get('session:b')).toBeUndefined()
})

test('it is a map, whatever is written and read in whatever order', () => {
  const command = fc.tuple(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'), fc.nat())
  fc.assert(
    fc.property(fc.array(fc.array(command, { maxLength: 12 }), { maxLength: 8 }), (transactions) => {
      const prefix = `run${Math.random()}`
      const expected = new Map<string, NodeState>()
      for (const commands of transactions)
        store.transaction((transaction) => {
          for (const [name, touchedAt] of commands) {
            expect(transaction.get(prefix + name)).toEqual(expected.get(name))
            transaction.set(prefix + name, { touchedAt })
            expected.set(name, { touchedAt })
          }
        })
      for (const [name, state] of expected) expect(get(prefix + name)).toEqual(state)
    }),
    { numRuns: 50 },
  )
})

test('a folder of before there was an inbox opens, with all of it to be read', async () => {
  store.transaction((transaction) => {
    const { inboxRead: _notYet, ...before } = { ...transaction.progress, ruleVersion: 'old' }
    transaction.progress = before as Progress
  })
  await reopen()
  expect(store.progress()).toMatchObject({ ruleVersion: 'old', inboxRead: 0 })
})
