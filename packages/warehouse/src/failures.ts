/** What went wrong in the tables, as the one error class: whether it may pass by itself is decided here. */
import { RingbackError } from '@ringback/pipeline'

/**
 * ClickHouse's own numbers. `err instanceof ClickHouseError` is useless here: two copies of the class are loaded, so only
 * `code` tells.
 */
export const REJECTED_ROWS = {
  CANNOT_PARSE_TEXT: 6,
  CANNOT_PARSE_ESCAPE_SEQUENCE: 25,
  CANNOT_PARSE_QUOTED_STRING: 26,
  CANNOT_PARSE_INPUT_ASSERTION_FAILED: 27,
  ATTEMPT_TO_READ_AFTER_EOF: 32,
  CANNOT_READ_ALL_DATA: 33,
  CANNOT_PARSE_DATE: 38,
  CANNOT_PARSE_DATETIME: 41,
  TYPE_MISMATCH: 53,
  ARGUMENT_OUT_OF_BOUND: 69,
  CANNOT_CONVERT_TYPE: 70,
  CANNOT_PARSE_NUMBER: 72,
  INCORRECT_DATA: 117,
  CANNOT_READ_ARRAY_FROM_TEXT: 130,
  TOO_LARGE_STRING_SIZE: 131,
  VALUE_IS_OUT_OF_RANGE_OF_DATA_TYPE: 321,
  CANNOT_INSERT_NULL_IN_ORDINARY_COLUMN: 349,
  DECIMAL_OVERFLOW: 407,
  CANNOT_PARSE_BOOL: 467,
} as const

/** Time, memory, disk or a server that is away: the same call may succeed later. */
export const PASSING = {
  CANNOT_READ_FROM_ISTREAM: 23,
  CANNOT_READ_FROM_FILE_DESCRIPTOR: 74,
  CANNOT_WRITE_TO_FILE_DESCRIPTOR: 75,
  CANNOT_OPEN_FILE: 76,
  CANNOT_CLOSE_FILE: 77,
  CANNOT_READ_FROM_SOCKET: 95,
  CANNOT_WRITE_TO_SOCKET: 96,
  TIMEOUT_EXCEEDED: 159,
  CANNOT_ALLOCATE_MEMORY: 173,
  QUOTA_EXCEEDED: 201,
  TOO_MANY_SIMULTANEOUS_QUERIES: 202,
  SOCKET_TIMEOUT: 209,
  NETWORK_ERROR: 210,
  ABORTED: 236,
  MEMORY_LIMIT_EXCEEDED: 241,
  TABLE_IS_READ_ONLY: 242,
  NOT_ENOUGH_SPACE: 243,
  TOO_MANY_PARTS: 252,
  UNKNOWN_STATUS_OF_INSERT: 319,
  QUERY_WAS_CANCELLED: 394,
  SYSTEM_ERROR: 425,
  S3_ERROR: 499,
  KEEPER_EXCEPTION: 999,
} as const

/** Nobody has made them yet. */
const NOT_MADE = { UNKNOWN_TABLE: 60, UNKNOWN_DATABASE: 81 } as const

const codesOf = (errors: Readonly<Record<string, number>>): ReadonlySet<string> =>
  new Set(Object.values(errors).map(String))
const REJECTED_CODES = codesOf(REJECTED_ROWS)
const PASSING_CODES = codesOf(PASSING)
const NOT_MADE_CODES = codesOf(NOT_MADE)

/** Node's: the server is away, or went away. */
const AWAY = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
])

/** The engine read the rows and found one that does not fit its table: the batch's own fault, not the engine's. */
export class RowsRejected extends RingbackError {
  constructor(statement: string, cause: unknown) {
    super('warehouse', `The tables refused a row of ${statement}.`, { cause })
  }
}

const codeOf = (cause: unknown): string =>
  typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : ''

/** The client has no code for its own time-out. */
const isTimeout = (cause: unknown): boolean => cause instanceof Error && cause.message === 'Timeout error.'

/** By its own number, or by the system's, of which only the text tells. */
const isDiskFull = (cause: unknown): boolean =>
  codeOf(cause) === String(PASSING.NOT_ENOUGH_SPACE) ||
  (cause instanceof Error && cause.message.includes('No space left on device'))

/** Says which statement failed and never what it held: rows and parameters may name residents' tokens. */
export const toFailure = (statement: string, cause: unknown): RingbackError => {
  if (cause instanceof RingbackError) return cause
  const code = codeOf(cause)
  if (REJECTED_CODES.has(code)) return new RowsRejected(statement, cause)
  const retryable = PASSING_CODES.has(code) || AWAY.has(code) || isTimeout(cause)
  if (NOT_MADE_CODES.has(code))
    return new RingbackError('warehouse', `The tables are not there (${statement}): the writer makes them, start it.`, {
      cause,
    })
  const why = isDiskFull(cause) ? ': the disk is full. Make room, and do the same again' : ''
  return new RingbackError('warehouse', `ClickHouse failed at ${statement} (${code || 'no code'})${why}.`, {
    cause,
    retryable,
  })
}
