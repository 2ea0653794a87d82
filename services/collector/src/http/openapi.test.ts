/** The OpenAPI document: valid, of all doors and of none that are not, and its schemas take what the doors take. */
import { spawnSync } from 'node:child_process'
import type { LightMyRequestResponse } from 'fastify'
import { LEAST } from '../testing/edge.ts'
import { createTestDoors } from '../testing/test-doors.ts'

interface Document {
  readonly openapi: string
  readonly paths: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>
  readonly components: { readonly schemas: Readonly<Record<string, object>> }
}

const fetchDocument = async (): Promise<Document> => {
  const response = await createTestDoors().app.inject('/openapi.json')
  expect(response.statusCode).toBe(200)
  expect(response.headers['content-type']).toBe('application/json; charset=utf-8')
  return response.json<Document>()
}

/** A script of its own: jest cannot load what is an ES module alone. */
const validate = (document: unknown): unknown => {
  const script = `
    import { Validator } from '@seriousme/openapi-schema-validator'
    const { valid, errors } = await new Validator().validate(JSON.parse(process.argv[1]))
    process.stdout.write(JSON.stringify({ valid, errors }))`
  const options = { encoding: 'utf8', cwd: __dirname } as const
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ['--input-type=module', '--eval', script, JSON.stringify(document)],
    options,
  )
  expect(stderr).toBe('')
  return JSON.parse(stdout)
}

test('it is valid OpenAPI 3.1, and one that is not would be noticed', async () => {
  const document = await fetchDocument()
  expect(document.openapi).toBe('3.1.1')
  expect(validate(document)).toEqual({ valid: true })
  const events = document.paths['/v1/events']?.['post']
  const spoilt = { ...document, paths: { '/v1/events': { post: { ...events, responses: 'none' } } } }
  expect(validate(spoilt)).toMatchObject({ valid: false })
})

const isNoDoor = ({ statusCode, headers }: LightMyRequestResponse, method: string): boolean =>
  statusCode === 404 || statusCode === 405 || (method === 'OPTIONS' && headers.allow === undefined)

test('every door is in it, and nothing else is', async () => {
  const { app } = createTestDoors()
  const routes: { method: string; url: string }[] = []
  app.addHook('onRoute', ({ method, url }) => {
    for (const one of [method].flat()) if (!url.includes('*')) routes.push({ method: one, url })
  })
  const found: string[] = []
  await app.ready()
  for (const { method, url } of routes) {
    if (method === 'HEAD') continue
    const response = await app.inject({ method: method as 'GET', url: url.replace(':format', 'zendesk') })
    if (!isNoDoor(response, method)) found.push(`${method} ${url.replace(/:(\w+)/, '{$1}')}`)
  }
  const { paths } = await fetchDocument()
  const told = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  )
  expect(told.toSorted()).toEqual(found.toSorted())
  expect(told).toContain('POST /v1/contacts/{format}')
})

test('operations have names of their own, and what opens them', async () => {
  const { paths } = await fetchDocument()
  const operations = Object.values(paths).flatMap((methods) => Object.values(methods))
  expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length)
  expect(paths['/v1/contacts']?.['post']?.['security']).toEqual([
    { secretKey: [] },
    { signature: [], signatureKey: [] },
  ])
  expect(paths['/v1/events']?.['post']?.['security']).toContainEqual({ writeKeyInUrl: [] })
})

test('the schemas say what the least record of each kind needs', async () => {
  const { schemas } = (await fetchDocument()).components
  expect(schemas['WebEvent']).toMatchObject({ required: Object.keys(LEAST.web) })
  expect(schemas['Profile']).toMatchObject({ required: Object.keys(LEAST.profiles) })
  expect(schemas['WebEvent']).not.toHaveProperty('additionalProperties')
})
