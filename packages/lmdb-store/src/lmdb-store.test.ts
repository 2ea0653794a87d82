/** The store's port, kept by LMDB: all of a transaction or nothing, and what was kept is there after a restart. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DAY_MS } from '@ringback/contracts'
import type { FactsMessage, NodeState } from '@ringback/households'
import type { OutboxEntry, Progress, Store, StoreTransaction } from '@ringback/pipeline'
import fc from 'fast-check'
import { open } from 'lmdb'
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
const get = async (name: string): Promise<NodeState | undefined> =>
  (await store.transaction((transaction) => transaction.get(name))).result
/** One that is kept. */
const transact = async (work: (transaction: StoreTransaction) => void): Promise<void> => {
  const { committed } = await store.transaction(work)
  await committed
}
const put = (...names: string[]): Promise<void> =>
  transact((transaction) => {
    for (const name of names) transaction.set(name, root(name))
  })

test('a transaction keeps nodes, progress, profiles and rows together, also after a restart', async () => {
  await transact((transaction) => {
    transaction.set('session:a', root('a'))
    expect(transaction.get('session:a')).toEqual(root('a'))
    transaction.appendOutbox(entry(1, 'journeys', '{"a":1}'))
    transaction.setProfile('profile:x', profile('profile:x'))
    transaction.progress = { ...transaction.progress, sequence: 1, now: 5, ruleVersion: 'r', keyId: 'k' }
  })
  await reopen()
  expect(await get('session:a')).toEqual(root('a'))
  expect(await get('session:b')).toBeUndefined()
  expect([...store.outbox()]).toEqual([entry(1, 'journeys', '{"a":1}')])
  expect([...store.profiles()]).toEqual([profile('profile:x')])
  expect(store.progress()).toMatchObject({ sequence: 1, now: 5, ruleVersion: 'r', keyId: 'k' })
})

test('of a transaction that throws nothing is kept', async () => {
  await put('session:a')
  await expect(
    store.transaction((transaction) => {
      transaction.set('session:a', {})
      transaction.set('session:b', root('b'))
      transaction.appendOutbox(entry(1, 'journeys', '{}'))
      transaction.progress = { ...transaction.progress, sequence: 9 }
      throw new Error('died here')
    }),
  ).rejects.toThrow('died here')
  expect(await get('session:a')).toEqual(root('session:a'))
  expect(await get('session:b')).toBeUndefined()
  expect([...store.outbox()]).toEqual([])
  expect(store.progress().sequence).toBe(0)
})

test('rows leave in the order in which they were said, each when it is removed', async () => {
  for (const sequence of [1, 2, 10])
    await transact((transaction) => {
      transaction.appendOutbox(entry(sequence, 'contacts', `c${sequence}`))
      transaction.appendOutbox(entry(sequence, 'journeys', `j${sequence}`))
    })
  const texts = () => [...store.outbox()].map(({ body }) => String(body))
  expect(texts()).toEqual(['j1', 'c1', 'j2', 'c2', 'j10', 'c10'])
  await store.removeOutbox([entry(1, 'journeys', ''), entry(2, 'contacts', '')])
  expect(texts()).toEqual(['c1', 'j2', 'j10', 'c10'])
})

test('a profile is replaced and forgotten', async () => {
  const other = { ...profile('profile:x'), claims: ['more'] }
  await transact((transaction) => {
    transaction.setProfile('profile:x', profile('profile:x'))
    transaction.setProfile('profile:y', profile('profile:y'))
  })
  await transact((transaction) => {
    expect(transaction.getProfile('profile:x')).toEqual(profile('profile:x'))
    transaction.setProfile('profile:x', other)
    expect(transaction.getProfile('profile:x')).toEqual(other)
    transaction.setProfile('profile:y', undefined)
    expect(transaction.getProfile('profile:y')).toBeUndefined()
  })
  expect([...store.profiles()]).toEqual([other])
})

test('names may be as long as they like, and hold anything', async () => {
  const names = ['x'.repeat(5_000), `${'x'.repeat(5_000)}y`, 'null\u0000byte', '📞', '__proto__', '']
  await put(...names)
  for (const name of names) expect(await get(name)).toEqual(root(name))
})

test('all roots are listed, also while others are written', async () => {
  const names = Array.from({ length: 500 }, (_, i) => `session:${i}`)
  await put(...names)
  await transact((transaction) => transaction.set('email:child', { parent: 'session:1', touchedAt: 1 }))
  const seen: string[] = []
  for (const name of store.roots()) {
    seen.push(name)
    if (seen.length % 50 === 0) await put(...seen.slice(-50))
  }
  expect(seen.toSorted((a, b) => (a < b ? -1 : 1))).toEqual(names.toSorted((a, b) => (a < b ? -1 : 1)))
})

test('what was not written since a day is let go of', async () => {
  const writeOn = (day: number, ...names: string[]): Promise<void> =>
    transact((transaction) => {
      transaction.progress = { ...transaction.progress, sequence: transaction.progress.sequence + 1, now: day * DAY_MS }
      for (const name of names) transaction.set(name, root(name))
    })
  await writeOn(1, 'session:a', 'session:b')
  await writeOn(1, 'session:b', 'session:c')
  await writeOn(5, 'session:b')
  await reopen()
  expect(await store.sweep(1 * DAY_MS)).toBe(0)
  expect(await store.sweep(3 * DAY_MS)).toBe(2)
  const states = await Promise.all(['session:a', 'session:b', 'session:c'].map(get))
  expect(states.map((state) => state !== undefined)).toEqual([false, true, false])
  expect(await store.sweep(3 * DAY_MS)).toBe(0)
  expect(await store.sweep(6 * DAY_MS)).toBe(1)
  expect(await get('session:b')).toBeUndefined()
})

test('it is a map, whatever is written and read in whatever order', async () => {
  const command = fc.tuple(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'), fc.nat())
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(command, { maxLength: 12 }), { maxLength: 8 }), async (transactions) => {
      const prefix = `run${Math.random()}`
      const expected = new Map<string, NodeState>()
      for (const commands of transactions)
        await transact((transaction) => {
          for (const [name, touchedAt] of commands) {
            expect(transaction.get(prefix + name)).toEqual(expected.get(name))
            transaction.set(prefix + name, { touchedAt })
            expected.set(name, { touchedAt })
          }
        })
      for (const [name, state] of expected) expect(await get(prefix + name)).toEqual(state)
    }),
    { numRuns: 50 },
  )
})

test('a folder of before there was an inbox opens, with all of it to be read', async () => {
  await transact((transaction) => {
    const { inboxRead: _notYet, ...before } = { ...transaction.progress, ruleVersion: 'old' }
    transaction.progress = before as Progress
  })
  await reopen()
  expect(store.progress()).toMatchObject({ ruleVersion: 'old', inboxRead: 0 })
})

describe('a transaction that cannot be kept', () => {
  /** LMDB's keys end at some 2,000 bytes. */
  const poison = { ...entry(1, 'journeys', '{}'), sequence: 'x'.repeat(5_000) as unknown as number }
  const advance = (transaction: StoreTransaction): void => {
    transaction.progress = { ...transaction.progress, sequence: transaction.progress.sequence + 1 }
  }
  /** Changes a node and a profile, and cannot be kept. */
  const spoil = (transaction: StoreTransaction): void => {
    advance(transaction)
    transaction.set('session:a', { touchedAt: 1 })
    transaction.set('session:b', { touchedAt: 1 })
    transaction.setProfile('profile:x', profile('profile:x'))
    transaction.appendOutbox(poison)
  }
  const holdsWhatWasBefore = async (): Promise<void> => {
    expect(store.progress().sequence).toBe(1)
    expect(await get('session:a')).toEqual(root('a'))
    expect(await get('session:b')).toBeUndefined()
    const { result } = await store.transaction((transaction) => transaction.getProfile('profile:x'))
    expect(result).toBeUndefined()
  }
  beforeEach(() =>
    transact((transaction) => {
      advance(transaction)
      transaction.set('session:a', root('a'))
    }),
  )

  test('never was, and tells who asks', async () => {
    const { committed } = await store.transaction(spoil)
    await expect(committed).rejects.toMatchObject({ code: 'store', retryable: true })
    await holdsWhatWasBefore()
    await reopen()
    await holdsWhatWasBefore()
  })

  test('takes with it what was done on top of it, and nothing that comes later', async () => {
    const spoiled = store.transaction(spoil)
    const seen: (NodeState | undefined)[] = []
    const onTop = store.transaction((transaction) => {
      seen.push(transaction.get('session:b'))
      advance(transaction)
      transaction.set('session:c', root('c'))
    })
    await expect(onTop).rejects.toMatchObject({ code: 'store' })
    await expect((await spoiled).committed).rejects.toMatchObject({ code: 'store' })
    expect(seen).toEqual([{ touchedAt: 1 }])
    await holdsWhatWasBefore()
    expect(await get('session:c')).toBeUndefined()
    await put('session:d')
    await reopen()
    expect(await get('session:d')).toEqual(root('session:d'))
    await holdsWhatWasBefore()
  })
})

test('what is on its way to be kept is read, and is there after a restart', async () => {
  for (let i = 0; i < 20; i++)
    await store.transaction((transaction) => {
      expect(transaction.get('email:a')?.touchedAt).toBe(i === 0 ? undefined : i - 1)
      expect(transaction.getProfile('profile:x')?.claims).toEqual(i === 0 ? undefined : [String(i - 1)])
      transaction.set('email:a', { touchedAt: i })
      transaction.setProfile('profile:x', { ...profile('profile:x'), claims: [String(i)] })
    })
  await reopen()
  expect(await get('email:a')).toEqual({ touchedAt: 19 })
})

test('nodes of one household lie together', async () => {
  await put('session:a', 'session:b')
  await transact((transaction) => {
    transaction.set('session:c', root('c'))
    transaction.set('email:y', { parent: 'session:x', touchedAt: 1 })
    transaction.set('session:x', { parent: 'session:a', touchedAt: 1 })
  })
  await reopen()
  for (const name of ['session:a', 'session:b', 'session:c', 'session:x', 'email:y'])
    expect(await get(name)).toBeDefined()
  expect([...store.roots()].toSorted()).toEqual(['session:a', 'session:b', 'session:c'])
})

test('a folder that was laid out otherwise is refused, with what to do', async () => {
  await store.close()
  const other = open({ path: join(path, String(folder)), maxDbs: 8 })
  await other.openDB('meta', {}).put('layout', 1)
  await other.close()
  expect(() => openLmdbStore({ path: join(path, String(folder)) })).toThrow(/begin a new data folder with --data/)
  store = openLmdbStore({ path: join(path, `${folder}-new`) })
})
