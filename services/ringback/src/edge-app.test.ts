import { fastify } from 'fastify'
import type { Asking } from './asking.ts'
import { registerPages, registerState } from './edge-app.ts'
import type { PageAnswer, PageRequest } from './edge-messages.ts'

const ANSWER: PageAnswer = {
  status: 201,
  headers: { 'content-type': 'text/html', 'set-cookie': ['a=1', 'b=2'], connection: 'close', 'content-length': 99 },
  body: Buffer.from('<p>'),
}

/** An app whose main thread answers so; undefined: not at all. */
const createApp = (answers: Partial<Record<'page' | 'readiness' | 'metrics', unknown>>) => {
  const asked: PageRequest[] = []
  const ask = (async (kind: 'page' | 'readiness' | 'metrics', question: PageRequest | null) => {
    if (question) asked.push(question)
    return answers[kind]
  }) as unknown as Asking['ask']
  const app = fastify()
  registerState(app, { ask, metricsText: async () => '# HELP a b\na 1\n', metricsType: 'text/plain' })
  registerPages(app, ask)
  return { app, asked }
}

test('a page is asked of the main thread as it came, and answered as that says', async () => {
  const { app, asked } = createApp({ page: ANSWER })
  const answer = await app.inject({
    method: 'POST',
    url: '/tasks?week=1',
    headers: { 'content-type': 'application/x-www-form-urlencoded', cookie: 'c' },
    payload: 'a=%00',
    remoteAddress: '192.0.2.7',
  })
  expect(asked).toMatchObject([{ method: 'POST', url: '/tasks?week=1', remoteAddress: '192.0.2.7' }])
  expect(String(asked[0]?.body)).toBe('a=%00')
  expect(asked[0]?.headers['cookie']).toBe('c')
  expect(answer.statusCode).toBe(201)
  expect(answer.body).toBe('<p>')
  // What belongs to the connection is its own.
  expect(answer.headers).toMatchObject({
    'content-type': 'text/html',
    'set-cookie': ['a=1', 'b=2'],
    'content-length': '3',
  })
})

test('a main thread that does not answer is said to be busy, with when to come again', async () => {
  const { app } = createApp({})
  const page = await app.inject('/')
  expect(page.statusCode).toBe(503)
  expect(page.headers['retry-after']).toBe('5')
  expect((await app.inject('/readyz')).statusCode).toBe(503)
  expect((await app.inject('/healthz')).statusCode).toBe(200)
  expect((await app.inject('/metrics')).body).toContain('a 1')
})

test('it is ready when the main thread has nothing against it', async () => {
  expect((await createApp({ readiness: null }).app.inject('/readyz')).json()).toEqual({ status: 'ready' })
  const away = await createApp({ readiness: 'the tables do not answer' }).app.inject('/readyz')
  expect([away.statusCode, away.json()]).toEqual([503, { status: 'the tables do not answer' }])
})

test('a body beyond the bound is refused before the main thread hears of it', async () => {
  const { app, asked } = createApp({ page: ANSWER })
  const answer = await app.inject({ method: 'POST', url: '/', payload: 'x'.repeat(1024 * 1024 + 1) })
  expect([answer.statusCode, asked]).toEqual([413, []])
})
