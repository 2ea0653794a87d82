/** Runs a format's conversion in a test: what it makes must be what the contract takes. */
import { createZone, legSchema } from '@ringback/contracts'
import type { Format, FormatContext } from '../format.ts'

export const CONTEXT: FormatContext = { zone: createZone('Europe/London'), pseudonymOf: (value) => `name of ${value}` }

/** Each thing that became of a unit: a record, `skip`, or why there is none, as `reason pointer`. */
export const convertWith =
  (format: Format, context: FormatContext = CONTEXT) =>
  (unit: unknown): readonly unknown[] =>
    format
      .open(context)(unit)
      .map((converted) => {
        if (converted.kind === 'skip') return 'skip'
        if (converted.kind === 'bad') return `${converted.refusal.reason} ${converted.refusal.pointer}`
        legSchema.parse({ source: format.source, ...converted.value })
        return converted.value
      })
