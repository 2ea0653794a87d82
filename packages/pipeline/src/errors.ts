/** The one error class. Its codes are closed, and whether to try again is decided where the cause was caught. */

const EXIT_STATUS = {
  /** Wrong usage of the command line. */
  usage: 2,
  /** `ringback.yaml` is missing or wrong. */
  configuration: 2,
  /** The link key is not the one that the data was made with. */
  key: 2,
  /** An input file or its mapping cannot be used at all. */
  input: 2,
  /** Another process works in the data folder. */
  locked: 3,
  /** LMDB, Redis or Kafka failed. */
  store: 3,
  /** ClickHouse failed. */
  warehouse: 3,
} as const

export type ErrorCode = keyof typeof EXIT_STATUS

export class RingbackError extends Error {
  override readonly name = 'RingbackError'
  readonly code: ErrorCode
  readonly retryable: boolean

  /** `message` says what is wrong and what to do, and holds nothing personal. */
  constructor(
    code: ErrorCode,
    message: string,
    options: { readonly cause?: unknown; readonly retryable?: boolean } = {},
  ) {
    super(message, { cause: options.cause })
    this.code = code
    this.retryable = options.retryable ?? false
  }

  /** CONTRACT section 3: 2 wrong usage, configuration or input; 3 a store or service failed. */
  get exitStatus(): 2 | 3 {
    return EXIT_STATUS[this.code]
  }
}
