/** Something that stops the command, in words for who called it: what, and what to do. */
export class NativeError extends Error {
  /**
   * @param {string} message
   * @param {number} status the exit status: 2 wrong usage, 3 something did not start, 4 this machine lacks a program
   */
  constructor(message, status = 3) {
    super(message)
    this.status = status
  }
}

/** @param {string} message */
export const usageError = (message) => new NativeError(message, 2)
/** @param {string} message */
export const lackError = (message) => new NativeError(message, 4)

/**
 * Runs a command's body; what it throws becomes a line on stderr and an exit status.
 * @param {() => Promise<void>} body
 */
export const runCommand = async (body) => {
  try {
    await body()
  } catch (error) {
    if (!(error instanceof NativeError)) throw error
    console.error(error.message)
    process.exitCode = error.status
  }
}
