/** A mapping file: which column of somebody's CSV is which field of a record (CONTRACT section 7). */
import { isZoneName, parseYamlFile, RECORD_KINDS, type FileResult } from '@ringback/contracts'
import { z } from 'zod'
import { CONTRACT_FIELDS, REQUIRED_FIELDS, type ContractField } from './contract-fields.ts'
import { columnSchema, fieldRuleSchema, scalarSchema, type CellRule, type FieldRule } from './mapping-rule.ts'
import { parseTimeFormat } from './time-format.ts'

const ENCODING_NAMES = {
  'utf-8': 'utf-8',
  utf8: 'utf-8',
  'windows-1252': 'windows-1252',
  cp1252: 'windows-1252',
  'latin-1': 'latin-1',
  latin1: 'latin-1',
  'iso-8859-1': 'latin-1',
} as const
export type Encoding = (typeof ENCODING_NAMES)[keyof typeof ENCODING_NAMES]

const encoding = z.string().transform((name, context): Encoding => {
  const known = (ENCODING_NAMES as Readonly<Record<string, Encoding>>)[name.toLowerCase()]
  if (known !== undefined) return known
  context.addIssue({ code: 'custom', message: 'expected utf-8, windows-1252 or latin-1' })
  return z.NEVER
})
const sign = z.string().regex(/^[!-/:-@[-`{-~\t]$/, 'expected one character such as ";" or "\\t"')

const csvSchema = z
  .strictObject({ delimiter: sign.optional(), encoding: encoding.optional(), quote: sign.optional() })
  .refine((csv) => csv.delimiter !== (csv.quote ?? '"'), {
    path: ['quote'],
    message: 'expected another than the delimiter',
  })

const skipSchema = z.strictObject({
  column: columnSchema,
  is: z
    .union([scalarSchema, z.array(scalarSchema).min(1)], 'expected a value or a list of values')
    .transform((values) => [values].flat().map(String)),
})

const fileSchema = z.strictObject({
  kind: z.enum(RECORD_KINDS),
  source: z.string().min(1).max(200).optional(),
  csv: csvSchema.default({}),
  timezone: z.string().refine(isZoneName, 'expected an IANA time zone such as Europe/London').optional(),
  fields: z.record(z.string(), fieldRuleSchema),
  skip: z.array(skipSchema).default([]),
})

type File = z.infer<typeof fileSchema>
interface Issue {
  readonly path: readonly string[]
  readonly message: string
}

/** What a constant, a default or an entry of `map` would put into the field. */
const refusalOf = (field: ContractField, value: unknown): string | undefined => {
  if (field.type === 'list') return field.refusal([value].flat().map(String))
  return field.refusal(field.type === 'text' ? String(value) : value)
}

function* cellMisfits(name: string, rule: CellRule, field: ContractField): Generator<Issue> {
  const path = ['fields', name]
  const isTimed = field.type === 'time' || field.type === 'day'
  const isText = field.type === 'text' || field.type === 'list'
  if (rule.split !== undefined && field.type !== 'list')
    yield { path: [...path, 'split'], message: 'not expected: the field takes one value' }
  if (rule.prefix !== undefined && !isText) yield { path: [...path, 'prefix'], message: 'expected at texts only' }
  if (rule.unit !== undefined && name !== 'handle_seconds')
    yield { path: [...path, 'unit'], message: 'expected at handle_seconds only' }
  if (rule.format !== undefined && !isTimed && name !== 'revision')
    yield { path: [...path, 'format'], message: 'expected at time, date and revision only' }
  if (isTimed) return
  const entries = Object.entries(rule.map ?? {}).map(([key, value]) => [['map', key], value] as const)
  for (const [key, value] of [...entries, [['default'], rule.default] as const]) {
    const message = value === null || value === undefined || value === '' ? undefined : refusalOf(field, value)
    if (message !== undefined) yield { path: [...path, ...key], message }
  }
}

/** Whether the field can take what the rule makes. */
const misfits = (name: string, rule: FieldRule, field: ContractField): Iterable<Issue> => {
  const path = ['fields', name]
  if (rule.kind === 'cell') return cellMisfits(name, rule, field)
  if (rule.kind === 'collect')
    return field.type === 'list' ? [] : [{ path, message: 'expected one column: the field takes one value' }]
  const isTimed = field.type === 'time' || field.type === 'day'
  const message = isTimed ? 'expected a column: rows differ in it' : refusalOf(field, rule.value)
  return message === undefined ? [] : [{ path: [...path, 'value'], message }]
}

function* timeMisfits(name: string, rule: CellRule, file: File): Generator<Issue> {
  for (const pattern of rule.format ?? []) {
    const result = parseTimeFormat(pattern)
    if (result.kind === 'bad') continue
    const { zone, hasTime } = result.format
    if (zone === 'needed' && hasTime && name !== 'date' && file.timezone === undefined)
      yield { path: ['timezone'], message: `expected, since ${pattern} says no time zone` }
    if (!hasTime && name === 'time' && file.kind === 'web')
      yield { path: ['fields', name, 'format'], message: 'expected hours and minutes: a web event has an instant' }
  }
}

function* contradictions(file: File): Generator<Issue> {
  const known = CONTRACT_FIELDS[file.kind]
  for (const [name, rule] of Object.entries(file.fields)) {
    const field = known.get(name)
    if (field === undefined) {
      const message = `unknown field; expected one of ${[...known.keys()].join(', ')}`
      yield { path: ['fields', name], message }
      continue
    }
    yield* misfits(name, rule, field)
    if (rule.kind === 'cell') yield* timeMisfits(name, rule, file)
  }
  for (const group of REQUIRED_FIELDS[file.kind])
    if (!group.some((name) => Object.hasOwn(file.fields, name)))
      yield { path: ['fields'], message: `expected ${group.join(' or ')}` }
  if (file.source !== undefined && Object.hasOwn(file.fields, 'source'))
    yield { path: ['fields', 'source'], message: 'not expected beside `source`' }
}

const mappingSchema = fileSchema.superRefine((file, context) => {
  for (const { path, message } of contradictions(file)) context.addIssue({ code: 'custom', path: [...path], message })
})

/** A mapping, checked. Plain data, so that it can go to another thread. */
export type Mapping = z.output<typeof mappingSchema>

export const parseMapping = (yaml: string): FileResult<Mapping> =>
  parseYamlFile(yaml, mappingSchema as unknown as z.ZodType<Mapping>)
