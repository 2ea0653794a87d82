/** The rows that come out: CONTRACT section 4. Keys in the order of the exports. */
import { z } from 'zod'
import { badRowSchema } from './bad-rows.ts'
import { CHANNELS, DEVICE_CLASSES } from './records.ts'

const instant = z.string()
const text = z.string()
const channel = z.enum(CHANNELS)

export const OUTCOMES = ['completed', 'refused', 'ineligible', 'handed_off', 'saved', 'abandoned', 'read'] as const
export type Outcome = (typeof OUTCOMES)[number]

export const RETURN_KINDS = ['failed', 'possible', 'chased', 'contested', 'handed_off'] as const
export type ReturnKind = (typeof RETURN_KINDS)[number]

export const VERDICTS = [...RETURN_KINDS, 'excluded', 'echo', 'redialled', 'unlinkable', 'unrelated'] as const
export type Verdict = (typeof VERDICTS)[number]

export const REASONS = [
  'not_inbound',
  'not_public',
  'ambiguous',
  'no_identifier',
  'shared',
  'no_time',
  'no_web_journey',
  'before_web',
  'outside_window',
  'other_topic',
  'weak_basis',
] as const
export type Reason = (typeof REASONS)[number]

export const BASES = ['exact', 'person', 'household'] as const
export type Basis = (typeof BASES)[number]

export const TOPICS = ['task', 'family', 'unknown'] as const
export type Topic = (typeof TOPICS)[number]

export const journeyRowSchema = z.object({
  journey_id: text,
  task: text,
  family: text,
  intent: z.enum(['transaction', 'information']),
  resident: text,
  household: text,
  sessions: z.array(text),
  segments: z.number(),
  device_class: z.enum(DEVICE_CLASSES).nullable(),
  first_at: instant,
  last_at: instant,
  completed_at: instant.nullable(),
  outcome: z.enum(OUTCOMES),
  cause: text.nullable(),
  signals: z.array(text),
  steps: z.array(text),
  last_step: text.nullable(),
  reachable: z.boolean(),
  return_kind: z.enum(RETURN_KINDS).nullable(),
  flagged: z.boolean(),
  first_contact_id: text.nullable(),
  first_contact_at: instant.nullable(),
  first_contact_channel: channel.nullable(),
  gap_seconds: z.number().nullable(),
  basis: z.enum(BASES).nullable(),
  topic: z.enum(TOPICS).nullable(),
  confidence: z.number().nullable(),
  contacts: z.number(),
  cost: z.number(),
  placebo: z.boolean(),
  window_ends_at: instant,
  rule_version: text,
  version: text,
})
export type ExportedJourney = z.infer<typeof journeyRowSchema>

export const contactRowSchema = z.object({
  contact_id: text,
  source: text,
  channel,
  started_at: instant.nullable(),
  day: text,
  handle_seconds: z.number().nullable(),
  answered: z.boolean(),
  resident: text,
  household: text,
  tasks: z.array(text),
  families: z.array(text),
  verdict: z.enum(VERDICTS),
  reason: z.enum(REASONS).nullable(),
  journey_id: text.nullable(),
  basis: z.enum(BASES).nullable(),
  topic: z.enum(TOPICS).nullable(),
  confidence: z.number().nullable(),
  gap_seconds: z.number().nullable(),
  folded_into: text.nullable(),
  repeat_of: text.nullable(),
  repeat_index: z.number().nullable(),
  rule_version: text,
  version: text,
})
export type ExportedContact = z.infer<typeof contactRowSchema>

const count = z.number()
const rate = z.number().nullable()

export const taskRateSchema = z.object({
  task: text,
  week: text,
  journeys: count,
  started: count,
  completed: count,
  dropouts: count,
  reachable: count,
  mature: count,
  flagged: count,
  strict: count,
  placebo: count,
  possible: count,
  chased: count,
  contested: count,
  handed_off: count,
  failure_rate: rate,
  failure_low: rate,
  failure_high: rate,
  placebo_rate: rate,
  excess: rate,
  came_back: count,
  avoidable_cost: rate,
  median_gap_seconds: rate,
  top_cause: text.nullable(),
  sight: rate,
  estimated_rate: rate,
  coverage: rate,
  take_up: rate,
  provisional: z.boolean(),
})
export type TaskRate = z.infer<typeof taskRateSchema>

export const contactRateSchema = z.object({
  task: text.nullable(),
  channel,
  week: text,
  contacts: count,
  repeats: count,
  first_contact_resolution: rate,
  failed: count,
  possible: count,
  chased: count,
  contested: count,
  handed_off: count,
  unrelated: count,
  unlinkable: count,
  handle_seconds: rate,
  cost: rate,
  provisional: z.boolean(),
})
export type ContactRate = z.infer<typeof contactRateSchema>

/** A journey or contact as `judge` concludes it: without a version, and with what only the tables need. */
export interface JourneyRow extends Omit<ExportedJourney, 'version'> {
  /** Until when more activity would still join it, RFC 3339; null once completed (SEMANTICS section 8, mature). */
  readonly resumable_until: string | null
  /** The unshared tokens of its own sessions, sorted; never exported. */
  readonly tokens: readonly string[]
}
export interface ContactRow extends Omit<ExportedContact, 'version'> {
  readonly tokens: readonly string[]
}

export const EXPORTS = {
  journeys: journeyRowSchema,
  flagged: journeyRowSchema,
  contacts: contactRowSchema,
  'task-rates': taskRateSchema,
  'contact-rates': contactRateSchema,
  'bad-rows': badRowSchema,
} as const
export type ExportName = keyof typeof EXPORTS
