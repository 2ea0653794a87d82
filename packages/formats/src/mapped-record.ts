/** Makes a record of a row's cells, as the mapping says: compiled once a file, run once a row. */
import { createZone, type Refusal, type Zone } from '@ringback/contracts'
import { createTimeReader } from './cell-time.ts'
import { createLookup, createRuleLookup, isEaten, toFieldValue } from './cell-value.ts'
import { CONTRACT_FIELDS, type FieldType } from './contract-fields.ts'
import type { Cells } from './csv-reader.ts'
import type { CellRule, FieldRule } from './mapping-rule.ts'
import type { Mapping } from './mapping.ts'

/** A record as its sender could have written it (CONTRACT section 1); the edge checks it. */
export type RawRecord = Record<string, unknown>

export type RowResult =
  | { readonly kind: 'record'; readonly value: RawRecord; readonly hasAmbiguousTime: boolean }
  /** One of the mapping's `skip` rules says so. */
  | { readonly kind: 'skip' }
  | { readonly kind: 'bad'; readonly refusal: Refusal }

interface Draft {
  readonly record: RawRecord
  hasAmbiguousTime: boolean
}
/** Writes one field of a draft, or says why the row is refused. */
type Writer = (cells: Cells, draft: Draft) => Refusal | undefined

type Columns = ReadonlyMap<string, number>

const IDENTIFIERS = 'identifiers.'

/** Puts a value where the field's name says: `identifiers.phone` into `identifiers`. */
const createSetter = (name: string): ((record: RawRecord, value: unknown) => void) => {
  if (!name.startsWith(IDENTIFIERS))
    return (record, value) => {
      record[name] = value
    }
  const identifier = name.slice(IDENTIFIERS.length)
  return (record, value) => {
    const identifiers = (record['identifiers'] ??= {}) as RawRecord
    identifiers[identifier] = value
  }
}

/** A refusal names the columns, never what stands in them. */
const pointerOf = (columns: readonly string[]): string => columns.join('+')

/** The text of a rule's cells; undefined where the bytes are damaged. */
const createTextReader = (rule: CellRule, columns: Columns): ((cells: Cells) => string | undefined) => {
  const places = rule.columns.map((column) => columns.get(column) ?? -1)
  const [only = -1] = places
  if (places.length === 1) return (cells) => cells(only)
  return (cells) => {
    const texts = places.map(cells)
    if (texts.includes(undefined)) return undefined
    return texts.every((text) => text === '') ? '' : texts.join(rule.join).trim()
  }
}

const constantWriter = (name: string, type: FieldType, value: unknown): Writer => {
  const set = createSetter(name)
  return (_, { record }) => {
    set(record, type === 'list' ? [value].flat().map(String) : type === 'text' ? String(value) : value)
    return undefined
  }
}

const collectWriter = (name: string, names: readonly string[], columns: Columns): Writer => {
  const set = createSetter(name)
  const places = names.map((column) => columns.get(column) ?? -1)
  const damaged: Refusal = { reason: 'encoding', pointer: pointerOf(names) }
  return (cells, { record }) => {
    const texts = places.map(cells)
    if (texts.includes(undefined)) return damaged
    const values = texts.filter((text) => text !== '')
    if (values.length > 0) set(record, values)
    return undefined
  }
}

const timeWriter = (
  name: 'time' | 'date' | 'revision',
  rule: CellRule,
  mapping: Mapping,
  zone: Zone | undefined,
  columns: Columns,
): Writer => {
  const pointer = pointerOf(rule.columns)
  const read = createTextReader(rule, columns)
  const lookup = createRuleLookup(rule)
  const parse = createTimeReader(name, mapping.kind, rule.format ?? ['iso'], zone)
  return (cells, draft) => {
    const text = read(cells)
    if (text === undefined) return { reason: 'encoding', pointer }
    const found = lookup(text)
    if (found === undefined) return { reason: 'unmapped_value', pointer }
    if (found === null || found === '') return undefined
    const time = parse(String(found))
    if (time === undefined) return { reason: 'bad_time', pointer }
    draft.record[time.field] = time.value
    draft.hasAmbiguousTime ||= time.isAmbiguous
    return undefined
  }
}

const NAMES = new Set(['id', 'conversation', 'session'])

const cellWriter = (name: string, type: FieldType, rule: CellRule, columns: Columns): Writer => {
  const pointer = pointerOf(rule.columns)
  const set = createSetter(name)
  const read = createTextReader(rule, columns)
  const lookup = createRuleLookup(rule)
  const { split, prefix = '', unit } = rule
  const isName = NAMES.has(name)
  return (cells, { record }) => {
    const text = read(cells)
    if (text === undefined) return { reason: 'encoding', pointer }
    if (isName && isEaten(text)) return { reason: 'schema', pointer }
    const isMany = split !== undefined && text.includes(split)
    const parts = isMany ? text.split(split).map((part) => part.trim()) : [text]
    const values: unknown[] = []
    for (const part of parts) {
      if (isMany && part === '') continue
      const found = lookup(part)
      if (found === undefined) return { reason: 'unmapped_value', pointer }
      if (found === null || found === '') continue
      const value = toFieldValue(type, unit, found)
      if (value === undefined) return { reason: 'schema', pointer }
      values.push(prefix === '' ? value : `${prefix}${value}`)
    }
    if (values.length > 0) set(record, type === 'list' ? values : values[0])
    return undefined
  }
}

const compileRule = (
  name: string,
  rule: FieldRule,
  mapping: Mapping,
  zone: Zone | undefined,
  columns: Columns,
): Writer => {
  const type = CONTRACT_FIELDS[mapping.kind].get(name)?.type ?? 'text'
  if (rule.kind === 'constant') return constantWriter(name, type, rule.value)
  if (rule.kind === 'collect') return collectWriter(name, rule.columns, columns)
  if (name === 'time' || name === 'date' || (name === 'revision' && rule.format !== undefined))
    return timeWriter(name, rule, mapping, zone, columns)
  return cellWriter(name, type, rule, columns)
}

/** All columns that a mapping names, each once. */
export const mappedColumns = ({ fields, skip }: Mapping): readonly string[] => {
  const ofFields = Object.values(fields).flatMap((rule) => (rule.kind === 'constant' ? [] : rule.columns))
  return [...new Set([...ofFields, ...skip.map(({ column }) => column)])]
}

/** `columns`: which cell each mapped column is. */
export const createRecordMapper = (mapping: Mapping, columns: Columns): ((cells: Cells) => RowResult) => {
  const zone = mapping.timezone === undefined ? undefined : createZone(mapping.timezone)
  const writers = Object.entries(mapping.fields).map(([name, rule]) => compileRule(name, rule, mapping, zone, columns))
  if (mapping.source !== undefined) writers.push(constantWriter('source', 'text', mapping.source))
  const skips = mapping.skip.map(({ column, is }) => {
    const lookup = createLookup(Object.fromEntries(is.map((glob) => [glob, true])), false)
    return { place: columns.get(column) ?? -1, column, lookup }
  })
  const skipped: RowResult = { kind: 'skip' }
  return (cells) => {
    for (const { place, column, lookup } of skips) {
      const text = cells(place)
      if (text === undefined) return { kind: 'bad', refusal: { reason: 'encoding', pointer: column } }
      if (lookup(text) === true) return skipped
    }
    const draft: Draft = { record: {}, hasAmbiguousTime: false }
    for (const write of writers) {
      const refusal = write(cells, draft)
      if (refusal !== undefined) return { kind: 'bad', refusal }
    }
    return { kind: 'record', value: draft.record, hasAmbiguousTime: draft.hasAmbiguousTime }
  }
}
