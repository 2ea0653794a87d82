/** What becomes of one text of a mapped cell: `map` and `default`, then the field's type. */
import { compileGlob } from '@ringback/contracts'
import type { FieldType } from './contract-fields.ts'
import type { CellRule, Scalar, Unit } from './mapping-rule.ts'

/** Distinct texts whose entry is remembered, so that globs are tried once for each. */
const TEXTS_REMEMBERED = 1_000

/** What a text is mapped to: null leaves the field out, undefined means that no entry matches. */
export type Lookup = (text: string) => Scalar | null | undefined

/** An entry that equals the text comes before globs, and these in their order; letter case does not matter. */
export const createLookup = (map: NonNullable<CellRule['map']>, otherwise?: Scalar | null): Lookup => {
  const exact = new Map(Object.entries(map).map(([key, value]) => [key.toLowerCase(), value]))
  const globs = Object.entries(map).map(([key, value]) => ({ matches: compileGlob(key), value }))
  const find: Lookup = (text) => {
    const equal = exact.get(text.toLowerCase())
    if (equal !== undefined) return equal
    const glob = globs.find(({ matches }) => matches(text))
    if (glob !== undefined) return glob.value
    return text === '' ? (otherwise ?? null) : otherwise
  }
  const remembered = new Map<string, ReturnType<Lookup>>()
  return (text) => {
    const known = remembered.get(text)
    if (known !== undefined || remembered.has(text)) return known
    if (remembered.size >= TEXTS_REMEMBERED) remembered.clear()
    const found = find(text)
    remembered.set(text, found)
    return found
  }
}

/** Excel's way with long numbers: ids that differ become one, and the records of all but one of them would be lost. */
export const isEaten = (text: string): boolean => /^\d(?:[.,]\d+)?E\+\d+$/i.test(text)

const NUMBER = /^[+-]?\d+(?:\.\d+)?$/
const CLOCK = /^(?:(\d+):)?(\d+):(\d{1,2}(?:\.\d+)?)$/

/** To the millisecond; NaN for another shape. */
const toSeconds = (text: string, unit: Unit): number => {
  if (unit === 'mm:ss' || unit === 'HH:mm:ss') {
    const [, hours, minutes, seconds] = CLOCK.exec(text) ?? []
    if ((hours !== undefined) !== (unit === 'HH:mm:ss') || Number(seconds) >= 60) return NaN
    if (hours !== undefined && Number(minutes) >= 60) return NaN
    return Number(hours ?? 0) * 3_600 + Number(minutes) * 60 + Number(seconds)
  }
  const msPerUnit = { s: 1_000, ms: 1, min: 60_000 }[unit]
  return NUMBER.test(text) ? Math.round(Number(text) * msPerUnit) / 1_000 : NaN
}

const BOOLEANS: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  y: true,
  '1': true,
  false: false,
  no: false,
  n: false,
  '0': false,
}

/** What a rule makes of a text. */
export const createRuleLookup = ({ map, default: otherwise }: CellRule): Lookup =>
  map === undefined ? (text) => (text === '' ? (otherwise ?? null) : text) : createLookup(map, otherwise)

/** A mapped value as the field's type; undefined if it cannot be that. */
export const toFieldValue = (type: FieldType, unit: Unit | undefined, value: Scalar): Scalar | undefined => {
  if (type === 'text' || type === 'list') return String(value)
  if (typeof value !== 'string') return value
  if (type === 'boolean') return BOOLEANS[value.toLowerCase()]
  const number = unit !== undefined ? toSeconds(value, unit) : NUMBER.test(value) ? Number(value) : NaN
  return Number.isNaN(number) ? undefined : number
}
