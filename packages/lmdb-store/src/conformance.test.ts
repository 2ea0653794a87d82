/**
 * The embedded store owes what the cluster's keyed state owes: position and entries change in one step or not at all. Here it is
 * seen through that port: the sequence is the position, nodes are the entries, a store of its own is a partition. It has no expiry
 * of single entries; sweeping is tested with the store.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { NodeState } from '@ringback/households'
import { type KeyedState, POSITION_KEY, type Store, type StoreTransaction } from '@ringback/pipeline'
import { keyedStateConformance } from '@ringback/testkit'
import { openLmdbStore } from './lmdb-store.ts'

const folder = mkdtempSync(join(tmpdir(), 'ringback-lmdb-'))
afterAll(() => rmSync(folder, { recursive: true }))

const toNode = (value: string): NodeState => ({ root: { facts: [], marks: [[value, 1]], said: [], refreshedAt: 0 } })
const toValue = (state: NodeState | undefined): string | undefined => state?.root?.marks[0]?.[0]
/** Before the first transaction there is no position. */
const positionOf = ({ progress: { sequence } }: StoreTransaction): string | undefined =>
  sequence === 0 ? undefined : String(sequence)

const asKeyedState = (path: string): KeyedState => {
  const stores = new Map<number, Store>()
  const storeOf = (partition: number): Store => {
    const store = stores.get(partition) ?? openLmdbStore({ path: join(path, String(partition)), cachedNodes: 3 })
    stores.set(partition, store)
    return store
  }
  return {
    read: async (partition, keys) => {
      const { result } = await storeOf(partition).transaction((transaction) =>
        keys.map((key) => (key === POSITION_KEY ? positionOf(transaction) : toValue(transaction.get(key)))),
      )
      return result
    },
    compareAndSet: async (partition, expected, position, entries) => {
      const { result, committed } = await storeOf(partition).transaction((transaction) => {
        if (positionOf(transaction) !== expected) return 'refused'
        for (const { key, value } of entries) transaction.set(key, toNode(value))
        transaction.progress = { ...transaction.progress, sequence: Number(position) }
        return 'written'
      })
      await committed
      return result
    },
    keys: async function* (partition, prefix) {
      for (const key of storeOf(partition).roots()) if (key.startsWith(prefix)) yield key
    },
    close: async () => {
      await Promise.all([...stores.values()].map((store) => store.close()))
      stores.clear()
    },
  }
}

let opened = 0
keyedStateConformance('LMDB', {
  open: async () => {
    // One process, one client: the other is the same.
    const state = asKeyedState(join(folder, String(++opened)))
    return { state, other: state, elapse: async () => {} }
  },
  hasExpiry: false,
})
