/** The first look at a record: what counts as absent, how deep it may be, whether its text is text. */
import { RECORD_DEPTH, type Refusal } from '@ringback/contracts'

type Json = Readonly<Record<string, unknown>>

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Deeper than a record may be? The record itself is the first level. */
export const isTooDeep = (value: unknown, levels = RECORD_DEPTH): boolean => {
  if (typeof value !== 'object' || value === null) return false
  if (levels === 0) return true
  for (const key in value) {
    const inner: unknown = (value as Json)[key]
    if (typeof inner === 'object' && inner !== null && isTooDeep(inner, levels - 1)) return true
  }
  return false
}

/**
 * Where a lone surrogate stands, in a field or its list; UTF-8 cannot carry it any further. No deeper: no field of a
 * record holds more, and the names of what is not known must not be told.
 */
const malformed = (fields: Json, parent: string): string | undefined => {
  for (const key in fields) {
    const value = fields[key]
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
    // No known field is called like something that every object inherits.
    const value = record[key]
    if (!isAbsent(value)) picked[key] = value
  }
  return picked
}

const IDENTIFIERS = ['account', 'crm', 'email', 'phone', 'uprn', 'device', 'code', 'case']

export type Cleaned =
  { readonly kind: 'pass'; readonly value: Json } | { readonly kind: 'bad'; readonly refusal: Refusal }

const isCleanValue = (value: unknown): boolean =>
  typeof value === 'string' ? value !== '' && value.isWellFormed() : typeof value !== 'object' || value === undefined

/** Nothing null, empty, malformed or in a list, in the known fields. */
const isClean = (record: Json, known: readonly string[]): boolean => {
  for (const key of known) {
    const value = record[key]
    if (isCleanValue(value)) continue
    if (key !== 'identifiers' || !isObject(value)) return false
    for (const name of IDENTIFIERS) if (!isCleanValue(value[name])) return false
  }
  return true
}

/**
 * The known fields of a record, or why it cannot be one. A record that has nothing to be cleaned is given back as it is: what is
 * not known in it, the schema leaves out.
 */
export const clean = (record: Json, known: readonly string[]): Cleaned => {
  // Most records have nothing to be cleaned: the schema itself leaves out what is not known.
  if (isClean(record, known)) return { kind: 'pass', value: record }
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
