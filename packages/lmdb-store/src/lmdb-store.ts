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
import { holdsRoot, keepNode, type KeptNode, recallNode } from './kept-node.ts'

/** A node as it was before a transaction, decoded; without id and state: it is not there. */
interface KnownNode {
  readonly key: string
  readonly id: number | undefined
  readonly day: number | undefined
  readonly state: NodeState | undefined
}

interface ChangedNode {
  state: NodeState
  readonly before: KnownNode
}

/** LMDB's keys are short; names of nodes need not be: 96 bits. */
const keyOf = (name: string): string => hash('sha256', name, 'base64url').slice(0, 16)

const PROGRESS = 'progress'

/** Address space, not storage. A map that has to grow is mapped once more while the smaller one stays in memory. */
const MAP_BYTES = 2 ** 36

/** A new node lies behind all others. */
const APPEND = { append: true }
const IN_PLACE = {}

type OutboxKey = [sequence: number, table: number, rows: number]
const outboxKey = ({ sequence, table, rows }: OutboxEntry): OutboxKey => [sequence, TABLES.indexOf(table), rows]

export interface LmdbStoreOptions {
  /** A folder of its own, made if it is not there. */
  readonly path: string
  /** How many nodes stay decoded in memory, at most twice over. */
  readonly cachedNodes?: number
}

export const openLmdbStore = ({ path, cachedNodes = 6_000 }: LmdbStoreOptions): Store => {
  const env = openEnvironment(path)
  /** By the hash of its name: the id of a node. */
  const ids = env.openDB<number, string>('ids', {})
  /**
   * By id, which counts up: what is new lies together, and a transaction touches few pages of what is old. What a large household holds is
   * compressed; what was written before it was is read as it is.
   */
  const nodes = env.openDB<KeptNode, number>('nodes', { compression: true })
  /** By (sequence, table, rows). */
  const outbox = env.openDB<Buffer, OutboxKey>('outbox', { encoding: 'binary' })
  const profiles = env.openDB<FactsMessage, string>('profiles', {})
  const meta = env.openDB<Progress, string>('meta', {})
  /** By (day, sequence): the ids of nodes that were not written before on that day. */
  const days = env.openDB<number[], [number, number]>('days', {})
  const cache = createRecentCache<string, KnownNode>(cachedNodes)
  let progress: Progress = { ...NO_PROGRESS, ...meta.get(PROGRESS) }
  let isClosed = false
  let lastId = [...nodes.getKeys({ reverse: true, limit: 1 })][0] ?? 0

  const read = (name: string): KnownNode => {
    const cached = cache.get(name)
    if (cached) return cached
    const key = keyOf(name)
    const id = ids.get(key)
    const kept = id === undefined ? undefined : nodes.get(id)
    if (!kept) return { key, id: undefined, day: undefined, state: undefined }
    const known: KnownNode = { key, id, day: kept[1], state: recallNode(kept) }
    cache.set(name, known)
    return known
  }

  const commit = (
    changed: ReadonlyMap<string, ChangedNode>,
    entries: readonly OutboxEntry[],
    saidAgain: ReadonlyMap<string, FactsMessage | undefined>,
    after: Progress,
  ): void => {
    const today = Math.floor(after.now / DAY_MS)
    const written: { readonly name: string; readonly known: KnownNode }[] = []
    const newToday: number[] = []
    env.transactionSync(() => {
      for (const [name, { state, before }] of changed) {
        const id = before.id ?? ++lastId
        const isNew = before.id === undefined
        nodes.putSync(id, keepNode(name, today, state), isNew ? APPEND : IN_PLACE)
        if (isNew) ids.putSync(before.key, id)
        if (before.day !== today) newToday.push(id)
        written.push({ name, known: { key: before.key, id, day: today, state } })
      }
      for (const entry of entries) outbox.putSync(outboxKey(entry), entry.body)
      for (const [node, message] of saidAgain)
        if (message) profiles.putSync(keyOf(node), message)
        else profiles.removeSync(keyOf(node))
      if (newToday.length > 0) days.putSync([today, after.sequence], newToday)
      meta.putSync(PROGRESS, after)
    })
    for (const { name, known } of written) cache.set(name, known)
    progress = after
  }

  return {
    progress: () => progress,
    transaction: (work) => {
      if (isClosed) throw new RingbackError('store', 'The state is closed already: what was under way was not done.')
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
      writing(path, () => commit(changed, entries, saidAgain, transaction.progress))
      return result
    },
    outbox: function* () {
      for (const { key, value } of outbox.getRange({ snapshot: false })) {
        const [sequence, table, rows] = key
        yield { sequence, table: TABLES[table] ?? 'journeys', rows, body: Buffer.from(value) }
      }
    },
    removeOutbox: (entries) =>
      writing(path, () =>
        env.transactionSync(() => {
          for (const entry of entries) outbox.removeSync(outboxKey(entry))
        }),
      ),
    profiles: function* () {
      for (const { value } of profiles.getRange({ snapshot: false })) yield value
    },
    roots: function* () {
      for (const { value } of nodes.getRange({ snapshot: false })) if (holdsRoot(value)) yield value[0]
    },
    sweep: (before: Instant) => {
      const limit = Math.floor(before / DAY_MS)
      const due = [...days.getRange({ end: [limit, 0] })]
      let removed = 0
      for (const { key, value } of due)
        writing(path, () =>
          env.transactionSync(() => {
            for (const id of value) {
              const kept = nodes.get(id)
              if (!kept || kept[1] >= limit) continue
              const [name] = kept
              nodes.removeSync(id)
              ids.removeSync(keyOf(name))
              cache.delete(name)
              removed++
            }
            days.removeSync(key)
          }),
        )
      return removed
    },
    flushed: async () => {
      await env.flushed
    },
    close: async () => {
      isClosed = true
      await env.flushed
      await env.close()
    },
  }
}

const writing = (path: string, work: () => void): void => {
  try {
    work()
  } catch (cause) {
    throw new RingbackError('store', `LMDB could not write to ${path}: is the disk full?`, { cause, retryable: true })
  }
}

const openEnvironment = (path: string) => {
  try {
    return open({ path, maxDbs: 8, noMemInit: true, pageSize: 4096, mapSize: MAP_BYTES })
  } catch (cause) {
    throw new RingbackError('store', `The state in ${path} could not be opened: is the folder writable?`, { cause })
  }
}
