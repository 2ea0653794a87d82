/** What the web formats share: a page view with its signals, events of our own words, and what is told of a visitor's agent. */
import { createHash } from 'node:crypto'
import { cutUrl, formatInstant, WEB_EVENT_TYPES } from '@ringback/contracts'
import { deviceClassOf, isBotAgent } from '@ringback/identity'
import type { Converted } from '../format.ts'
import type { RawRecord } from '../mapped-record.ts'
import { isStorable, parseTimeFormat } from '../time-format.ts'
import { type JsonObject } from '../unit.ts'
import { signalOf, stepOf } from './page-signals.ts'

/** What every record of one event has: id, time, session, and what else holds whatever its type. Without a session the edge refuses it. */
export type Base = RawRecord & { readonly id?: string | undefined; readonly url?: string | undefined }

export const SKIP: readonly Converted[] = [{ kind: 'skip' }]

/** Text or a number as text; undefined for all else, and for what is empty. */
export const textOf = (value: unknown): string | undefined => {
  if (typeof value === 'number') return String(value)
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined
}

/** A count as the contract takes it; trackers send numbers as text. */
export const countOf = (value: unknown): number | undefined => {
  const text = textOf(value)
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined
}

/** Host and path: a query holds what people typed, and is dropped before anything keeps it. */
export const pageOf = (url: unknown): string | undefined =>
  typeof url === 'string' ? cutUrl(url) || undefined : undefined

const isoFormat = parseTimeFormat('iso')

/** An ISO time, in UTC where it names no zone, as all trackers' exports mean it. What cannot be read goes on, so that the edge says `bad_time`. */
export const utcTime = (text: string): string => {
  const reading = isoFormat.kind === 'pass' ? isoFormat.format.read(text) : undefined
  if (reading?.kind === 'instant') return timeOf(reading.at)
  return reading?.kind === 'local' ? timeOf(reading.local) : text
}

/** An instant as records say it; one that nobody could store goes on as a number, so that the edge says `bad_time`. */
export const timeOf = (ms: number): string => (isStorable(ms) ? formatInstant(Math.floor(ms)) : String(ms))

/** A name for an event that has none: the same for the same parts. */
export const nameOf = (parts: readonly (string | undefined)[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 22)

export const toRecord = (base: Base, fields: RawRecord): Converted => ({
  kind: 'record',
  value: { ...base, ...fields },
})

/** The visit went on until then, and nothing else is to be said: to the law any event is a touch. */
export const touch = (base: Base): readonly Converted[] => [toRecord(base, { type: 'page_view' })]

/** A view, and what GOV.UK's patterns tell by its title; the title itself is not kept. */
export const pageView = (base: Base, title: string | undefined): readonly Converted[] => {
  const view = toRecord(base, { type: 'page_view' })
  const signal = signalOf(title)
  if (signal === undefined) return [view]
  const id = base.id === undefined ? {} : { id: `${base.id}/${signal.type}` }
  const step = signal.type === 'validation_error' ? { step: stepOf(base.url) } : {}
  return [view, toRecord(base, { ...id, ...signal, ...step })]
}

export interface Sender {
  /** Of the visitor, or of a server that reports for one. */
  readonly userAgent: string | undefined
  readonly isPage: boolean
}

/** `actor` and `device_class`, as far as the agent tells. */
export const fieldsOfAgent = ({ userAgent, isPage }: Sender): RawRecord => {
  const device = isPage && userAgent !== undefined ? deviceClassOf(userAgent) : undefined
  return {
    ...(isBotAgent(userAgent, { isPage }) ? { actor: 'bot' } : {}),
    ...(device === undefined ? {} : { device_class: device }),
  }
}

/** What an event of our own may say: CONTRACT section 1 but for its id, time and session. */
const OWN_FIELDS = [
  'type',
  'task',
  'step',
  'field',
  'rule',
  'code',
  'result',
  'case',
  'results',
  'useful',
  'linking',
  'identifiers',
  'actor',
] as const

/** Fields of ours alone: whatever else a sender put beside them may be what somebody typed. */
export const ownFields = (fields: JsonObject): RawRecord =>
  Object.fromEntries(OWN_FIELDS.flatMap((name) => (Object.hasOwn(fields, name) ? [[name, fields[name]]] : [])))

const TYPES: ReadonlySet<string> = new Set(WEB_EVENT_TYPES)
export const isOwnType = (name: string | undefined): name is string => name !== undefined && TYPES.has(name)

/** In trackers that have a category, an action and a name: category `ringback`, the type as action, and what the type wants as name. */
export const OWN_CATEGORY = 'ringback'

const NAMED_FIELD: ReadonlyMap<string | undefined, string> = new Map([
  ['step', 'step'],
  ['validation_error', 'step'],
  ['error', 'code'],
  ['task_completed', 'result'],
  ['search', 'results'],
  ['feedback', 'useful'],
])

const USEFUL: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['yes', true],
  ['1', true],
  ['false', false],
  ['no', false],
  ['0', false],
])

/** The event that an action and a name say; a type that there is not goes on, so that the edge says `unknown_type`. */
export const ownEvent = (action: string | undefined, name: string | undefined): RawRecord => {
  const field = NAMED_FIELD.get(action)
  if (field === undefined || name === undefined) return { type: action }
  const value = field === 'results' ? countOf(name) : field === 'useful' ? USEFUL.get(name.toLowerCase()) : name
  return { type: action, [field]: value }
}

/** On what ground a person may be named. Only then is the account that a site told its tracker copied at all (SEMANTICS section 2). */
export const isNamingGround = (linking: unknown): boolean => linking === 'consent' || linking === 'transaction'
