/** What the correlator keeps of a partition, and how it lies in keyed state (HOUSEHOLD-LOG, State). */
import type { NodeName, Nodes, NodeState, RulesMessage } from '@ringback/households'
import type { KeyedState, StateEntry, WriteOutcome } from '@ringback/pipeline'
import type { FoldedStretch } from './partition-fold.ts'
import { DIRTY_KEY, HEAD, type PartitionHead, RULES_KEY, toHead } from './partition-head.ts'

/** Before the names of nodes. */
export const NODE_PREFIX = 'n:'

export interface Loaded extends PartitionHead {
  readonly nodes: Pick<Nodes, 'get'>
  readonly has: (name: NodeName) => boolean
}

export interface PartitionStates {
  /**
   * Reads the head of a partition and these nodes at one moment; a node is parsed when it is asked for. One moment, since what is
   * said of them is said before the write that would find out that they belong to different ones.
   */
  readonly load: (partition: number, names: ReadonlySet<NodeName>) => Promise<Loaded>
  /** Writes what a stretch has come to, if the partition still stands where it was read. */
  readonly save: (
    partition: number,
    before: Loaded,
    after: FoldedStretch,
    next: number,
  ) => Promise<{ readonly outcome: WriteOutcome; readonly bytes: number }>
}

export const createPartitionStates = (state: KeyedState): PartitionStates => {
  /** Rules are long, and the same from stretch to stretch. */
  let lastRules: { readonly json: string; readonly rules: RulesMessage } | undefined
  const parseRules = (json: string | undefined): RulesMessage | undefined => {
    if (json === undefined) return undefined
    if (lastRules?.json !== json) lastRules = { json, rules: JSON.parse(json) as RulesMessage }
    return lastRules.rules
  }

  return {
    load: async (partition, names) => {
      const wanted = [...names]
      const [position, dirty, rules, ...values] = await state.read(partition, [
        ...HEAD,
        ...wanted.map((name) => NODE_PREFIX + name),
      ])
      const nodes = new Map<NodeName, NodeState | string | undefined>(wanted.map((name, i) => [name, values[i]]))
      return {
        ...toHead([position, dirty, rules], parseRules),
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
    },
    save: async (partition, before, after, next) => {
      const entries: StateEntry[] = []
      for (const [name, node] of after.changed)
        entries.push({ key: NODE_PREFIX + name, value: JSON.stringify(node), expires: true })
      if (before.dirty.length > 0 || after.dirty.length > 0)
        entries.push({ key: DIRTY_KEY, value: JSON.stringify(after.dirty), expires: false })
      if (after.rules !== before.rules)
        entries.push({ key: RULES_KEY, value: JSON.stringify(after.rules), expires: false })
      const bytes = entries.reduce((sum, { value }) => sum + value.length, 0)
      return { outcome: await state.compareAndSet(partition, before.position, String(next), entries), bytes }
    },
  }
}
