/**
 * The embedded mode's store on LMDB. One thread reads and folds, another writes (ADR 0037); each transaction is one LMDB transaction.
 * What is on its way to the other thread is read from memory.
 */
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
  type Transacted,
} from '@ringback/pipeline'
import { type Database, type DatabaseOptions, open } from 'lmdb'
import { Packr } from 'msgpackr'
import { type Change, type Changes, DATABASES, removals, toChanges } from './changes.ts'
import { STORE_OPTIONS } from './commit-messages.ts'
import { beginCommitter } from './committer.ts'
import { holdsRoot, keepNode, type KeptNode, recallNode } from './kept-node.ts'

/** A node as it was before a transaction, decoded; without place and state: it is not there. */
interface KnownNode {
  readonly key: string
  readonly place: string | undefined
  readonly day: number | undefined
  readonly state: NodeState | undefined
}

interface ChangedNode {
  state: NodeState
  readonly before: KnownNode
}

type SaidAgain = ReadonlyMap<string, FactsMessage | undefined>

/** What the other thread is about to write; nothing else is, meanwhile. */
interface InFlight {
  readonly nodes: ReadonlyMap<string, KnownNode>
  readonly profiles: SaidAgain
  readonly progress: Progress
}

const NOTHING: Omit<InFlight, 'progress'> = { nodes: new Map(), profiles: new Map() }

/** LMDB's keys are short; names of nodes need not be: 96 bits. */
const keyOf = (name: string): string => hash('sha256', name, 'base64url').slice(0, 16)

/** 36⁸ groups. */
const GROUP_DIGITS = 8
/** Where a node lies: beside those of its group, which sort by their number. */
const placeOf = (group: number, key: string): string => group.toString(36).padStart(GROUP_DIGITS, '0') + key
const groupOf = (place: string): number => Number.parseInt(place.slice(0, GROUP_DIGITS), 36)

/** Values are made here, for the other thread to write, and read here. What LMDB lends to be read is copied. */
const codec = new Packr({ useRecords: false, copyBuffers: true })
const pack = (value: unknown): Buffer => codec.pack(value)
/** LMDB's types do not name the option. */
const PACKED: DatabaseOptions & { readonly encoder: Packr } = { encoder: codec }

const PROGRESS = 'progress'
const LAYOUT = 'layout'
/** How nodes lie; another number, another form. */
const THIS_LAYOUT = 2

type OutboxKey = [sequence: number, table: number, rows: number]
const outboxKey = ({ sequence, table, rows }: OutboxEntry): OutboxKey => [sequence, TABLES.indexOf(table), rows]

const bySmaller = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

export interface LmdbStoreOptions {
  /** A folder of its own, made if it is not there. */
  readonly path: string
  /** How many nodes stay decoded in memory, at most twice over. */
  readonly cachedNodes?: number
}

export const openLmdbStore = ({ path, cachedNodes = 6_000 }: LmdbStoreOptions): Store => {
  const env = openEnvironment(path)
  /** By the hash of its name: the group of a node. */
  const groups = env.openDB<number, string>('groups', { ...PACKED, ...DATABASES.groups })
  /**
   * By group and hash. A household's nodes are mostly one group, and groups count up: a transaction touches few pages, those of the
   * households that changed and the last ones.
   */
  const nodes = env.openDB<KeptNode, string>('nodes', { ...PACKED, ...DATABASES.nodes })
  /** By (sequence, table, rows). */
  const outbox = env.openDB<Buffer, OutboxKey>('outbox', { encoding: 'binary', ...DATABASES.outbox })
  const profiles = env.openDB<FactsMessage, string>('profiles', { ...PACKED, ...DATABASES.profiles })
  const meta = env.openDB<Progress | number, string>('meta', { ...PACKED, ...DATABASES.meta })
  /** By (day, sequence): the places of nodes that were not written before on that day. */
  const days = env.openDB<string[], [number, number]>('days', { ...PACKED, ...DATABASES.days })
  const cache = createRecentCache<string, KnownNode>(cachedNodes)
  checkLayout(path, meta)
  const committer = beginCommitter(path)
  let inFlight: InFlight = {
    ...NOTHING,
    progress: { ...NO_PROGRESS, ...(meta.get(PROGRESS) as Progress | undefined) },
  }
  /** Of the last transaction that was handed over. */
  let committed: Promise<void> = Promise.resolve()
  let turn: Promise<unknown> = Promise.resolve()
  let isClosed = false
  let closed: Promise<void> | undefined
  let lastGroup = groupOf([...nodes.getKeys({ reverse: true, limit: 1 })][0] ?? placeOf(0, ''))

  const read = (name: string): KnownNode => {
    const cached = inFlight.nodes.get(name) ?? cache.get(name)
    if (cached) return cached
    const key = keyOf(name)
    const group = groups.get(key)
    const place = group === undefined ? undefined : placeOf(group, key)
    const kept = place === undefined ? undefined : nodes.get(place)
    if (!kept) return { key, place: undefined, day: undefined, state: undefined }
    const known: KnownNode = { key, place, day: kept[1], state: recallNode(kept) }
    cache.set(name, known)
    return known
  }
  const readProfile = (node: string): FactsMessage | undefined =>
    inFlight.profiles.has(node) ? inFlight.profiles.get(node) : profiles.get(keyOf(node))

  /** Gives each new node a place: in the group of its parent, else in one of its own. */
  const placesOfNew = (changed: ReadonlyMap<string, ChangedNode>): ReadonlyMap<string, string> => {
    const places = new Map<string, string>()
    const place = (name: string): string | undefined => {
      const { state, before } = changed.get(name) ?? { state: undefined, before: read(name) }
      const known = before.place ?? places.get(name)
      if (known !== undefined || !state) return known
      const beside = state.parent === undefined ? undefined : place(state.parent)
      const made = placeOf(beside === undefined ? ++lastGroup : groupOf(beside), before.key)
      places.set(name, made)
      return made
    }
    for (const [name, { before }] of changed) if (before.place === undefined) place(name)
    return places
  }

  /** Nodes as they are to be kept, in the order in which they lie, so that LMDB finds each near the one before. */
  const nodeChanges = (changed: ReadonlyMap<string, ChangedNode>, { now, sequence }: Progress) => {
    const today = Math.floor(now / DAY_MS)
    const firstBehind = placeOf(lastGroup + 1, '')
    const placesNew = placesOfNew(changed)
    const written = [...changed].map(([name, { state, before }]) => {
      const place = (before.place ?? placesNew.get(name)) as string
      return { name, before, place, known: { key: before.key, place, day: today, state } }
    })
    written.sort((a, b) => bySmaller(a.place, b.place))
    const inPlace: Change[] = []
    const behind: Change[] = []
    for (const { name, place, known } of written)
      (place < firstBehind ? inPlace : behind).push([place, pack(keepNode(name, today, known.state))])
    const found = written
      .filter(({ before }) => before.place === undefined)
      .map(({ place, known }): readonly [string, Buffer] => [known.key, pack(groupOf(place))])
      .sort(([a], [b]) => bySmaller(a, b))
    const newToday = written.filter(({ before }) => before.day !== today).map(({ place }) => place)
    const changes: readonly Changes[] = [
      toChanges('nodes', inPlace),
      toChanges('nodes', behind, true),
      toChanges('groups', found),
      toChanges('days', newToday.length > 0 ? [[[today, sequence], pack(newToday)]] : []),
    ]
    return { nodes: new Map(written.map(({ name, known }) => [name, known])), changes }
  }

  const profileChange = ([node, message]: readonly [string, FactsMessage | undefined]): Change => [
    keyOf(node),
    message && pack(message),
  ]

  const write = async (changes: readonly Changes[]): Promise<void> => {
    await writing(path, committer.commit(changes))
    // Else this thread would go on reading what was there before.
    env.resetReadTxn()
  }

  /** Hands a transaction over. Until it is written, and known to be, it is read from memory; if it cannot be, it never was. */
  const handOver = async (
    changed: ReadonlyMap<string, ChangedNode>,
    entries: readonly OutboxEntry[],
    saidAgain: SaidAgain,
    after: Progress,
  ): Promise<void> => {
    const before = inFlight.progress
    const { nodes: written, changes } = nodeChanges(changed, after)
    const outgoing = entries.map((entry): Change => [outboxKey(entry), entry.body])
    inFlight = { nodes: written, profiles: saidAgain, progress: after }
    try {
      await write([
        ...changes,
        toChanges('outbox', outgoing),
        toChanges('profiles', [...saidAgain].map(profileChange)),
        toChanges('meta', [[PROGRESS, pack(after)]]),
      ])
    } catch (error) {
      inFlight = { ...NOTHING, progress: before }
      // Whoever did this is told, and so is who went on from it; the next begins anew.
      committed = Promise.resolve()
      throw error
    }
    for (const [name, known] of written) cache.set(name, known)
    inFlight = { ...NOTHING, progress: after }
  }

  /** One after another, each when what was handed over before is in. */
  const next = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = turn.then(() => {
      if (isClosed) throw new RingbackError('store', 'The state is closed already: what was under way was not done.')
      return work()
    })
    turn = mine.catch(() => undefined)
    return mine
  }

  const transact = async <T>(work: (transaction: StoreTransaction) => T): Promise<Transacted<T>> => {
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
      progress: inFlight.progress,
      get: (name) => changed.get(name)?.state ?? find(name).state,
      set: (name, state) => {
        const known = changed.get(name)
        if (known) known.state = state
        else changed.set(name, { state, before: find(name) })
      },
      appendOutbox: (entry) => entries.push(entry),
      getProfile: (node) => (saidAgain.has(node) ? saidAgain.get(node) : readProfile(node)),
      setProfile: (node, message) => saidAgain.set(node, message),
    }
    const restsOn = committed
    const result = work(transaction)
    // What it rests on has to be in before it goes; if that failed, so does this.
    await restsOn
    const own = handOver(changed, entries, saidAgain, transaction.progress)
    own.catch(() => undefined)
    committed = own
    return { result, changed: changed.size, committed: own }
  }

  const close = async (): Promise<void> => {
    isClosed = true
    await turn
    await committed.catch(() => undefined)
    await committer.close()
    await env.close()
  }

  return {
    progress: () => inFlight.progress,
    transaction: (work) => next(() => transact(work)),
    outbox: function* () {
      for (const { key, value } of outbox.getRange({ snapshot: false })) {
        const [sequence, table, rows] = key
        yield { sequence, table: TABLES[table] ?? 'journeys', rows, body: Buffer.from(value) }
      }
    },
    removeOutbox: (entries) => write([removals('outbox', entries.map(outboxKey))]),
    profiles: function* () {
      for (const { value } of profiles.getRange({ snapshot: false })) yield value
    },
    roots: function* () {
      for (const { value } of nodes.getRange({ snapshot: false })) if (holdsRoot(value)) yield value[0]
    },
    sweep: (before: Instant) =>
      next(async () => {
        await committed
        const limit = Math.floor(before / DAY_MS)
        let removed = 0
        const lists = Array.from(days.getRange({ end: [limit, 0] }))
        for (const { key, value } of lists) {
          const due = value.flatMap((place) => {
            const kept = nodes.get(place)
            return kept && kept[1] < limit ? [{ place, name: kept[0] }] : []
          })
          const changes = [
            removals(
              'nodes',
              due.map(({ place }) => place),
            ),
            removals(
              'groups',
              due.map(({ name }) => keyOf(name)),
            ),
            removals('days', [key]),
          ]
          await write(changes)
          for (const { name } of due) cache.delete(name)
          removed += due.length
        }
        return removed
      }),
    flushed: async () => {
      await committed
      await writing(path, committer.flush())
    },
    close: () => (closed ??= close()),
  }
}

const writing = async (path: string, work: Promise<void>): Promise<void> => {
  try {
    await work
  } catch (cause) {
    throw new RingbackError('store', `LMDB could not write to ${path}: is the disk full?`, { cause, retryable: true })
  }
}

const checkLayout = (path: string, meta: Database<Progress | number, string>): void => {
  const layout = meta.get(LAYOUT) ?? (meta.get(PROGRESS) ? 1 : undefined)
  if (layout === undefined) meta.putSync(LAYOUT, THIS_LAYOUT)
  else if (layout !== THIS_LAYOUT)
    throw new RingbackError(
      'store',
      `The state in ${path} was made by another version of Ringback, which laid it out otherwise: begin a new data folder with --data and import again`,
    )
}

const openEnvironment = (path: string) => {
  try {
    return open({ path, ...STORE_OPTIONS })
  } catch (cause) {
    throw new RingbackError('store', `The state in ${path} could not be opened: is the folder writable?`, { cause })
  }
}
