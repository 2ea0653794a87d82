/** What all doors have in common: limits, CORS, types and methods, problem documents. A door itself is a route, and what it does. */
import type { Instant } from '@ringback/contracts'
import type { StageMetrics } from '@ringback/pipeline'
import type { Logger } from '@ringback/runtime'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Keys } from '../keys/keys.ts'
import type { Admission, Caller } from './admission.ts'
import { BODY_BYTES, parseContentType } from './body.ts'
import { type Call, createCall, createIds } from './call.ts'
import type { Limits } from './limits.ts'
import {
  type Answer,
  PROBLEM_TYPE,
  PROBLEMS,
  type ProblemName,
  type Refused,
  refused,
  toProblemDocument,
} from './problems.ts'
import type { DoorDescription } from './schemas.ts'

/** What a door has of the request that it answers. */
export interface DoorCall {
  readonly call: Call
  /** Who was admitted before the body was read. */
  readonly caller: Caller | undefined
  /** As the door is counted. */
  readonly metrics: StageMetrics
}

export interface DoorRoute {
  readonly method: 'GET' | 'POST'
  readonly path: string
  /** As it is counted: `events`. */
  readonly name: string
  /** Whether scripts of other origins may call it. */
  readonly isForPages: boolean
  /** Official trackers ask with credentials, though there are no cookies here that they could send. */
  readonly takesCredentials?: boolean
  /** The media types that it takes; '' where none is stated. Of a GET, none. */
  readonly types?: readonly string[]
  /** Told before the body is read; undefined where only the body tells: then the door itself looks who comes. */
  readonly admit?: (call: Call) => Admission | undefined
  readonly handle: (door: DoorCall) => Promise<Answer>
  /** For the OpenAPI document. */
  readonly about?: DoorDescription
}

export interface DoorsParts {
  readonly keys: Pick<Keys, 'allowsOrigin'>
  readonly limits: Pick<Limits, 'networkOf' | 'request' | 'rejections' | 'rejected'>
  readonly clock: () => Instant
  readonly metricsOf: (stage: string) => StageMetrics
  readonly logger: Logger
}

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const
/** The last is of Snowplow's trackers, where they are told to send nothing that tells people apart. */
const PAGE_HEADERS = 'authorization, content-type, content-encoding, sp-anonymous'
const PREFLIGHT_SECONDS = 7_200
const CHARSETS: readonly (string | undefined)[] = [undefined, 'utf-8', 'utf8', 'us-ascii']

interface Visit {
  readonly call: Call
  readonly metrics: StageMetrics
  caller: Caller | undefined
}

const checkType = ({ types }: DoorRoute, call: Call): Refused | undefined => {
  if (!types) return undefined
  const { media, charset } = parseContentType(call.header('content-type'))
  if (!types.includes(media))
    return refused('wrong_type', `content-type: expected ${types.filter(Boolean).join(' or ')}`)
  return CHARSETS.includes(charset) ? undefined : refused('wrong_type', 'content-type: expected UTF-8')
}

const PROBLEM_OF_STATUS: Readonly<Record<number, ProblemName>> = { 413: 'too_large', 415: 'wrong_type' }

/** What went wrong before a door saw the request: what its sender did wrong, or broke off. */
const problemOf = ({ statusCode = 500, code }: FastifyError): ProblemName => {
  if (code === 'ECONNRESET' || code === 'ECONNABORTED') return 'unreadable'
  return PROBLEM_OF_STATUS[statusCode] ?? (statusCode >= 400 && statusCode < 500 ? 'unreadable' : 'fault')
}

const createAnswering = ({ limits }: Pick<DoorsParts, 'limits'>) => {
  const refuse = (reply: FastifyReply, visit: Visit, refusal: Refused): FastifyReply => {
    const { status } = PROBLEMS[refusal.problem]
    const { call, caller, metrics } = visit
    metrics.dropped(refusal.problem, 1)
    if (status < 500 && status !== 429) limits.rejected(asWho(call, caller))
    if (refusal.headers) void reply.headers(refusal.headers)
    if (refusal.retryAfterSeconds !== undefined) void reply.header('retry-after', refusal.retryAfterSeconds)
    // As bytes: of a text the framework would name the charset, which this type has none of.
    const document = Buffer.from(JSON.stringify(toProblemDocument(refusal, call.id)))
    return reply.code(status).header('content-type', PROBLEM_TYPE).send(document)
  }
  return {
    refuse,
    answer: (reply: FastifyReply, visit: Visit, answer: Answer): FastifyReply => {
      if (answer.kind === 'refused') return refuse(reply, visit, answer)
      const { status, body, headers } = answer
      if (headers) void reply.headers(headers)
      void reply.code(status)
      if (body === undefined || typeof body === 'string' || Buffer.isBuffer(body)) return reply.send(body)
      return reply.type('application/json; charset=utf-8').send(JSON.stringify(body))
    },
  }
}

/** Whoever has a key is refused as itself, lest others of its network shut the door to it. */
const asWho = ({ network }: Call, caller: Caller | undefined): string =>
  caller ? `${caller.key.id}@${network}` : network

const allowOrigin = (
  reply: FastifyReply,
  origin: string | undefined,
  keys: DoorsParts['keys'],
  takesCredentials = false,
): boolean => {
  void reply.header('vary', 'Origin')
  if (origin === undefined || !keys.allowsOrigin(origin)) return false
  void reply.header('access-control-allow-origin', origin)
  if (takesCredentials) void reply.header('access-control-allow-credentials', 'true')
  return true
}

interface Frame extends DoorsParts {
  readonly scope: FastifyInstance
  /** What is known of a request, from the first time that it is asked for. */
  readonly visit: (request: FastifyRequest, metrics?: StageMetrics) => Visit
  readonly refuse: ReturnType<typeof createAnswering>['refuse']
  readonly answer: ReturnType<typeof createAnswering>['answer']
}

const createFrame = (scope: FastifyInstance, parts: DoorsParts): Frame => {
  const { limits, clock, metricsOf } = parts
  const callParts = { nextId: createIds(), networkOf: limits.networkOf }
  const visits = new WeakMap<FastifyRequest, Visit>()
  const elsewhere = metricsOf('door-elsewhere')
  const visit: Frame['visit'] = (request, metrics = elsewhere) => {
    const known = visits.get(request)
    if (known) return known
    const made: Visit = { call: createCall(request, clock(), callParts), metrics, caller: undefined }
    visits.set(request, made)
    return made
  }
  return { ...parts, ...createAnswering(parts), scope, visit }
}

/** Bodies are read as they come: whether they are what they say is for the door to see. */
const takeBodies = ({ scope, visit, refuse, logger }: Frame): void => {
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  scope.setErrorHandler((error: FastifyError, request, reply) => {
    const problem = problemOf(error)
    if (problem === 'fault') logger.error({ err: error }, 'A door failed, which is a fault of Ringback.')
    return refuse(reply, visit(request), refused(problem))
  })
}

/** Told before the body is read: the cheapest first. */
const whyNot = (route: DoorRoute, visit: Visit, { limits }: Frame): Refused | undefined => {
  const { call } = visit
  const tooMany = limits.request(call.network)
  if (tooMany) return tooMany
  const admission = route.admit?.(call)
  if (admission?.kind === 'admitted') visit.caller = admission.caller
  return (
    limits.rejections(asWho(call, visit.caller)) ??
    (admission?.kind === 'refused' ? admission : undefined) ??
    checkType(route, call)
  )
}

const addRoute = (route: DoorRoute, frame: Frame): void => {
  const { scope, keys, clock, metricsOf, visit, refuse, answer } = frame
  const metrics = metricsOf(`door-${route.name}`)
  scope.route({
    method: route.method,
    url: route.path,
    bodyLimit: BODY_BYTES,
    onRequest: async (request, reply) => {
      const own = visit(request, metrics)
      if (route.isForPages) allowOrigin(reply, own.call.origin, keys, route.takesCredentials)
      const refusal = whyNot(route, own, frame)
      if (refusal) return refuse(reply, own, refusal)
    },
    handler: async (request, reply) => {
      const own = visit(request, metrics)
      const said = await route.handle(own)
      metrics.batch(1, (clock() - own.call.received) / 1_000)
      return answer(reply, own, said)
    },
  })
}

const addPreflight = (path: string, takesCredentials: boolean, { scope, keys, visit, refuse }: Frame): void => {
  scope.options(path, async (request, reply) => {
    const own = visit(request)
    if (!allowOrigin(reply, own.call.origin, keys, takesCredentials))
      return refuse(reply, own, refused('wrong_origin', 'no key is for pages of this origin'))
    return reply
      .headers({
        'access-control-allow-methods': 'POST, GET',
        'access-control-allow-headers': PAGE_HEADERS,
        'access-control-max-age': PREFLIGHT_SECONDS,
      })
      .code(204)
      .send()
  })
}

const addOtherMethods = (path: string, taken: readonly string[], { scope, visit, refuse }: Frame): void => {
  const allow = taken.join(', ')
  const refusal: Refused = { ...refused('wrong_method', `expected ${allow}`), headers: { allow } }
  scope.route({
    method: METHODS.filter((method) => !taken.includes(method)),
    url: path,
    handler: async (request, reply) => refuse(reply, visit(request), refusal),
  })
}

const addPath = (path: string, routes: readonly DoorRoute[], frame: Frame): void => {
  const takesCredentials = routes.some((route) => route.takesCredentials === true)
  const isForPages = routes.some((route) => route.isForPages)
  if (isForPages) addPreflight(path, takesCredentials, frame)
  const taken = routes.flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method]))
  addOtherMethods(path, isForPages ? [...taken, 'OPTIONS'] : taken, frame)
}

/** In a scope of their own, once. */
export const addDoors = (scope: FastifyInstance, parts: DoorsParts, routes: readonly DoorRoute[]): void => {
  const frame = createFrame(scope, parts)
  takeBodies(frame)
  for (const route of routes) addRoute(route, frame)
  for (const path of new Set(routes.map((route) => route.path)))
    addPath(
      path,
      routes.filter((route) => route.path === path),
      frame,
    )
  const { visit, refuse } = frame
  scope.all('/v1/*', async (request, reply) => refuse(reply, visit(request), refused('not_found')))
}
