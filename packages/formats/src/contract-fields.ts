/** The fields of CONTRACT section 1 that a mapping may fill, and what each takes. */
import { identifiersSchema, legSchema, profileSchema, webEventSchema, type RecordKind } from '@ringback/contracts'
import type { z } from 'zod'

/** A `list` may be one value as well (identifiers) or not (`tasks`); `time` and `day` are read by a format. */
export type FieldType = 'text' | 'number' | 'boolean' | 'list' | 'time' | 'day'

export interface ContractField {
  readonly type: FieldType
  /** Why the contract refuses a value, or undefined if it takes it. */
  readonly refusal: (value: unknown) => string | undefined
}

const SCHEMAS = { web: webEventSchema, contacts: legSchema, profiles: profileSchema }

/** Asks the schema itself, so that there is no second list of types to keep. */
const typeOf = (field: string, schema: z.ZodType): FieldType => {
  if (field === 'time') return 'time'
  if (field === 'date') return 'day'
  const takes = (value: unknown): boolean => schema.safeParse(value).success
  if (takes(['a'])) return 'list'
  if (takes(1)) return 'number'
  return takes(true) ? 'boolean' : 'text'
}

const toField = (field: string, schema: z.ZodType): ContractField => ({
  type: typeOf(field, schema),
  refusal: (value) => schema.safeParse(value).error?.issues[0]?.message,
})

const fieldsOf = (kind: RecordKind): ReadonlyMap<string, ContractField> => {
  const shape: Record<string, z.ZodType> = SCHEMAS[kind].shape
  const { identifiers: _, ...plain } = shape
  const named = Object.entries(identifiersSchema.shape).map(
    ([name, schema]) => [`identifiers.${name}`, schema] as const,
  )
  return new Map([...Object.entries(plain), ...named].map(([field, schema]) => [field, toField(field, schema)]))
}

export const CONTRACT_FIELDS: Readonly<Record<RecordKind, ReadonlyMap<string, ContractField>>> = {
  web: fieldsOf('web'),
  contacts: fieldsOf('contacts'),
  profiles: fieldsOf('profiles'),
}

/** Without one field of each group a mapping could only make bad rows. */
export const REQUIRED_FIELDS: Readonly<Record<RecordKind, readonly (readonly string[])[]>> = {
  web: [['id'], ['time'], ['session'], ['type']],
  contacts: [['id'], ['time', 'date'], ['channel']],
  profiles: [['id'], Object.keys(identifiersSchema.shape).map((name) => `identifiers.${name}`)],
}
