/** The order of nodes: carriers before tokens, then rank, then name. A parent is always smaller than its child. */
import { createHash } from 'node:crypto'

/** A carrier, or a token, by its name: `session:ID`, `contact:SOURCE:CONVERSATION`, `profile:SOURCE:ID`, `type:hash`. */
export type NodeName = string

export const isCarrierNode = (node: NodeName): boolean =>
  node.startsWith('session:') || node.startsWith('contact:') || node.startsWith('profile:')

/** The first 63 bits of SHA-256 of the name. */
export const rankOf = (node: NodeName): bigint => createHash('sha256').update(node).digest().readBigUInt64BE() >> 1n

/** Which comes first: negative if `a` does. */
export const compareNodes = (a: NodeName, b: NodeName): number => {
  if (a === b) return 0
  const carriersFirst = Number(isCarrierNode(b)) - Number(isCarrierNode(a))
  if (carriersFirst !== 0) return carriersFirst
  const ranks = rankOf(a) - rankOf(b)
  return ranks !== 0n ? (ranks < 0n ? -1 : 1) : a < b ? -1 : 1
}

const GENERATION = 2n ** 112n
const SMALLER_ROOT = 2n ** 48n
const GREATEST_RANK = 2n ** 63n - 1n

/**
 * Of two rows of one id the greater version counts: a later generation, within it the smaller root, then the later offset. A
 * UInt128; JSON carries it as a decimal string.
 */
export const toVersion = (generation: number, root: NodeName, offset: number): string =>
  String(BigInt(generation) * GENERATION + (GREATEST_RANK - rankOf(root)) * SMALLER_ROOT + BigInt(offset))
