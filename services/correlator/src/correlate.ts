/**
 * The correlator of the embedded mode: one partition, one transaction. Messages and all that they cause are folded until none
 * is left, then each changed root is judged once (HOUSEHOLD-LOG, Embedded).
 */
import type { Instant } from '@ringback/contracts'
import { createFold, createJudge, type Message, type NodeName, type Nodes } from '@ringback/households'
import type { Rules } from '@ringback/journeys'
import { type Conclusion, judgeRoots } from './judge-roots.ts'

export interface Correlated {
  readonly conclusions: readonly Conclusion[]
  readonly superseded: number
}

/**
 * Folds a batch into `nodes` at `now`, then judges. `offset` is greater than that of every batch before. `also` are roots to be
 * judged although nothing about them changed.
 */
export type Correlate = (
  nodes: Nodes,
  messages: readonly Message[],
  now: Instant,
  offset: number,
  also?: Iterable<NodeName>,
) => Correlated

/** The embedded mode has one generation. */
const GENERATION = 0

export const createCorrelate = (rules: Rules): Correlate => {
  const { identity, defaults } = rules.config
  const fold = createFold({ identity, retention: defaults.retention })
  const judge = createJudge(rules)

  return (nodes, messages, now, offset, also = []) => {
    const dirty = new Set<NodeName>(also)
    let superseded = 0
    let pending: Message[] = [...messages]
    const output = {
      send: (message: Message) => pending.push(message),
      isHeard: true,
      dirty: (root: NodeName) => dirty.add(root),
      superseded: (count: number) => {
        superseded += count
      },
    }
    while (pending.length > 0) {
      const batch = pending
      pending = []
      for (const message of batch) fold(nodes, message, now, output)
    }
    const conclusions = judgeRoots(nodes, dirty, judge, { generation: GENERATION, offset, now })
    return { conclusions, superseded }
  }
}
