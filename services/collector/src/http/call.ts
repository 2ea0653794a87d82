/** A request, as far as a door may know it. Of where it came from only a hashed network is left. */
import { randomBytes } from 'node:crypto'
import type { Instant } from '@ringback/contracts'
import { isBotAgent } from '@ringback/identity'
import type { FastifyRequest } from 'fastify'

export interface Call {
  /** Random: the place of its bad rows is `http:ID`. */
  readonly id: string
  readonly received: Instant
  readonly network: string
  readonly origin: string | undefined
  readonly userAgent: string | undefined
  /** As its sender called it. */
  readonly url: string
  readonly params: Readonly<Record<string, string>>
  /** Of a name given twice, the first value. */
  readonly query: Readonly<Record<string, string>>
  readonly header: (name: string) => string | undefined
  /** The body as it was sent; empty before it is read. */
  readonly body: () => Buffer
}

const ID_BYTES = 12
/** Asked for many at once: one at a time costs as much as looking at an event. */
const IDS_AT_ONCE = 256

export const createIds = (): (() => string) => {
  let pool = Buffer.alloc(0)
  return () => {
    if (pool.length === 0) pool = randomBytes(ID_BYTES * IDS_AT_ONCE)
    const id = pool.toString('base64url', 0, ID_BYTES)
    pool = pool.subarray(ID_BYTES)
    return id
  }
}

const NO_BODY = Buffer.alloc(0)

const first = (value: unknown): string | undefined => {
  const one: unknown = Array.isArray(value) ? value[0] : value
  return typeof one === 'string' ? one : undefined
}

const textsOf = (fields: unknown): Readonly<Record<string, string>> => {
  const texts: Record<string, string> = Object.create(null) as Record<string, string>
  for (const [name, value] of Object.entries(fields ?? {})) {
    const text = first(value)
    if (text !== undefined) texts[name] = text
  }
  return texts
}

export interface CallParts {
  readonly nextId: () => string
  readonly networkOf: (address: string) => string
}

export const createCall = (request: FastifyRequest, received: Instant, { nextId, networkOf }: CallParts): Call => {
  const header = (name: string): string | undefined => first(request.headers[name])
  return {
    id: nextId(),
    received,
    network: networkOf(request.ip),
    origin: header('origin'),
    userAgent: header('user-agent'),
    url: `${request.protocol}://${request.host}${request.originalUrl}`,
    params: textsOf(request.params),
    query: textsOf(request.query),
    header,
    body: () => (Buffer.isBuffer(request.body) ? request.body : NO_BODY),
  }
}

/** What only browsers send, of themselves; `sec-fetch-mode` comes from Node's own fetch as well. */
const PAGE_HEADERS = ['origin', 'referer', 'sec-fetch-site']

/** Whether a page in a browser made it, and not a server. */
export const isPageCall = ({ header }: Call): boolean => PAGE_HEADERS.some((name) => header(name) !== undefined)

/** Whether its user agent is that of a program: what it does is nobody's journey. */
export const isBotCall = (call: Call): boolean => isBotAgent(call.userAgent, { isPage: isPageCall(call) })
