/** What a unit may be, as bytes and as JSON, in files and in bodies alike. */
import type { Refusal } from '@ringback/contracts'

/** Contact records carry attributes and tickets what people wrote; more than this is neither. */
export const UNIT_BYTES = 256 * 1024

export const TOO_LARGE: Refusal = { reason: 'too_large', pointer: '' }
export const ENCODING: Refusal = { reason: 'encoding', pointer: '' }
export const JSON_REFUSED: Refusal = { reason: 'json', pointer: '' }
export const NO_OBJECT: Refusal = { reason: 'schema', pointer: '' }

export type JsonObject = Readonly<Record<string, unknown>>

export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Undefined for what is no JSON, which has no such value. */
export const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
