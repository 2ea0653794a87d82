/** Reads what a unit of somebody else's format holds, whoever wrote its names: JSON, a form, the header of a CSV, XML. */
import type { Refusal } from '@ringback/contracts'
import { type CellTime, createTimeReader } from './cell-time.ts'
import { isEaten } from './cell-value.ts'
import { columnKey } from './csv-header.ts'
import type { Converted } from './format.ts'
import type { RawRecord } from './mapped-record.ts'
import { isJsonObject } from './unit.ts'

export interface UnitFields {
  /** The first of the names that is there, as text; "" if none is. Letter case, blanks and `_ . -` in names do not matter. */
  readonly text: (...names: readonly string[]) => string
  /** The first of the names that is there, as a number of at least 0. */
  readonly number: (...names: readonly string[]) => number | undefined
  /** What the first of the names holds; nothing, if none is there. */
  readonly inner: (...names: readonly string[]) => UnitFields
}

const toText = (value: unknown): string =>
  typeof value === 'string' ? value.trim() : typeof value === 'number' ? String(value) : ''

/** `unit` may be anything: what it does not hold is not there. */
export const readFields = (unit: unknown): UnitFields => {
  const values = new Map<string, unknown>()
  if (isJsonObject(unit))
    for (const [name, value] of Object.entries(unit)) {
      const key = columnKey(name)
      if (value !== null && value !== '' && !values.has(key)) values.set(key, value)
    }
  const find = (names: readonly string[]): unknown => {
    for (const name of names) {
      const value = values.get(columnKey(name))
      if (value !== undefined) return value
    }
    return undefined
  }
  return {
    text: (...names) => toText(find(names)),
    number: (...names) => {
      const text = toText(find(names))
      return /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : undefined
    },
    inner: (...names) => readFields(find(names)),
  }
}

/** Without what is absent or empty. */
const withoutEmpty = (fields: RawRecord): RawRecord =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== ''))

export const refuse = (reason: Refusal['reason'], pointer: string): readonly Converted[] => [
  { kind: 'bad', refusal: { reason, pointer } },
]

export const SKIPPED: readonly Converted[] = [{ kind: 'skip' }]

/** One record of the fields that are there; `identifiers` likewise. An id that a spreadsheet has eaten is none. */
export const toRecord = (
  time: CellTime,
  { identifiers = {}, ...fields }: RawRecord & { identifiers?: RawRecord },
): readonly Converted[] => {
  const eaten = ['id', 'conversation'].find((name) => typeof fields[name] === 'string' && isEaten(fields[name]))
  if (eaten !== undefined) return refuse('schema', eaten)
  const known = withoutEmpty(identifiers)
  const value = {
    ...withoutEmpty(fields),
    [time.field]: time.value,
    ...(Object.keys(known).length > 0 ? { identifiers: known } : {}),
  }
  return [{ kind: 'record', value, hasAmbiguousTime: time.isAmbiguous }]
}

/** RFC 2822 and ISO 8601, as web APIs write them. */
const API_TIMES = ['iso', 'EEE, d MMM yyyy HH:mm:ss Z', 'd MMM yyyy HH:mm:ss Z']

export interface ApiTimes {
  /** When a contact was; its `date` where only a day is told. */
  readonly time: (text: string) => CellTime | undefined
  /** Milliseconds, as a `revision`. */
  readonly revision: (text: string) => number | undefined
}

/** `zone`: of times that tell none. */
export const createApiTimes = (zone: Parameters<typeof createTimeReader>[3]): ApiTimes => {
  const readRevision = createTimeReader('revision', 'contacts', API_TIMES, zone)
  return {
    time: createTimeReader('time', 'contacts', API_TIMES, zone),
    revision: (text) => {
      const value = readRevision(text)?.value
      return typeof value === 'number' ? value : undefined
    },
  }
}
