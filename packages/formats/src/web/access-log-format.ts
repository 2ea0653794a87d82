/**
 * `access-log`: a web server's combined log. Weaker than a tracker, since it knows no pages but addresses; enough to see which
 * tasks end in an error. The address of a visitor is never kept, nor what follows a `?`.
 */
import { type Instant, MINUTE_MS } from '@ringback/contracts'
import { createRecentCache } from '@ringback/identity'
import type { Converted, Format } from '../format.ts'
import type { RawRecord } from '../mapped-record.ts'
import { parseTimeFormat } from '../time-format.ts'
import { stepOf } from './page-signals.ts'
import { fieldsOfAgent, pageOf, SKIP, timeOf, toRecord, touch } from './web-records.ts'

/** The host perhaps, as `vhost_combined` has it; a last quote may be cut off. */
const LINE =
  /^(?:([^\s:]+):\d+ )?(\S+) \S+ [^[]*\[([^\]]+)\] "((?:[^"\\]|\\.)*)" (\d{3}) \S+(?: "(?:[^"\\]|\\.)*" "((?:[^"\\]|\\.)*)"?)?/
const REQUEST = /^([A-Z]+) (\S+)(?: HTTP\/[\d.]+)?$/

const timeFormat = parseTimeFormat('dd/MMM/yyyy:HH:mm:ss Z')

const parseTime = (text: string): Instant | undefined => {
  const reading = timeFormat.kind === 'pass' ? timeFormat.format.read(text) : undefined
  return reading?.kind === 'instant' ? reading.at : undefined
}

/** What pages are made of and what programs ask for; nobody visits it. */
const ASSET =
  /\.(?:css|m?js|map|json|xml|rss|atom|txt|ico|png|jpe?g|gif|svgz?|webp|avif|bmp|woff2?|ttf|otf|eot|mp[34]|webm|og[gv]|wav|webmanifest|wasm)$/i

/** A visitor's silence that ends a session. */
const SILENCE_MS = 30 * MINUTE_MS
/** Visitors at a time; beyond it the longest idle begin anew. */
const VISITORS = 100_000

interface Span {
  readonly first: Instant
  readonly last: Instant
}

/** Lines are written when a request ends, so they are not quite in order. */
const createSessions = (): ((visitor: string, at: Instant) => string) => {
  const spans = createRecentCache<string, Span>(VISITORS)
  return (visitor, at) => {
    const span = spans.get(visitor)
    const goesOn = span !== undefined && at >= span.first - SILENCE_MS && at <= span.last + SILENCE_MS
    const now = goesOn ? { first: span.first, last: Math.max(span.last, at) } : { first: at, last: at }
    spans.set(visitor, now)
    return `${visitor}.${timeOf(now.first)}`
  }
}

/** What an answer to a page's request says; undefined: nothing. */
const eventOf = (method: string, status: number, url: string): RawRecord | undefined => {
  if (method !== 'GET' && method !== 'POST') return undefined
  if (status >= 500) return { type: 'error', code: 'server_error' }
  if (status === 404 || status === 410) return { type: 'error', code: 'not_found' }
  if (method === 'POST' && status === 422) return { type: 'validation_error', step: stepOf(url) }
  if (status < 200 || status >= 400) return undefined
  return method === 'POST' ? { type: 'step', step: stepOf(url) } : { type: 'page_view' }
}

const bad = (reason: 'schema' | 'bad_time', pointer: string): readonly Converted[] => [
  { kind: 'bad', refusal: { reason, pointer } },
]

export const accessLogFormat: Format = {
  name: 'access-log',
  kind: 'web',
  source: 'web',
  units: ['line'],
  open: ({ pseudonymOf }) => {
    const sessionOf = createSessions()
    return (unit) => {
      const line = String(unit)
      const match = LINE.exec(line)
      if (match === null) return bad('schema', '')
      const [, host = '', address = '', time = '', asked = '', status, agent] = match
      const at = parseTime(time)
      if (at === undefined) return bad('bad_time', '/time')
      const [, method = '', target = ''] = REQUEST.exec(asked) ?? []
      const path = pageOf(target)
      if (path === undefined || ASSET.test(path)) return SKIP
      // With its host where the log has it; a proxy's request names its own.
      const url = path.startsWith('/') ? host.toLowerCase() + path : path
      const event = eventOf(method, Number(status), url)
      if (event === undefined) return SKIP
      const isUnnamed = agent === '-' || agent === ''
      const base = {
        id: pseudonymOf(line),
        time: timeOf(at),
        session: sessionOf(pseudonymOf(`${address} ${agent ?? ''}`), at),
        url,
        ...fieldsOfAgent({ userAgent: agent, isPage: true }),
        // Every browser names itself, where the log has agents at all.
        ...(isUnnamed ? { actor: 'bot' } : {}),
      }
      return event['type'] === 'page_view' ? touch(base) : [toRecord(base, event)]
    }
  },
}
