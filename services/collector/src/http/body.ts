/** A body: unpacked within bounds, decoded, read. */
import { promisify } from 'node:util'
import { gunzip as gunzipWithCallback } from 'node:zlib'
import type { Call } from './call.ts'
import { type Refused, refused } from './problems.ts'

const gunzip = promisify(gunzipWithCallback)

/** Of a body, and of what it unpacks to. */
export const BODY_BYTES = 1024 * 1024

type Read<T> = { readonly kind: 'read'; readonly value: T } | Refused

const TOO_LARGE = refused('too_large', 'a request holds at most 1 MiB, also when it is unpacked')

/** What a body holds once it is unpacked. */
const unpack = async (raw: Buffer, encoding: string | undefined): Promise<Read<Buffer>> => {
  const coding = encoding?.trim().toLowerCase() ?? ''
  if (coding === '' || coding === 'identity') return { kind: 'read', value: raw }
  if (coding !== 'gzip' && coding !== 'x-gzip') return refused('wrong_type', 'content-encoding: expected gzip, or none')
  try {
    // It ends as soon as there is more.
    return { kind: 'read', value: await gunzip(raw, { maxOutputLength: BODY_BYTES }) }
  } catch (error) {
    const isTooLarge = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE'
    return isTooLarge ? TOO_LARGE : refused('unreadable', 'the gzip body is damaged, or ends too soon')
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

const decodeText = (bytes: Uint8Array): Read<string> => {
  try {
    return { kind: 'read', value: utf8.decode(bytes) }
  } catch {
    return refused('unreadable', 'expected UTF-8')
  }
}

export const parseJson = (text: string): Read<unknown> => {
  if (text.trim() === '') return refused('unreadable', 'the body is empty; expected JSON')
  try {
    return { kind: 'read', value: JSON.parse(text) as unknown }
  } catch {
    // What JSON.parse says quotes what it could not read.
    return refused('unreadable', 'expected JSON')
  }
}

/** What the body says, unpacked and decoded. */
export const readText = async (call: Call): Promise<Read<string>> => {
  const unpacked = await unpack(call.body(), call.header('content-encoding'))
  return unpacked.kind === 'refused' ? unpacked : decodeText(unpacked.value)
}

export interface JsonBody {
  readonly json: unknown
  readonly text: string
}

export const readJson = async (call: Call): Promise<Read<JsonBody>> => {
  const text = await readText(call)
  if (text.kind === 'refused') return text
  const parsed = parseJson(text.value)
  return parsed.kind === 'refused' ? parsed : { kind: 'read', value: { json: parsed.value, text: text.value } }
}

export interface ContentType {
  readonly media: string
  readonly charset: string | undefined
}

export const parseContentType = (header: string | undefined): ContentType => {
  const [media = '', ...parameters] = (header ?? '').toLowerCase().split(';')
  const charset = parameters
    .map((parameter) => /^\s*charset\s*=\s*"?([^"\s]*)"?\s*$/.exec(parameter)?.[1])
    .find((value) => value !== undefined)
  return { media: media.trim(), charset }
}
