/** What is remembered of a node: of a root its household, of a carrier its tokens, of a token its evidence. */
import type { Instant } from '@ringback/contracts'
import type { CarrierTokens, HouseholdFacts, Keyed } from '@ringback/journeys'
import type { Day } from './messages.ts'
import type { NodeName } from './order.ts'

export interface RootState {
  readonly facts: HouseholdFacts
  readonly marks: Keyed<Day>
  /** Hash of the row last said of each id; null: handed over, not yet spoken of. */
  readonly said: Keyed<string | null>
  readonly refreshedAt: Instant
}

export interface EvidenceState {
  readonly seenAt: Day
  readonly isShared: boolean
  /** Hash of each carrier → day; empty once shared. */
  readonly carriers: Keyed<Day>
  readonly people: Keyed<Day>
}

export interface NodeState {
  readonly parent?: NodeName
  readonly touchedAt?: Day
  /** Of a node without a parent that was ever given facts or marks. */
  readonly root?: RootState
  /** Of a carrier: every token it was ever received with. */
  readonly tokens?: CarrierTokens
  /** Of a session: that it is excluded. */
  readonly isExcluded?: true
  /** Of a token. */
  readonly evidence?: EvidenceState
}

export const NEW_NODE: NodeState = {}

/** The keyed state that a fold works on. Reading is synchronous: whoever runs the fold has loaded what it may ask for. */
export interface Nodes {
  readonly get: (node: NodeName) => NodeState | undefined
  readonly set: (node: NodeName, state: NodeState) => void
}
