/** The formats that `--format` and `/v1/contacts/{format}` know. One more is a file of its own and a line here. */
import type { Format } from './format.ts'
import { ringbackFormat } from './ringback-format.ts'

export const FORMATS: readonly Format[] = []

export const findFormat = (name: string): Format | undefined => FORMATS.find((format) => format.name === name)

/** What `--format` takes. */
export const FORMAT_NAMES: readonly string[] = [ringbackFormat.name, ...FORMATS.map(({ name }) => name)]
