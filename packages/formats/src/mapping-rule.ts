/** One line under `fields` of a mapping: how a field is made of a row's cells (CONTRACT section 7). */
import { z } from 'zod'
import { parseTimeFormat } from './time-format.ts'

/** Without the blanks around it, as the header's names are read. */
export const columnSchema = z.string().trim().min(1, 'expected the name of a column')

/** What YAML may hold where a text, a number or a boolean belongs. */
export const scalarSchema = z.union([z.string(), z.number(), z.boolean()], 'expected a text, a number, true or false')
export type Scalar = z.infer<typeof scalarSchema>

/** `null` and "" leave the field out. */
const outcomeSchema = scalarSchema.nullable()

const UNITS = ['s', 'ms', 'min', 'mm:ss', 'HH:mm:ss'] as const
export type Unit = (typeof UNITS)[number]

const constantSchema = z.strictObject({
  value: z.union([scalarSchema, z.array(z.string())], 'expected a value or a list of texts'),
})

const formatsSchema = z.union([z.string(), z.array(z.string()).min(1)], 'expected a format or a list of formats')

const cellSchema = z
  .strictObject({
    column: columnSchema.optional(),
    columns: z.array(columnSchema).min(1).optional(),
    join: z.string().optional(),
    map: z.record(z.string(), outcomeSchema).optional(),
    default: outcomeSchema.optional(),
    split: z.string().min(1).optional(),
    prefix: z.string().min(1).optional(),
    unit: z.enum(UNITS).optional(),
    format: formatsSchema.transform((formats) => [formats].flat()).optional(),
  })
  .superRefine(({ column, columns, join, format }, context) => {
    const refuse = (path: string[], message: string): void => context.addIssue({ code: 'custom', path, message })
    if ((column === undefined) === (columns === undefined)) refuse([], 'expected `column`, `columns` or `value`')
    if (join !== undefined && columns === undefined) refuse(['join'], 'expected `columns` to join')
    for (const pattern of format ?? []) {
      const result = parseTimeFormat(pattern)
      if (result.kind === 'bad') refuse(['format'], result.message)
    }
  })

/** The same for every row. */
export interface ConstantRule {
  readonly kind: 'constant'
  readonly value: Scalar | readonly string[]
}
/** All of these columns that are not empty. */
export interface CollectRule {
  readonly kind: 'collect'
  readonly columns: readonly string[]
}
/** One text: of one column, or of several joined, the empty ones too, so that ids made so stay apart. */
export interface CellRule {
  readonly kind: 'cell'
  readonly columns: readonly string[]
  readonly join: string
  /** An entry that equals the text comes before globs, and these in their order. */
  readonly map?: Readonly<Record<string, Scalar | null>> | undefined
  /** Where no entry matches; without a map, where the cell is empty. */
  readonly default?: Scalar | null | undefined
  readonly split?: string | undefined
  /** Put before each text, so that ids of different systems differ (SEMANTICS section 1). */
  readonly prefix?: string | undefined
  readonly unit?: Unit | undefined
  readonly format?: readonly string[] | undefined
}
export type FieldRule = ConstantRule | CollectRule | CellRule

/** Told apart before it is checked, so that a mistake is named by its own field and not by three alternatives. */
export const fieldRuleSchema = z.unknown().transform((raw, context): FieldRule => {
  const parse = <T, R extends FieldRule>(schema: z.ZodType<T>, build: (value: T) => R): R => {
    const result = schema.safeParse(raw)
    if (result.success) return build(result.data)
    for (const issue of result.error.issues) context.issues.push({ ...issue, input: raw } as never)
    return z.NEVER
  }
  if (typeof raw === 'string') return parse(columnSchema, (column) => ({ kind: 'cell', columns: [column], join: '' }))
  if (Array.isArray(raw)) return parse(z.array(columnSchema).min(1), (columns) => ({ kind: 'collect', columns }))
  if (typeof raw === 'object' && raw !== null && 'value' in raw)
    return parse(constantSchema, ({ value }) => ({ kind: 'constant', value }))
  return parse(cellSchema, ({ column, columns, join = ' ', ...rule }) => ({
    ...rule,
    kind: 'cell',
    columns: columns ?? (column === undefined ? [] : [column]),
    join,
  }))
})
