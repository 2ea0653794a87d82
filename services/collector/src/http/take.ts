/** Records that came through a door: checked, tokenised, made durable; then, and not before, it is said that they were taken. */
import { type BadReason, RECORD_BYTES, type RecordKind, type Refusal } from '@ringback/contracts'
import { type SealedBadRow, type StageMetrics, toBadRow } from '@ringback/pipeline'
import { formatInstant, type EdgeRecord } from '@ringback/contracts'
import type { Logger } from '@ringback/runtime'
import { isObject } from '../clean.ts'
import type { EdgeCounts, Intake } from '../intake.ts'
import type { Keep } from '../keep.ts'
import type { Key } from '../keys/keys.ts'
import type { Call } from './call.ts'
import type { Limits } from './limits.ts'
import { type Answered, type Refused, refused } from './problems.ts'
import type { Seal } from './sealed.ts'

/** Of one request. */
export const MOST_RECORDS = 500
/** Short: what stopped it may be over at once, and the sender has it still. */
const RETRY_AFTER_SECONDS = 5

export interface Submitted {
  /** As JSON.parse gives it, or as a conversion made it. */
  readonly raw: unknown
  /** As it was sent. */
  readonly text: () => string
  /** Why it is none, where that is known already. */
  readonly refusal?: Refusal
}

export interface Submission {
  readonly call: Call
  readonly key: Key
  readonly kind: RecordKind
  /** For records that name none. */
  readonly source?: string
  /** By which the texts were read. */
  readonly format?: string
  /** Its user agent is one of a machine: what it does is not the public's doing. */
  readonly isBot?: boolean
  readonly records: readonly Submitted[]
  /** Whether they are elements of a list. */
  readonly isList: boolean
  readonly metrics: StageMetrics
}

export interface TakenRecords {
  readonly kind: 'taken'
  readonly accepted: number
  readonly bad: readonly { readonly index: number; readonly reason: BadReason; readonly pointer: string }[]
}

export type Take = (submission: Submission) => Promise<TakenRecords | Refused>

export interface TakeParts {
  readonly intake: Intake
  readonly keep: Keep
  readonly limits: Pick<Limits, 'records' | 'badRecords'>
  readonly seal: Seal
  /** How long a sealed copy is kept. */
  readonly retentionMs: number
  readonly logger: Logger
}

const TOO_LARGE: Refusal = { reason: 'too_large', pointer: '' }

/** Of what JSON.parse gives of a character, at most. */
const BYTES_A_CHARACTER = 6
/** Of a number, a truth value or a sign. */
const BYTES_A_PIECE = 32

/** Whether a value's JSON, without white space, may be longer than so many bytes: told cheaply, and never wrongly denied. */
const mayExceed = (value: unknown, bytes: number): boolean => bytesLeft(value, bytes) < 0

const bytesLeft = (value: unknown, room: number): number => {
  // So it goes no deeper than the room allows, however deep the value is.
  if (room < 0) return room
  if (typeof value === 'string') return room - BYTES_A_CHARACTER * value.length - BYTES_A_PIECE
  if (typeof value !== 'object' || value === null) return room - BYTES_A_PIECE
  let left = room - BYTES_A_PIECE
  for (const key in value) {
    left = bytesLeft((value as Record<string, unknown>)[key], left - BYTES_A_CHARACTER * key.length - BYTES_A_PIECE)
    if (left < 0) return left
  }
  return left
}

const asBot = (raw: unknown): unknown => (isObject(raw) ? { ...raw, actor: 'bot' } : raw)

export const toAnswer = ({ accepted, bad }: TakenRecords): Answered => ({
  kind: 'answered',
  status: 202,
  body: { accepted, bad },
})

export const createTake = ({ intake, keep, limits, seal, retentionMs, logger }: TakeParts): Take => {
  const accept = ({ raw, text, refusal }: Submitted, submission: Submission, edge: EdgeCounts) => {
    const { call, kind, source, format, isBot = false } = submission
    const described = { recordKind: kind, source: source ?? null }
    if (refusal) return { kind: 'bad', refusal, ...described } as const
    // Only in a body that is larger than a record may be can there be such a record. What was converted is as large as its fields.
    if (format === undefined && (call.body().length > RECORD_BYTES || call.header('content-encoding') !== undefined))
      if (mayExceed(raw, RECORD_BYTES) && Buffer.byteLength(text()) > RECORD_BYTES)
        return { kind: 'bad', refusal: TOO_LARGE, ...described } as const
    return intake.accept(isBot ? asBot(raw) : raw, { kind, source }, call.received, edge)
  }

  const sealed = (row: SealedBadRow, submission: Submission, text: string): SealedBadRow => {
    const { kind, source, format, isBot = false, call } = submission
    const record = {
      kind,
      text,
      ...(source === undefined ? {} : { source }),
      ...(format === undefined ? {} : { format }),
      ...(isBot ? { isBot } : {}),
    }
    const copy = seal.seal(record, row.id)
    return copy === undefined ? row : { ...row, sealed: copy, sealed_until: formatInstant(call.received + retentionMs) }
  }

  return async (submission) => {
    const { call, key, records, isList, metrics } = submission
    if (records.length > MOST_RECORDS) return refused('too_large', `a request holds at most ${MOST_RECORDS} records`)
    const tooMany = limits.records(key.id, records.length)
    if (tooMany) return tooMany
    const passed: EdgeRecord[] = []
    const rows: SealedBadRow[] = []
    const bad: TakenRecords['bad'][number][] = []
    const edge: EdgeCounts = { unknownTask: 0, noToken: {} }
    for (const [index, one] of records.entries()) {
      const accepted = accept(one, submission, edge)
      if (accepted.kind === 'pass') {
        passed.push(accepted.record)
        continue
      }
      const { refusal, recordKind, source } = accepted
      const within = isList ? { element: index } : {}
      const row = toBadRow(refusal, {
        place: `http:${call.id}`,
        ...within,
        kind: recordKind,
        source,
        received: call.received,
      })
      rows.push(sealed(row, submission, one.text()))
      bad.push({ index, ...refusal })
    }
    limits.badRecords(key.id, rows.length)
    metrics.received(records.length)
    try {
      await keep({ records: passed, bad: rows })
    } catch {
      // The gathering has told of it.
      return {
        ...refused('unavailable', 'nothing of it was taken: send it again'),
        retryAfterSeconds: RETRY_AFTER_SECONDS,
      }
    }
    metrics.sent('records', passed.length)
    for (const { reason } of rows) metrics.bad(reason, 1)
    if (rows.length > 0 || edge.unknownTask > 0)
      logger.debug({ key: key.id, accepted: passed.length, bad: rows.length, ...edge }, 'Took a batch.')
    return { kind: 'taken', accepted: passed.length, bad }
  }
}
