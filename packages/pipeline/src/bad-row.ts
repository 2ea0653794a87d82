/** CONTRACT section 3: a bad row says where and why; importing the same place again adds none. */
import { createHash } from 'node:crypto'
import { type BadRow, formatInstant, type Instant, type RecordKind, type Refusal } from '@ringback/contracts'

export interface BadRowOrigin {
  /** `file:line`, `topic/partition/offset` or `http:ID`. */
  readonly place: string
  /** Which one of several records at that place: what is wrong with two of them is two bad rows. */
  readonly element?: number
  readonly kind: RecordKind | null
  readonly source: string | null
  readonly received: Instant
}

export const toBadRow = ({ reason, pointer }: Refusal, origin: BadRowOrigin): BadRow => {
  const { place, element, kind, source, received } = origin
  const within = element === undefined ? '' : `/${element}`
  return {
    id: createHash('sha256').update(`${place}${within}|${reason}`).digest('base64url').slice(0, 22),
    received_at: formatInstant(received),
    kind,
    source,
    reason,
    place,
    pointer: `${within}${pointer}`,
  }
}
