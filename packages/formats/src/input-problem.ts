/** What is wrong with an input file as a whole: it ends a command with status 2 (CONTRACT section 3). */

export interface InputProblem {
  readonly kind:
    | 'missing'
    | 'directory'
    | 'unreadable'
    /** The bytes are no text: a workbook, an archive, a picture. */
    | 'binary'
    /** Reading or unpacking failed part-way. All lines before it were read, the last one perhaps cut. */
    | 'broken'
    /** The CSV has no header row that can be read, or it lacks a mapped column, or has it twice. */
    | 'header'
  /** As it was named by the caller; `-` is standard input. */
  readonly file: string
  readonly line?: number | undefined
  readonly message: string
  /** What to do about it. */
  readonly advice: string
}

/** One line, as a person reads it: `calls.csv:1: the column "CLI" is not in the file. Correct …`. */
export const describeInputProblem = ({ file, line, message, advice }: InputProblem): string =>
  `${file === '-' ? '(standard input)' : file}${line === undefined ? '' : `:${line}`}: ${message}. ${advice}`
