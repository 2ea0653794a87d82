/** What the correlator keeps of a partition, and how it lies in keyed state (HOUSEHOLD-LOG, State). */
import type { NodeName, Nodes, NodeState, RulesMessage } from '@ringback/households'
import { type KeyedState, POSITION_KEY, type StateEntry, type WriteOutcome } from '@ringback/pipeline'
import type { FoldedStretch, PartitionMemory } from './partition-fold.ts'

const DIRTY_KEY = 'dirty'
const RULES_KEY = 'rules'
const HEAD = [POSITION_KEY, DIRTY_KEY, RULES_KEY]
/** Before the names of nodes. */
export const NODE_PREFIX = 'n:'

/** Where a partition stands. */
export interface PartitionHead extends PartitionMemory {
  /** As it was read: what a write is compared with. */
  readonly position: string | undefined
  /** The offset of the next message to fold; undefined: nothing was folded, or all is lost. */
  readonly next: number | undefined
}

export interface Loaded extends PartitionHead {
  readonly nodes: Pick<Nodes, 'get'>
  readonly has: (name: NodeName) => boolean
}

const parse = <T>(json: string | undefined): T | undefined => (json === undefined ? undefined : (JSON.parse(json) as T))

const toHead = (position: string | undefined, dirty: string | undefined, rules: string | undefined): PartitionHead => ({
  position,
  next: position === undefined ? undefined : Number(position),
  dirty: parse<NodeName[]>(dirty) ?? [],
  rules: parse<RulesMessage>(rules),
})

export const readPartitionHead = async (state: KeyedState, partition: number): Promise<PartitionHead> => {
  const [position, dirty, rules] = await state.read(partition, HEAD)
  return toHead(position, dirty, rules)
}

export const readPartitionNote = async (
  state: KeyedState,
  partition: number,
  key: string,
): Promise<string | undefined> => (await state.read(partition, [key]))[0]

/** Leaves a note beside what is remembered of a partition, which stands at `next`, if that is still so. */
export const writePartitionNote = (
  state: KeyedState,
  partition: number,
  { position, next }: { readonly position: string | undefined; readonly next: number },
  { key, value }: { readonly key: string; readonly value: string },
): Promise<WriteOutcome> => state.compareAndSet(partition, position, String(next), [{ key, value, expires: false }])

/**
 * Reads the head of a partition and these nodes at one moment; a node is parsed when it is asked for. One moment, since what is said
 * of them is said before the write that would find out that they belong to different ones.
 */
export const loadPartition = async (
  state: KeyedState,
  partition: number,
  names: ReadonlySet<NodeName>,
): Promise<Loaded> => {
  const wanted = [...names]
  const [position, dirty, rules, ...values] = await state.read(partition, [
    ...HEAD,
    ...wanted.map((name) => NODE_PREFIX + name),
  ])
  const nodes = new Map<NodeName, NodeState | string | undefined>(wanted.map((name, i) => [name, values[i]]))
  return {
    ...toHead(position, dirty, rules),
    has: (name) => nodes.has(name),
    nodes: {
      get: (name) => {
        if (!nodes.has(name)) throw new TypeError('a fold asked for a node that was not loaded')
        const stored = nodes.get(name)
        if (typeof stored !== 'string') return stored
        const node = JSON.parse(stored) as NodeState
        nodes.set(name, node)
        return node
      },
    },
  }
}

/** Writes what a stretch has come to, if the partition still stands where it was read. */
export const savePartition = async (
  state: KeyedState,
  partition: number,
  before: Loaded,
  after: FoldedStretch,
  next: number,
): Promise<{ readonly outcome: WriteOutcome; readonly bytes: number }> => {
  const entries: StateEntry[] = []
  for (const [name, node] of after.changed)
    entries.push({ key: NODE_PREFIX + name, value: JSON.stringify(node), expires: true })
  if (before.dirty.length > 0 || after.dirty.length > 0)
    entries.push({ key: DIRTY_KEY, value: JSON.stringify(after.dirty), expires: false })
  if (after.rules !== before.rules) entries.push({ key: RULES_KEY, value: JSON.stringify(after.rules), expires: false })
  const bytes = entries.reduce((sum, { value }) => sum + value.length, 0)
  return { outcome: await state.compareAndSet(partition, before.position, String(next), entries), bytes }
}
