/** Step 7 of HOUSEHOLD-LOG over the roots that changed: the same for one partition in a process and for many in a cluster. */
import type { Instant } from '@ringback/contracts'
import { type Judge, type NodeName, type Nodes, type Said, toVersion } from '@ringback/households'

/** A row, or its withdrawal, with the version by which it prevails. */
export interface Conclusion extends Said {
  readonly version: string
}

/** Judges those that are still roots, and gives what they say after the message at `offset`. */
export const judgeRoots = (
  nodes: Nodes,
  dirty: Iterable<NodeName>,
  judge: Judge,
  { generation, offset, now }: { readonly generation: number; readonly offset: number; readonly now: Instant },
): readonly Conclusion[] => {
  const conclusions: Conclusion[] = []
  for (const name of dirty) {
    const state = nodes.get(name)
    // Joined to a smaller root since: that one speaks of it all.
    if (!state?.root || state.parent !== undefined) continue
    const { root, said } = judge(state.root, now)
    nodes.set(name, { ...state, root })
    if (said.length === 0) continue
    const version = toVersion(generation, name, offset)
    for (const one of said) conclusions.push({ ...one, version })
  }
  return conclusions
}
