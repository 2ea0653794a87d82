/** Records as they leave the edge: parsed, identifiers replaced by tokens, the time they were received added. */
import type { Instant, LocalDay } from './instant.ts'
import type { DeviceClass, Result, WebEventType } from './records.ts'

/** `type:hash`, SEMANTICS section 2. */
export type Token = string

export const TOKEN_TYPES = ['account', 'crm', 'email', 'mobile', 'code', 'case', 'landline', 'uprn', 'device'] as const
export type TokenType = (typeof TOKEN_TYPES)[number]

/** A web event after the edge. `url` is host and path alone. */
export interface EdgeWebEvent {
  readonly kind: 'web'
  readonly id: string
  readonly at: Instant
  readonly session: string
  readonly type: WebEventType
  readonly source: string
  /** Whether the event's own actor is the public (SEMANTICS section 4: otherwise it excludes its session). */
  readonly isPublic: boolean
  readonly received: Instant
  /** Sorted, each once. */
  readonly tokens: readonly Token[]
  readonly url?: string | undefined
  readonly task?: string | undefined
  readonly step?: string | undefined
  readonly code?: string | undefined
  readonly result?: Result | undefined
  readonly results?: number | undefined
  readonly useful?: boolean | undefined
  readonly deviceClass?: DeviceClass | undefined
}

/**
 * A contact leg after the edge. `canonical` is the record itself as canonical JSON (RFC 8785): known fields as sent,
 * `identifiers` the sorted tokens. It decides between equal revisions and is what is remembered of the leg.
 */
export interface EdgeLeg {
  readonly kind: 'contacts'
  readonly source: string
  readonly conversation: string
  readonly id: string
  readonly revision: number
  readonly canonical: string
  readonly received: Instant
  readonly tokens: readonly Token[]
  /** Neither internal nor by somebody other than the public: it may show a token to be shared (section 3). */
  readonly shows: boolean
}

/** A profile after the edge; `canonical` as for a leg. */
export interface EdgeProfile {
  readonly kind: 'profiles'
  readonly source: string
  readonly id: string
  readonly revision: number
  readonly canonical: string
  readonly received: Instant
  readonly tokens: readonly Token[]
}

export type EdgeRecord = EdgeWebEvent | EdgeLeg | EdgeProfile

/** What a leg's canonical JSON holds, parsed. */
export interface CanonicalLeg {
  readonly source: string
  readonly id: string
  readonly conversation?: string
  readonly revision?: number
  readonly time?: string
  readonly date?: LocalDay
  readonly channel: import('./records.ts').Channel
  readonly direction?: 'inbound' | 'outbound' | 'internal'
  readonly outcome?: 'answered' | 'abandoned' | 'voicemail' | 'callback' | 'other'
  readonly identifiers?: readonly Token[]
  readonly tasks?: readonly string[]
  readonly queue?: string
  readonly category?: string
  readonly disposition?: string
  readonly handle_seconds?: number
  readonly actor?: 'public' | 'agent' | 'internal' | 'bot'
}
