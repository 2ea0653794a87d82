/** The embedded mode's store on LMDB. One process writes; each transaction is one LMDB transaction. */
import { hash } from 'node:crypto'
import { DAY_MS, type Instant } from '@ringback/contracts'
import type { FactsMessage, NodeState } from '@ringback/households'
import { createRecentCache } from '@ringback/identity'
import {
  NO_PROGRESS,
  type OutboxEntry,
  type Progress,
  RingbackError,
  type Store,
  type StoreTransaction,
  TABLES,
} from '@ringback/pipeline'
import { open } from 'lmdb'

/** A node as it is kept: its name, since the key is only a hash; the day it was last written; what is known of it. */
type Kept = readonly [name: string, day: number, state: NodeState]

/** A node as it was before a transaction, decoded; without a state: it is not there. */
interface KnownNode {
  readonly key: string
  readonly day: number | undefined
  readonly state: NodeState | undefined
}

interface ChangedNode {
  state: NodeState
  readonly before: KnownNode
}

/** LMDB's keys are short; names of nodes need not be. */
const keyOf = (name: string): string => hash('sha256', name, 'base64url').slice(0, KEY_LENGTH)
/** 96 bits. */
const KEY_LENGTH = 16

/** Where the shapes of encoded objects are kept; shorter than any node's key. */
const STRUCTURES = 'structures'
const PROGRESS = 'progress'

export interface LmdbStoreOptions {
  /** A folder of its own, made if it is not there. */
  readonly path: string
  /** How many nodes stay decoded in memory, at most twice over. */
  readonly cachedNodes?: number
}

export const openLmdbStore = ({ path, cachedNodes = 12_000 }: LmdbStoreOptions): Store => {
  const env = openEnvironment(path)
  const nodes = env.openDB<Kept, string>('nodes', { sharedStructuresKey: STRUCTURES })
  const outbox = env.openDB<Buffer, [number, number]>('outbox', { encoding: 'binary' })
  const profiles = env.openDB<FactsMessage, string>('profiles', {})
  const meta = env.openDB<Progress, string>('meta', {})
  /** By (day, sequence): the keys of nodes that were not written before on that day. */
  const days = env.openDB<Buffer, [number, number]>('days', { encoding: 'binary' })
  const cache = createRecentCache<string, KnownNode>(cachedNodes)
  let progress: Progress = meta.get(PROGRESS) ?? NO_PROGRESS

  const read = (name: string): KnownNode => {
    const cached = cache.get(name)
    if (cached) return cached
    const key = keyOf(name)
    const kept = nodes.get(key)
    const known: KnownNode = kept ? { key, day: kept[1], state: kept[2] } : { key, day: undefined, state: undefined }
    if (kept) cache.set(name, known)
    return known
  }

  const commit = (
    changed: ReadonlyMap<string, ChangedNode>,
    entries: readonly OutboxEntry[],
    saidAgain: ReadonlyMap<string, FactsMessage | undefined>,
    after: Progress,
  ): void => {
    const today = Math.floor(after.now / DAY_MS)
    const puts = [...changed].map(([name, { state, before }]) => ({ name, state, before }))
    const newToday = puts.filter(({ before }) => before.day !== today).map(({ before }) => before.key)
    env.transactionSync(() => {
      for (const { name, state, before } of puts) nodes.putSync(before.key, [name, today, state])
      for (const entry of entries) outbox.putSync([entry.sequence, TABLES.indexOf(entry.table)], encodeEntry(entry))
      for (const [node, message] of saidAgain)
        if (message) profiles.putSync(keyOf(node), message)
        else profiles.removeSync(keyOf(node))
      if (newToday.length > 0) days.putSync([today, after.sequence], Buffer.from(newToday.join(''), 'latin1'))
      meta.putSync(PROGRESS, after)
    })
    for (const { name, state, before } of puts) cache.set(name, { key: before.key, day: today, state })
    progress = after
  }

  return {
    progress: () => progress,
    transaction: (work) => {
      const changed = new Map<string, ChangedNode>()
      /** What was asked for and is not there: a new node is asked for more than once. */
      const missing = new Map<string, KnownNode>()
      const find = (name: string): KnownNode => {
        const known = missing.get(name) ?? read(name)
        if (known.state === undefined) missing.set(name, known)
        return known
      }
      const entries: OutboxEntry[] = []
      const saidAgain = new Map<string, FactsMessage | undefined>()
      const transaction: StoreTransaction = {
        progress,
        get: (name) => changed.get(name)?.state ?? find(name).state,
        set: (name, state) => {
          const known = changed.get(name)
          if (known) known.state = state
          else changed.set(name, { state, before: find(name) })
        },
        appendOutbox: (entry) => entries.push(entry),
        getProfile: (node) => (saidAgain.has(node) ? saidAgain.get(node) : profiles.get(keyOf(node))),
        setProfile: (node, message) => saidAgain.set(node, message),
      }
      const result = work(transaction)
      try {
        commit(changed, entries, saidAgain, transaction.progress)
      } catch (cause) {
        throw new RingbackError('store', `LMDB could not write to ${path}: is the disk full?`, { cause })
      }
      return result
    },
    outbox: function* () {
      for (const { key, value } of outbox.getRange({ snapshot: false })) yield decodeEntry(key, value)
    },
    removeOutbox: (entries) =>
      env.transactionSync(() => {
        for (const { sequence, table } of entries) outbox.removeSync([sequence, TABLES.indexOf(table)])
      }),
    profiles: function* () {
      for (const { value } of profiles.getRange({ snapshot: false })) yield value
    },
    roots: function* () {
      for (const { key, value } of nodes.getRange({ snapshot: false }))
        if (key.length === KEY_LENGTH && value[2].root) yield value[0]
    },
    sweep: (before: Instant) => {
      const limit = Math.floor(before / DAY_MS)
      const due = [...days.getRange({ end: [limit, 0] })]
      let removed = 0
      for (const { key, value } of due)
        env.transactionSync(() => {
          for (let i = 0; i < value.length; i += KEY_LENGTH) {
            const node = value.toString('latin1', i, i + KEY_LENGTH)
            const kept = nodes.get(node)
            if (!kept || kept[1] >= limit) continue
            nodes.removeSync(node)
            cache.delete(kept[0])
            removed++
          }
          days.removeSync(key)
        })
      return removed
    },
    flushed: async () => {
      await env.flushed
    },
    close: async () => {
      await env.flushed
      await env.close()
    },
  }
}

const openEnvironment = (path: string) => {
  try {
    return open({ path, maxDbs: 8, noMemInit: true, pageSize: 4096 })
  } catch (cause) {
    throw new RingbackError('store', `The state in ${path} could not be opened: is the folder writable?`, { cause })
  }
}

const encodeEntry = ({ rows, body }: OutboxEntry): Buffer => {
  const head = Buffer.alloc(4)
  head.writeUInt32LE(rows)
  return Buffer.concat([head, body])
}

const decodeEntry = ([sequence, table]: [number, number], value: Buffer): OutboxEntry => ({
  sequence,
  table: TABLES[table] ?? 'journeys',
  rows: value.readUInt32LE(0),
  body: Buffer.from(value.subarray(4)),
})
