/** What doors take and answer, by name, and what each says of itself: for the OpenAPI document, and for the checks themselves. */
import { BAD_REASONS, ID_LENGTH, legSchema, profileSchema, webEventSchema } from '@ringback/contracts'
import { z } from 'zod'

export const codeRequestSchema = z.object({
  session: z
    .string()
    .min(1)
    .max(ID_LENGTH)
    .refine((session) => session.isWellFormed()),
})
const codeAnswerSchema = z.object({ code: z.string().regex(/^\w{3}-\w{3}$/), expires_at: z.iso.datetime() })

const takenSchema = z.object({
  accepted: z.number().int().min(0),
  bad: z.array(z.object({ index: z.number().int().min(0), reason: z.enum(BAD_REASONS), pointer: z.string() })),
})

const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  detail: z.string().optional(),
  instance: z.string(),
})

export const SCHEMAS = {
  WebEvent: webEventSchema,
  Leg: legSchema,
  Profile: profileSchema,
  Taken: takenSchema,
  CodeRequest: codeRequestSchema,
  Code: codeAnswerSchema,
  Problem: problemSchema,
} as const

export type SchemaName = keyof typeof SCHEMAS

/** What a door says of itself. Without it the document has its path, types and problems. */
export interface DoorDescription {
  readonly summary: string
  readonly takes?: SchemaName
  /** One, or a list of them. */
  readonly takesSeveral?: boolean
  readonly answers?: { readonly status: number; readonly schema: SchemaName }
  /** What opens it; none for one that is open to all. */
  readonly keys: readonly ('write' | 'secret' | 'signature')[]
}
