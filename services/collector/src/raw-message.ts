/** A message on one of the council's own topics: the raw records that it holds, or why it holds none (CONTRACT sections 1, 6). */
import { isUtf8 } from 'node:buffer'
import { type BadReason, RECORD_BYTES } from '@ringback/contracts'
import { isTooDeep } from './clean.ts'

export type RawMessage =
  | { readonly kind: 'one'; readonly record: unknown }
  | { readonly kind: 'several'; readonly records: readonly unknown[] }
  | { readonly kind: 'bad'; readonly reason: BadReason }

const bad = (reason: BadReason): RawMessage => ({ kind: 'bad', reason })

/**
 * A record in an array, as large as it is by itself. What is too deep to be written again is refused for that, by whoever takes a
 * closer look.
 */
export const isTooLarge = (record: unknown): boolean =>
  !isTooDeep(record) && Buffer.byteLength(JSON.stringify(record)) > RECORD_BYTES

export const parseRawMessage = (value: Buffer): RawMessage => {
  if (!isUtf8(value)) return bad('encoding')
  let parsed: unknown
  try {
    parsed = JSON.parse(value.toString())
  } catch {
    return bad('json')
  }
  if (Array.isArray(parsed)) return { kind: 'several', records: parsed as readonly unknown[] }
  return value.length > RECORD_BYTES ? bad('too_large') : { kind: 'one', record: parsed }
}
