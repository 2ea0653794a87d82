/** The truth: what the product never reads. */
import type { Channel, Instant } from '@ringback/contracts'
import type { IncidentName } from './incidents.ts'

/** How a journey really ended. `read` found what it came for, `dead_end` did not. */
export type TrueOutcome =
  'confirmed' | 'refused' | 'abandoned' | 'error' | 'barrier' | 'handed_off' | 'read' | 'dead_end'

export interface TrueJourney {
  readonly kind: 'journey'
  readonly journey: string
  readonly resident: number
  readonly household: number
  readonly task: string
  /** All of its sessions, in order. */
  readonly sessions: readonly string[]
  readonly firstAt: Instant
  readonly lastAt: Instant
  readonly outcome: TrueOutcome
  /** What broke, of an error or a barrier, and where: the code of its `error` event, and the step. */
  readonly code: string | null
  readonly step: string | null
  readonly incident: IncidentName | null
  readonly hasSubmitted: boolean
  /** Identifiers told in its sessions, as `type:value`; a telephone number as `mobile` or `landline`. */
  readonly given: readonly string[]
  readonly returned: Reason | null
  /** The contact by which it came back first, if it did. */
  readonly contact: string | null
}

/** Why somebody got in touch. The first four were caused by a journey. */
export const REASONS = [
  'failure',
  'chasing',
  'contesting',
  'handed_off',
  'background',
  'assisted',
  'bills',
  'snow',
] as const
export type Reason = (typeof REASONS)[number]

/** `whole`: counts by itself; the others are part of another contact, or answer it. */
export type Part = 'whole' | 'redialled' | 'echo' | 'duplicate' | 'callback'

export interface TrueContact {
  readonly kind: 'contact'
  /** As the product names it: `source:conversation`. */
  readonly contact: string
  readonly part: Part
  /** The contact it is part of. */
  readonly of: string | null
  readonly channel: Channel
  readonly resident: number
  readonly household: number
  readonly at: Instant
  readonly task: string
  readonly reason: Reason
  readonly journey: string | null
  /** The contact that left the matter unresolved. */
  readonly repeatOf: string | null
  readonly isAnswered: boolean
  /** Identifiers that came with it. */
  readonly given: readonly string[]
}

/** A record that was sent although it could not be read. */
export interface TrueBadRecord {
  readonly kind: 'bad'
  readonly feed: string
  readonly id: string
  readonly reason: 'schema' | 'unknown_type' | 'bad_time'
}

/** A form that an agent filled in during a contact: no journey. */
export interface TrueAgentSession {
  readonly kind: 'agent_session'
  readonly session: string
  readonly contact: string
  readonly task: string
}

export type TrueRecord = TrueJourney | TrueContact | TrueBadRecord | TrueAgentSession
