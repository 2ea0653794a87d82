/** CONTRACT section 3: a bad row says where and why; importing the same place again adds none. */
import { createHash } from 'node:crypto'
import { type BadRow, formatInstant, type Instant, type RecordKind, type Refusal } from '@ringback/contracts'

export interface BadRowOrigin {
  /** `file:line`, `topic/partition/offset` or `http:ID`. */
  readonly place: string
  readonly kind: RecordKind | null
  readonly source: string | null
  readonly received: Instant
}

export const toBadRow = ({ reason, pointer }: Refusal, { place, kind, source, received }: BadRowOrigin): BadRow => ({
  id: createHash('sha256').update(`${place}|${reason}`).digest('base64url').slice(0, 22),
  received_at: formatInstant(received),
  kind,
  source,
  reason,
  place,
  pointer,
})
