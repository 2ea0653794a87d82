/**
 * `POST /v1/contacts/{format}`: what other systems say of contacts by themselves, in their own formats. What is made of it goes through
 * the edge like anything else.
 */
import {
  convertBody,
  type Converted,
  findFormat,
  type Format,
  type FormatContext,
  FORMATS,
  isTwilioSignature,
} from '@ringback/formats'
import type { Claims } from '@ringback/pipeline'
import { isTooDeep } from '../clean.ts'
import type { Key, Keys } from '../keys/keys.ts'
import { type Admission, admit, type Caller, checkSignature } from './admission.ts'
import { parseContentType, readJson, readText } from './body.ts'
import type { Call } from './call.ts'
import type { DoorCall, DoorRoute } from './doors.ts'
import { type Answer, type Refused, refused } from './problems.ts'
import { JSON_TYPES } from './record-doors.ts'
import { type Submitted, type Take, toAnswer } from './take.ts'

export interface WebhookParts {
  readonly keys: Keys
  readonly claims: Claims
  readonly take: Take
  readonly formatContext: FormatContext
  /** With which Twilio signs what it sends. */
  readonly twilioAuthToken: string | undefined
}

const FORM = 'application/x-www-form-urlencoded'
const NAMES = FORMATS.flatMap(({ kind, name }) => (kind === 'contacts' ? [name] : [])).join(', ')
const TYPES = [...JSON_TYPES, FORM, 'application/xml', 'text/xml']
/** Deeper than what any of these systems sends. */
const MOST_LEVELS = 64

/** Those of contacts alone. */
const formatOf = (call: Call): Format | undefined => {
  const format = findFormat(call.params['format'] ?? '')
  return format?.kind === 'contacts' ? format : undefined
}

const TWILIO = 'twilio'
/** Stands for Twilio where it shows no key of ours. */
const TWILIO_KEY: Key = { id: TWILIO, kind: 'secret', name: TWILIO, origins: [] }
const signatureOfTwilio = (call: Call): string | undefined =>
  call.params['format'] === TWILIO ? call.header('x-twilio-signature') : undefined

interface Content {
  readonly contentType: string
  readonly content: unknown
}

const readContent = async (call: Call): Promise<{ readonly kind: 'read'; readonly value: Content } | Refused> => {
  const { media } = parseContentType(call.header('content-type'))
  if (media === FORM || media.endsWith('/xml')) {
    const text = await readText(call)
    return text.kind === 'refused' ? text : { kind: 'read', value: { contentType: media, content: text.value } }
  }
  const body = await readJson(call)
  if (body.kind === 'refused') return body
  const { json } = body.value
  if (isTooDeep(json, MOST_LEVELS)) return refused('unreadable', `expected at most ${MOST_LEVELS} levels`)
  return { kind: 'read', value: { contentType: 'application/json', content: json } }
}

/** Who sent it, now that its body is here. */
const checkCaller = async (
  { call, caller }: DoorCall,
  { content }: Content,
  { claims, twilioAuthToken }: WebhookParts,
): Promise<Admission> => {
  if (caller) return (await checkSignature(caller, call, claims)) ?? { kind: 'admitted', caller }
  const signature = signatureOfTwilio(call)
  const fields = typeof content === 'string' ? [...new URLSearchParams(content)] : []
  const isTwilio =
    signature !== undefined &&
    twilioAuthToken !== undefined &&
    isTwilioSignature(twilioAuthToken, call.url, fields, signature)
  if (isTwilio) return { kind: 'admitted', caller: { key: TWILIO_KEY } }
  return refused(
    'unauthorised',
    'the signature is not one of Twilio for this URL, or RINGBACK_TWILIO_AUTH_TOKEN is not set',
  )
}

/** The same format, which also tells of what each of its records was made. */
const tracing = (format: Format) => {
  const units = new WeakMap<Converted, unknown>()
  const open: Format['open'] = (context) => {
    const convert = format.open(context)
    return (unit) =>
      convert(unit).map((one) => {
        const own = { ...one }
        units.set(own, unit)
        return own
      })
  }
  return { format: { ...format, open }, unitOf: (one: Converted): unknown => units.get(one) }
}

const convert = (known: Format, context: FormatContext, content: Content): Refused | readonly Submitted[] => {
  const { format, unitOf } = tracing(known)
  const result = convertBody(format, context, content)
  if (result.kind === 'unsupported') return refused('wrong_type', `${format.name} does not come as this type`)
  if (result.kind === 'bad') return refused('unreadable', `expected what ${format.name} sends`)
  return result.units.flat().flatMap((one): readonly Submitted[] => {
    const text = (): string => JSON.stringify(unitOf(one)) ?? ''
    if (one.kind === 'skip') return []
    return [one.kind === 'record' ? { raw: one.value, text } : { raw: undefined, text, refusal: one.refusal }]
  })
}

const submit = async (
  { call, metrics }: DoorCall,
  { key }: Caller,
  content: Content,
  format: Format,
  { take, formatContext }: WebhookParts,
): Promise<Answer> => {
  const records = convert(format, formatContext, content)
  if ('kind' in records) return records
  if (records.length === 0) metrics.dropped('skipped', 1)
  const { kind, source, name } = format
  const taken = await take({ call, key, kind, source, format: name, records, isList: records.length > 1, metrics })
  if (taken.kind === 'refused') return taken
  // Twilio would take a body for instructions to its call.
  return content.contentType === FORM ? { kind: 'answered', status: 204 } : toAnswer(taken)
}

export const webhookDoor = (parts: WebhookParts): DoorRoute => ({
  method: 'POST',
  path: '/v1/contacts/:format',
  name: 'webhooks',
  isForPages: false,
  types: TYPES,
  about: {
    summary: `Contacts as another system sends them: ${NAMES}.`,
    keys: ['secret', 'signature'],
  },
  admit: (call) => (signatureOfTwilio(call) === undefined ? admit(parts.keys, call, 'secret') : undefined),
  handle: async (door) => {
    const format = formatOf(door.call)
    if (!format) return refused('not_found', 'no such format')
    const content = await readContent(door.call)
    if (content.kind === 'refused') return content
    const admission = await checkCaller(door, content.value, parts)
    if (admission.kind === 'refused') return admission
    return submit(door, admission.caller, content.value, format, parts)
  },
})
