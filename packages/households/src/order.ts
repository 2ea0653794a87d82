/** The order of nodes: carriers before tokens, then rank, then name. A parent is always smaller than its child. */
import { hash } from 'node:crypto'

/** A carrier, or a token, by its name: `session:ID`, `contact:SOURCE:CONVERSATION`, `profile:SOURCE:ID`, `type:hash`. */
export type NodeName = string

export const isCarrierNode = (node: NodeName): boolean =>
  node.startsWith('session:') || node.startsWith('contact:') || node.startsWith('profile:')

/** The first 63 bits of SHA-256 of the name. */
export const rankOf = (node: NodeName): bigint => BigInt(`0x${rankText(node)}`) >> 1n

/** The last ranks asked for: a join asks for the same few again and again. */
let ranks = new Map<NodeName, string>()
const RANKS_REMEMBERED = 50_000

const rankText = (node: NodeName): string => {
  let text = ranks.get(node)
  if (text === undefined) {
    text = hash('sha256', node, 'hex').slice(0, 16)
    if (ranks.size >= RANKS_REMEMBERED) ranks = new Map()
    ranks.set(node, text)
  }
  return text
}

/** Of two hashes in hexadecimal: their first 60 bits as text, then three bits more. */
const compareRanks = (a: string, b: string): number => {
  const [upperA, upperB] = [a.slice(0, 15), b.slice(0, 15)]
  if (upperA !== upperB) return upperA < upperB ? -1 : 1
  return (Number.parseInt(a.charAt(15), 16) >> 1) - (Number.parseInt(b.charAt(15), 16) >> 1)
}

/** Which comes first: negative if `a` does. */
export const compareNodes = (a: NodeName, b: NodeName): number => {
  if (a === b) return 0
  const carriersFirst = Number(isCarrierNode(b)) - Number(isCarrierNode(a))
  if (carriersFirst !== 0) return carriersFirst
  const ranks = compareRanks(rankText(a), rankText(b))
  return ranks || (a < b ? -1 : 1)
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
