/** The formats that `--format` knows. One more is a file of its own and a line here. */
import type { LineFormat } from './line-format.ts'
import { ringbackFormat } from './ringback-format.ts'

export const LINE_FORMATS: readonly LineFormat[] = [ringbackFormat]

export const findLineFormat = (name: string): LineFormat | undefined =>
  LINE_FORMATS.find((format) => format.name === name)
