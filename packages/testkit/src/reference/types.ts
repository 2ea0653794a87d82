/** What the reference reads and says: edge records (CONTRACT section 1 after the edge), the catalogue, rows (section 4). */

/** An edge record: `identifiers` are sorted tokens (`type:…`), the URL is cut to host and path, absent fields are absent. */
export interface EdgeWebEvent {
  readonly id: string
  readonly time: string
  readonly session: string
  readonly type: string
  readonly url?: string
  readonly task?: string
  readonly step?: string
  readonly code?: string
  readonly result?: string
  readonly results?: number
  readonly useful?: boolean
  readonly linking?: string
  readonly identifiers?: readonly string[]
  readonly actor?: string
  readonly device_class?: string
  readonly source?: string
  readonly received?: number
}

export interface EdgeLeg {
  readonly source: string
  readonly id: string
  readonly conversation?: string
  readonly revision?: number
  readonly time?: string
  readonly date?: string
  readonly channel: string
  readonly direction?: string
  readonly outcome?: string
  readonly identifiers?: readonly string[]
  readonly tasks?: readonly string[]
  readonly queue?: string
  readonly category?: string
  readonly disposition?: string
  readonly handle_seconds?: number
  readonly actor?: string
  readonly received?: number
}

export interface EdgeProfile {
  readonly source: string
  readonly id: string
  readonly revision?: number
  readonly identifiers?: readonly string[]
  readonly received?: number
}

export interface EdgeRecords {
  readonly web: readonly EdgeWebEvent[]
  readonly contacts: readonly EdgeLeg[]
  readonly profiles: readonly EdgeProfile[]
}

/** `ringback.yaml` as JSON, as far as the law reads it (CONTRACT section 2). */
export interface ReferenceConfig {
  readonly council?: { readonly timezone?: string; readonly [key: string]: unknown }
  readonly tasks?: readonly ReferenceTask[]
  readonly topics?: readonly ReferenceTopicRule[]
  readonly lines?: { readonly [name: string]: ReferenceLine }
  readonly costs?: { readonly [name: string]: unknown }
  readonly feeds?: { readonly [name: string]: ReferenceFeed }
  readonly identity?: {
    readonly maxPeople?: number
    readonly maxHousehold?: number
    readonly maxCarriers?: number
    readonly stopList?: readonly string[]
  }
  readonly defaults?: { readonly [name: string]: string }
  readonly [key: string]: unknown
}

export interface ReferenceTask {
  readonly id: string
  readonly title?: string
  readonly family?: string
  readonly scope?: string
  readonly sensitive?: boolean
  readonly urls?: readonly string[]
  readonly steps?: readonly string[]
  readonly window?: string
  readonly resumeWithin?: string
  readonly resumeSavedWithin?: string
  readonly grace?: string
  readonly line?: string
}

export interface ReferenceTopicRule {
  readonly source?: string
  readonly queue?: string
  readonly category?: string
  readonly disposition?: string
  readonly task?: string
  readonly family?: string
}

export interface ReferenceLine {
  readonly hours?: readonly { readonly days: readonly string[]; readonly from: string; readonly to: string }[]
  readonly closed?: readonly string[]
}

export interface ReferenceFeed {
  readonly kind?: string
  readonly delay?: string
  readonly echoes?: string
}

export type Basis = 'exact' | 'person' | 'household'
export type Topic = 'task' | 'family' | 'unknown'
export type ReturnKind = 'failed' | 'possible' | 'chased' | 'contested' | 'handed_off'
export type Outcome = 'completed' | 'refused' | 'ineligible' | 'handed_off' | 'saved' | 'abandoned' | 'read'
export type Verdict = ReturnKind | 'excluded' | 'echo' | 'redialled' | 'unlinkable' | 'unrelated'

/** A row of `journeys` (CONTRACT section 4) without `rule_version` and `version`. */
export interface ReferenceJourneyRow {
  readonly journey_id: string
  readonly task: string
  readonly family: string
  readonly intent: 'transaction' | 'information'
  readonly resident: string
  readonly household: string
  readonly sessions: readonly string[]
  readonly segments: number
  readonly device_class: string | null
  readonly first_at: string
  readonly last_at: string
  readonly completed_at: string | null
  readonly outcome: Outcome
  readonly cause: string | null
  readonly signals: readonly string[]
  readonly steps: readonly string[]
  readonly last_step: string | null
  readonly reachable: boolean
  readonly return_kind: ReturnKind | null
  readonly flagged: boolean
  readonly first_contact_id: string | null
  readonly first_contact_at: string | null
  readonly first_contact_channel: string | null
  readonly gap_seconds: number | null
  readonly basis: Basis | null
  readonly topic: Topic | null
  readonly confidence: number | null
  readonly contacts: number
  readonly cost: number
  readonly placebo: boolean
  readonly window_ends_at: string
}

/** A row of `contacts` (CONTRACT section 4) without `rule_version` and `version`. */
export interface ReferenceContactRow {
  readonly contact_id: string
  readonly source: string
  readonly channel: string
  readonly started_at: string | null
  readonly day: string
  readonly handle_seconds: number | null
  readonly answered: boolean
  readonly resident: string
  readonly household: string
  readonly tasks: readonly string[]
  readonly families: readonly string[]
  readonly verdict: Verdict
  readonly reason: string | null
  readonly journey_id: string | null
  readonly basis: Basis | null
  readonly topic: Topic | null
  readonly confidence: number | null
  readonly gap_seconds: number | null
  readonly folded_into: string | null
  readonly repeat_of: string | null
  readonly repeat_index: number | null
}

/** A row of `task-rates` (CONTRACT section 4). */
export interface ReferenceTaskRate {
  readonly task: string
  readonly week: string
  readonly journeys: number
  readonly started: number
  readonly completed: number
  readonly dropouts: number
  readonly reachable: number
  readonly mature: number
  readonly flagged: number
  readonly strict: number
  readonly placebo: number
  readonly possible: number
  readonly chased: number
  readonly contested: number
  readonly handed_off: number
  readonly failure_rate: number | null
  readonly failure_low: number | null
  readonly failure_high: number | null
  readonly placebo_rate: number | null
  readonly excess: number | null
  readonly came_back: number
  readonly avoidable_cost: number
  readonly median_gap_seconds: number | null
  readonly top_cause: string | null
  readonly sight: number | null
  readonly estimated_rate: number | null
  readonly coverage: number | null
  readonly take_up: number | null
  readonly provisional: boolean
}

/** A row of `contact-rates` (CONTRACT section 4). */
export interface ReferenceContactRate {
  readonly task: string | null
  readonly channel: string
  readonly week: string
  readonly contacts: number
  readonly repeats: number
  readonly first_contact_resolution: number | null
  readonly failed: number
  readonly possible: number
  readonly chased: number
  readonly contested: number
  readonly handed_off: number
  readonly unrelated: number
  readonly unlinkable: number
  readonly handle_seconds: number | null
  readonly cost: number | null
  readonly provisional: boolean
}
