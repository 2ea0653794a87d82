/** The records that come in: CONTRACT section 1. */
import { z } from 'zod'

export const ID_LENGTH = 200
export const TEXT_LENGTH = 1_000
const LIST_LENGTH = 1_000
export const RECORD_DEPTH = 8
export const RECORD_BYTES = 64 * 1024

const id = z.string().min(1).max(ID_LENGTH)
const text = z.string().min(1).max(TEXT_LENGTH)
const identifierValue = z.union([text, z.array(text).max(LIST_LENGTH)])

export const WEB_EVENT_TYPES = [
  'page_view',
  'task_started',
  'step',
  'validation_error',
  'error',
  'draft_saved',
  'handed_off',
  'task_completed',
  'search',
  'contact_viewed',
  'feedback',
] as const
export type WebEventType = (typeof WEB_EVENT_TYPES)[number]

export const CHANNELS = ['phone', 'face_to_face', 'email', 'webchat', 'post', 'sms', 'social', 'other'] as const
export type Channel = (typeof CHANNELS)[number]

export const DEVICE_CLASSES = ['mobile', 'tablet', 'desktop'] as const
export type DeviceClass = (typeof DEVICE_CLASSES)[number]

export const RESULTS = ['confirmed', 'refused', 'ineligible'] as const
/** How a task ended. In this order where two fall on one instant (SEMANTICS section 4). */
export type Result = (typeof RESULTS)[number]

/** Who acts. Only the public's own doing is a journey or a return. */
const actor = z.enum(['public', 'agent', 'internal', 'bot'])

/** Identifiers as senders name them; `phone` becomes `mobile` or `landline` at the edge. */
export const identifiersSchema = z.object({
  account: identifierValue.optional(),
  crm: identifierValue.optional(),
  email: identifierValue.optional(),
  phone: identifierValue.optional(),
  uprn: identifierValue.optional(),
  device: identifierValue.optional(),
  code: identifierValue.optional(),
  case: identifierValue.optional(),
})
export type Identifiers = z.infer<typeof identifiersSchema>
export type IdentifierField = keyof Identifiers

export const webEventSchema = z.object({
  id,
  time: text,
  session: id,
  type: z.enum(WEB_EVENT_TYPES),
  url: text.optional(),
  task: text.optional(),
  step: text.optional(),
  field: text.optional(),
  rule: text.optional(),
  code: text.optional(),
  result: z.enum(RESULTS).optional(),
  case: identifierValue.optional(),
  results: z.number().int().min(0).optional(),
  useful: z.boolean().optional(),
  linking: z.enum(['none', 'consent', 'transaction', 'quoted']).optional(),
  identifiers: identifiersSchema.optional(),
  actor: actor.optional(),
  device_class: z.enum(DEVICE_CLASSES).optional(),
  source: id.optional(),
})
export type WebEvent = z.infer<typeof webEventSchema>

export const legSchema = z.object({
  source: id,
  id,
  conversation: id.optional(),
  revision: z.number().int().min(0).optional(),
  time: text.optional(),
  date: text.optional(),
  channel: z.enum(CHANNELS),
  direction: z.enum(['inbound', 'outbound', 'internal']).optional(),
  outcome: z.enum(['answered', 'abandoned', 'voicemail', 'callback', 'other']).optional(),
  identifiers: identifiersSchema.optional(),
  tasks: z.array(text).max(LIST_LENGTH).optional(),
  queue: text.optional(),
  category: text.optional(),
  disposition: text.optional(),
  handle_seconds: z.number().min(0).max(1e9).optional(),
  actor: actor.optional(),
})
export type Leg = z.infer<typeof legSchema>

export const profileSchema = z.object({
  source: id,
  id,
  revision: z.number().int().min(0).optional(),
  identifiers: identifiersSchema,
})
export type Profile = z.infer<typeof profileSchema>

export const RECORD_KINDS = ['web', 'contacts', 'profiles'] as const
/** The three kinds of record, named as on the command line and as their topics. */
export type RecordKind = (typeof RECORD_KINDS)[number]
