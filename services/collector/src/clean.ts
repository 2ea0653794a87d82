/** The first look at a record: what counts as absent, how deep it may be, whether its text is text. */
import { RECORD_DEPTH, type Refusal } from '@ringback/contracts'

type Json = Readonly<Record<string, unknown>>

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const escapePointer = (key: string): string => key.replace(/~/g, '~0').replace(/\//g, '~1')

/** Deeper than a record may be? The record itself is the first level. */
export const isTooDeep = (value: unknown, levels = RECORD_DEPTH): boolean => {
  if (typeof value !== 'object' || value === null) return false
  if (levels === 0) return true
  for (const inner of Object.values(value)) if (isTooDeep(inner, levels - 1)) return true
  return false
}

/** Where a lone surrogate stands, in a value or in what it holds; UTF-8 cannot carry it any further. */
const malformed = (value: unknown, pointer: string): string | undefined => {
  if (typeof value === 'string') return value.isWellFormed() ? undefined : pointer
  if (typeof value !== 'object' || value === null) return undefined
  for (const [key, inner] of Object.entries(value)) {
    const found = malformed(inner, `${pointer}/${escapePointer(key)}`)
    if (found !== undefined) return found
  }
  return undefined
}

const isAbsent = (value: unknown): boolean => value === null || value === ''

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
  for (const key of known) {
    const found = malformed(value[key], `/${key}`)
    if (found !== undefined) return { kind: 'bad', refusal: { reason: 'encoding', pointer: found } }
  }
  if (isObject(value['identifiers'])) {
    const identifiers = pick(value['identifiers'], IDENTIFIERS)
    for (const [key, one] of Object.entries(identifiers)) identifiers[key] = withoutAbsent(one)
    value['identifiers'] = identifiers
  }
  if ('tasks' in value) value['tasks'] = withoutAbsent(value['tasks'])
  return { kind: 'pass', value }
}
