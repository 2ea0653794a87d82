/** Exceptions as the server words them. */

/** The codes that have a status of their own; the rest are 500. */
const STATUSES = new Map(
  /** @type {[number, number[]][]} */ ([
    [400, [6, 25, 26, 27, 34, 36, 38, 41, 42, 43, 53, 62, 69, 70, 72, 117, 131, 386, 420, 456, 457]],
    [401, [194]],
    [403, [164, 192, 193, 497, 516]],
    [404, [46, 47, 50, 56, 60, 63, 73, 81, 115, 279]],
    [408, [159]],
    [413, [229]],
    [501, [48]],
  ]).flatMap(([status, codes]) => codes.map((code) => [code, status])),
)

export class Exception extends Error {
  /**
   * @param {number} code
   * @param {string} message in full: `Code: 62. DB::Exception: … (SYNTAX_ERROR)`
   */
  constructor(code, message) {
    super(message)
    this.code = code
    this.status = STATUSES.get(code) ?? 500
  }
}

/**
 * @param {number} code
 * @param {string} type
 * @param {string} message
 */
export const exception = (code, type, message) =>
  new Exception(code, `Code: ${code}. DB::Exception: ${message} (${type})`)

/**
 * What the engine throws, or anything else.
 * @param {unknown} error
 * @returns {Exception}
 */
export const toException = (error) => {
  if (error instanceof Exception) return error
  const message = error instanceof Error ? error.message : String(error)
  const code = /Code: (\d+)\./.exec(message)?.[1]
  return code === undefined
    ? exception(1001, 'STD_EXCEPTION', message)
    : new Exception(Number(code), message.slice(message.indexOf(`Code: ${code}.`)).trimEnd())
}
