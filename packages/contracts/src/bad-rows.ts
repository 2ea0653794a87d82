/** Bad rows: CONTRACT section 3. A bad row says where and why, and nothing of what the record held. */
import { z } from 'zod'

export const BAD_REASONS = [
  'json',
  'encoding',
  'schema',
  'unknown_type',
  'bad_time',
  'future',
  'too_large',
  'too_deep',
  'csv_row',
  'unmapped_value',
] as const
export type BadReason = (typeof BAD_REASONS)[number]

export const badRowSchema = z.object({
  id: z.string(),
  received_at: z.string(),
  kind: z.string().nullable(),
  source: z.string().nullable(),
  reason: z.enum(BAD_REASONS),
  place: z.string(),
  pointer: z.string(),
})
export type BadRow = z.infer<typeof badRowSchema>

/** One that came over HTTP, with what it held, sealed for `redrive`; never exported. */
export const sealedBadRowSchema = badRowSchema.extend({
  sealed: z.string().optional(),
  /** After it the copy is gone: RFC 3339. */
  sealed_until: z.string().optional(),
})
export type SealedBadRow = z.infer<typeof sealedBadRowSchema>

/** Why a record was refused, and where in it: a JSON pointer or a column, never a value. */
export interface Refusal {
  readonly reason: BadReason
  readonly pointer: string
}
