/** The households that a partition remembers: what is judged anew after a change of rules, and carried into another generation. */
import { isCarrierNode, type NodeName, type NodeState, type RootState } from '@ringback/households'
import type { KeyedState } from '@ringback/pipeline'
import { NODE_PREFIX } from './partition-state.ts'

export interface Root {
  readonly node: NodeName
  readonly root: RootState
}

/** States read at once: most are small, some hold a whole household. */
const READ_AT_ONCE = 200

const readRoots = async (
  state: KeyedState,
  partition: number,
  nodes: readonly NodeName[],
): Promise<readonly Root[]> => {
  const values = await state.read(
    partition,
    nodes.map((node) => NODE_PREFIX + node),
  )
  return nodes.flatMap((node, i) => {
    const { root, parent } = JSON.parse(values[i] ?? '{}') as NodeState
    return root && parent === undefined ? [{ node, root }] : []
  })
}

/** Some perhaps twice. Whoever needs all of them looks whether the partition stood still, or went on, but never fell back. */
export async function* listRoots(state: KeyedState, partition: number): AsyncGenerator<readonly Root[]> {
  let nodes: NodeName[] = []
  for await (const key of state.keys(partition, NODE_PREFIX)) {
    const node = key.slice(NODE_PREFIX.length)
    // A token never holds facts.
    if (!isCarrierNode(node)) continue
    nodes.push(node)
    if (nodes.length < READ_AT_ONCE) continue
    yield await readRoots(state, partition, nodes)
    nodes = []
  }
  if (nodes.length > 0) yield await readRoots(state, partition, nodes)
}
