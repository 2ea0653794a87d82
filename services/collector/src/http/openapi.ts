/** The doors as an OpenAPI 3.1 document, made of the routes themselves and of the schemas that the edge checks with. */
import { z } from 'zod'
import type { DoorRoute } from './doors.ts'
import { PROBLEM_TYPE, PROBLEMS, type ProblemName } from './problems.ts'
import { type DoorDescription, SCHEMAS, type SchemaName } from './schemas.ts'
import { MOST_RECORDS } from './take.ts'

type Json = Readonly<Record<string, unknown>>

/** Which version of the doors: CONTRACT section 5. */
const VERSION = '1'

const toSchema = (schema: z.ZodType): Json => {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io: 'input' })
  return rest
}

const reference = (name: SchemaName): Json => ({ $ref: `#/components/schemas/${name}` })

const bodySchema = ({ takes, takesSeveral }: Partial<DoorDescription>): Json => {
  if (!takes) return {}
  const one = reference(takes)
  return takesSeveral ? { oneOf: [one, { type: 'array', items: one, maxItems: MOST_RECORDS }] } : one
}

const requestBody = ({ types = [], about }: DoorRoute): Json | undefined => {
  const named = types.filter(Boolean)
  if (named.length === 0) return undefined
  return {
    required: true,
    content: Object.fromEntries(named.map((type) => [type, { schema: bodySchema(about ?? {}) }])),
  }
}

const POST_PROBLEMS: readonly ProblemName[] = [
  ...(['unreadable', 'unauthorised', 'wrong_key', 'not_found', 'too_large', 'wrong_type', 'too_many'] as const),
  'unavailable',
]

/** One answer a status, whichever of its problems it is. */
const problemsOf = ({ method }: DoorRoute): Json =>
  Object.fromEntries(
    (method === 'POST' ? POST_PROBLEMS : (['too_many'] as const)).map((name) => {
      const { status, title } = PROBLEMS[name]
      const content = { [PROBLEM_TYPE]: { schema: reference('Problem') } }
      const isLater = status === 429 || status === 503
      const headers = { 'Retry-After': { description: 'Seconds', schema: { type: 'integer' } } }
      return [String(status), { description: title, content, ...(isLater && { headers }) }]
    }),
  )

const answersOf = ({ about }: DoorRoute): Json => {
  if (!about?.answers) return { '2XX': { description: 'Taken' } }
  const { status, schema } = about.answers
  return { [status]: { description: schema, content: { 'application/json': { schema: reference(schema) } } } }
}

const SECURITY = {
  write: [{ writeKey: [] }, { writeKeyInUrl: [] }],
  secret: [{ secretKey: [] }],
  signature: [{ signature: [], signatureKey: [] }],
} as const

const PARAMETER = /:(\w+)/g

const toOperation = (route: DoorRoute): Json => {
  const parameters = [...route.path.matchAll(PARAMETER)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }))
  const body = requestBody(route)
  return {
    operationId: `${route.method.toLowerCase()}${route.path.replaceAll(/\W+(\w?)/g, (_all, next: string) => next.toUpperCase())}`,
    summary: route.about?.summary ?? route.name,
    ...(parameters.length > 0 && { parameters }),
    ...(body && { requestBody: body }),
    responses: { ...answersOf(route), ...problemsOf(route) },
    // What a door does not tell, its protocol has its own way for.
    ...(route.about && { security: route.about.keys.flatMap((kind): readonly Json[] => SECURITY[kind]) }),
  }
}

const bearer = (what: string): Json => ({ type: 'http', scheme: 'bearer', description: what })
const inHeader = (name: string, what: string): Json => ({ type: 'apiKey', in: 'header', name, description: what })

const toOpenApi = (routes: readonly DoorRoute[]): Json => {
  const paths: Record<string, Record<string, Json>> = {}
  for (const route of routes) {
    const path = route.path.replaceAll(PARAMETER, '{$1}')
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: toOperation(route) }
  }
  return {
    openapi: '3.1.1',
    info: { title: 'Ringback: the doors', version: VERSION },
    paths,
    components: {
      schemas: Object.fromEntries(Object.entries(SCHEMAS).map(([name, schema]) => [name, toSchema(schema)])),
      securitySchemes: {
        writeKey: bearer('A write key, rbw_…: it brings events, from the pages that it is for.'),
        writeKeyInUrl: { type: 'apiKey', in: 'query', name: 'key', description: 'A write key.' },
        secretKey: bearer('A secret key, rbs_…'),
        signature: inHeader('Ringback-Signature', 't=UNIXSECONDS,v1=HEX of HMAC-SHA-256 (secret key, t + "." + body)'),
        signatureKey: inHeader('Ringback-Key', 'The id of the secret key.'),
      },
    },
  }
}

/** These routes, and `GET /openapi.json` of them and itself. */
export const withOpenApi = (routes: readonly DoorRoute[]): readonly DoorRoute[] => {
  const all: DoorRoute[] = [...routes]
  all.push({
    method: 'GET',
    path: '/openapi.json',
    name: 'openapi',
    isForPages: false,
    about: { summary: 'This document.', keys: [] },
    handle: async () => ({ kind: 'answered', status: 200, body: document }),
  })
  const document = toOpenApi(all)
  return all
}
