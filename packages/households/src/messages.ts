/** What is said on the household log, one node to another. */
import type { Config, Token } from '@ringback/contracts'
import type { CarrierTokens, HouseholdFacts, Keyed } from '@ringback/journeys'
import type { NodeName } from './order.ts'

/** A day of message timestamps: whole days since 1970, UTC. */
export type Day = number

export interface FactsMessage {
  readonly kind: 'facts'
  readonly node: NodeName
  readonly facts: HouseholdFacts
  /** Shared tokens, each with the day on which that was last told. */
  readonly marks: Keyed<Day>
  /** Ids of the rows that the sender said of what it hands over. */
  readonly claims: readonly string[]
  /** From the assembler: `facts` is the node's own, its tokens are to be told of. */
  readonly isOwn?: true
  /** A root's repetition of all it knows, to itself. */
  readonly isSnapshot?: true
  /** Of a part of a snapshot: the carriers that it speaks for. */
  readonly range?: CarrierRange
  /** It holds a piece of one carrier, and does not speak for that one. */
  readonly isPiece?: true
}

/**
 * Carriers by name, the first bound excluded, the second included; null: no bound. A part without a first bound also speaks for all
 * marks, one without a second for all claims.
 */
export type CarrierRange = readonly [after: NodeName | null, until: NodeName | null]

/** `node` belongs with `of`, which is smaller. */
export interface LinkMessage {
  readonly kind: 'link'
  readonly node: NodeName
  readonly of: NodeName
  /** A refresh restores what a carrier was received with. */
  readonly tokens?: CarrierTokens
}

/** A token was seen on carriers, with people beside it. */
export interface SeenMessage {
  readonly kind: 'seen'
  readonly node: Token
  /** Hashes of carriers. */
  readonly by: readonly string[]
  readonly with: readonly Token[]
  /** Who is to be joined by it, unless it is shared. */
  readonly link?: NodeName
  /** The household knows it to be shared. */
  readonly isShared?: true
}

/** What is said to a node. */
export type Message = FactsMessage | LinkMessage | SeenMessage

/** To a partition: everything that changed is to be judged now. */
export interface JudgeMessage {
  readonly kind: 'judge'
}

/** To a partition: which rules judge what follows, whole, so that whoever folds it again judges as it was judged. */
export interface RulesMessage {
  readonly kind: 'rules'
  readonly ruleVersion: string
  readonly keyId: string
  readonly config: Config
  /** Said because the partition knew of none: counts only where that is still so. */
  readonly isFirst?: true
}

/** Whatever lies on the household log. */
export type LogMessage = Message | JudgeMessage | RulesMessage
