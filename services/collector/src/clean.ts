/** The first look at a record: what counts as absent, how deep it may be, whether its text is text. */
import { RECORD_DEPTH, type Refusal } from '@ringback/contracts'

type Json = Readonly<Record<string, unknown>>

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Deeper than a record may be? The record itself is the first level. */
export const isTooDeep = (value: unknown, levels = RECORD_DEPTH): boolean => {
  if (typeof value !== 'object' || value === null) return false
  if (levels === 0) return true
  for (const inner of Object.values(value)) if (isTooDeep(inner, levels - 1)) return true
  return false
}

/**
 * Where a lone surrogate stands, in a field or its list; UTF-8 cannot carry it any further. No deeper: no field of a
 * record holds more, and the names of what is not known must not be told.
 */
const malformed = (fields: Json, parent: string): string | undefined => {
  for (const [key, value] of Object.entries(fields)) {
    if (typeof value === 'string' && !value.isWellFormed()) return `${parent}/${key}`
    if (!Array.isArray(value)) continue
    const index = value.findIndex((entry) => typeof entry === 'string' && !entry.isWellFormed())
    if (index >= 0) return `${parent}/${key}/${index}`
  }
  return undefined
}

/** Both mean that a field is not there. */
export const isAbsent = (value: unknown): boolean => value === undefined || value === null || value === ''

const withoutAbsent = (value: unknown): unknown =>
  Array.isArray(value) && value.some(isAbsent) ? value.filter((entry) => !isAbsent(entry)) : value

/**
 * A copy with the fields of `known` alone, without those that are null or empty: both mean absent. What is not known
 * may hold anything that somebody typed, so not even its name goes on.
 */
const pick = (record: Json, known: readonly string[]): Record<string, unknown> => {
  const picked: Record<string, unknown> = {}
  for (const key of known) {
    if (!Object.hasOwn(record, key)) continue
    const value = record[key]
    if (!isAbsent(value)) picked[key] = value
  }
  return picked
}

const IDENTIFIERS = ['account', 'crm', 'email', 'phone', 'uprn', 'device', 'code', 'case']

export type Cleaned =
  | { readonly kind: 'pass'; readonly value: Record<string, unknown> }
  | { readonly kind: 'bad'; readonly refusal: Refusal }

/** The known fields of a record, or why it cannot be one. */
export const clean = (record: Json, known: readonly string[]): Cleaned => {
  const value = pick(record, known)
  const identifiers = isObject(value['identifiers']) ? pick(value['identifiers'], IDENTIFIERS) : {}
  const pointer = malformed(value, '') ?? malformed(identifiers, '/identifiers')
  if (pointer !== undefined) return { kind: 'bad', refusal: { reason: 'encoding', pointer } }
  if (isObject(value['identifiers'])) {
    for (const [key, one] of Object.entries(identifiers)) identifiers[key] = withoutAbsent(one)
    value['identifiers'] = identifiers
  }
  for (const key of ['tasks', 'case']) if (key in value) value[key] = withoutAbsent(value[key])
  return { kind: 'pass', value }
}
