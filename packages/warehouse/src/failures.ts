/** What went wrong in the tables, as the one error class: whether it may pass by itself is decided here. */
import { RingbackError } from '@ringback/pipeline'

/**
 * ClickHouse's own numbers. `err instanceof ClickHouseError` is useless here: two copies of the class are loaded, so only
 * `code` tells. https://github.com/ClickHouse/ClickHouse/blob/master/src/Common/ErrorCodes.cpp
 */
const REJECTED_ROWS = new Set(
  [
    6, // CANNOT_PARSE_TEXT
    8, // THERE_IS_NO_COLUMN
    25, // CANNOT_PARSE_ESCAPE_SEQUENCE
    26, // CANNOT_PARSE_QUOTED_STRING
    27, // CANNOT_PARSE_INPUT_ASSERTION_FAILED
    32, // ATTEMPT_TO_READ_AFTER_EOF
    33, // CANNOT_READ_ALL_DATA
    38, // CANNOT_PARSE_DATE
    41, // CANNOT_PARSE_DATETIME
    43, // ILLEGAL_TYPE_OF_ARGUMENT
    53, // TYPE_MISMATCH
    69, // ARGUMENT_OUT_OF_BOUND
    70, // CANNOT_CONVERT_TYPE
    72, // CANNOT_PARSE_NUMBER
    117, // INCORRECT_DATA
    130, // CANNOT_READ_ARRAY_FROM_TEXT
    131, // TOO_LARGE_STRING_SIZE
    321, // VALUE_IS_OUT_OF_RANGE_OF_DATA_TYPE
    349, // CANNOT_INSERT_NULL_IN_ORDINARY_COLUMN
    407, // DECIMAL_OVERFLOW
    436, // (protobuf and the like) input does not fit the columns
    467, // CANNOT_PARSE_BOOL
    636, // CANNOT_EXTRACT_TABLE_STRUCTURE
  ].map(String),
)

/** Time, memory, disk or a server that is away: the same call may succeed later. */
const PASSING = new Set(
  [
    3, // UNEXPECTED_END_OF_FILE
    23, // CANNOT_READ_FROM_SOCKET
    74, // CANNOT_READ_FROM_FILE_DESCRIPTOR
    75, // CANNOT_WRITE_TO_FILE_DESCRIPTOR
    76, // CANNOT_OPEN_FILE
    77, // CANNOT_CLOSE_FILE
    96, // CANNOT_READ_FROM_ISTREAM
    159, // TIMEOUT_EXCEEDED
    164, // READONLY
    173, // CANNOT_ALLOCATE_MEMORY
    201, // QUOTA_EXCEEDED
    202, // TOO_MANY_SIMULTANEOUS_QUERIES
    209, // SOCKET_TIMEOUT
    210, // NETWORK_ERROR
    236, // ABORTED
    241, // MEMORY_LIMIT_EXCEEDED
    242, // TABLE_IS_READ_ONLY
    243, // NOT_ENOUGH_SPACE
    252, // TOO_MANY_PARTS
    319, // UNKNOWN_STATUS_OF_INSERT
    394, // QUERY_WAS_CANCELLED
    425, // SYSTEM_ERROR
    499, // S3_ERROR
    999, // KEEPER_EXCEPTION
  ].map(String),
)

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

/** Says which statement failed and never what it held: rows and parameters may name residents' tokens. */
export const toFailure = (statement: string, cause: unknown): RingbackError => {
  if (cause instanceof RingbackError) return cause
  const code = codeOf(cause)
  if (REJECTED_ROWS.has(code)) return new RowsRejected(statement, cause)
  const retryable = PASSING.has(code) || AWAY.has(code) || isTimeout(cause)
  return new RingbackError('warehouse', `ClickHouse failed at ${statement} (${code || 'no code'}).`, {
    cause,
    retryable,
  })
}
