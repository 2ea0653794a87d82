/** What the thread of the doors serves: the doors themselves, health and metrics, and all else by asking the main thread. */
import type { HttpServer } from '@ringback/runtime'
import type { Asking } from './asking.ts'
import type { PageAnswer } from './edge-messages.ts'
import { mergeMetrics } from './metrics-text.ts'

/** Whoever asks for readiness or metrics asks again soon. */
const STATE_WITHIN_MS = 2_000
const PAGE_WITHIN_MS = 30_000
const PAGE_BODY_BYTES = 1024 * 1024
const BUSY = { type: 'about:blank', title: 'Ringback is busy', status: 503 }

/** What belongs to the connection, and is said anew by whoever sends. */
const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'transfer-encoding', 'content-length'])

const endToEnd = (headers: PageAnswer['headers']): Record<string, string | number | string[]> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined || HOP_BY_HOP.has(name)
        ? []
        : [[name, typeof value === 'object' ? [...value] : value] as const],
    ),
  )

export interface EdgeAppParts {
  readonly ask: Asking['ask']
  /** Of this thread, in the text format of Prometheus. */
  readonly metricsText: () => Promise<string>
  readonly metricsType: string
}

export const registerState = (app: HttpServer, { ask, metricsText, metricsType }: EdgeAppParts): void => {
  app.get('/healthz', () => ({ status: 'ok' }))
  app.get('/readyz', async (_request, reply) => {
    const reason = await ask('readiness', null, STATE_WITHIN_MS)
    if (reason === null) return { status: 'ready' }
    return reply.code(503).send({ status: reason ?? 'the main thread does not answer' })
  })
  app.get('/metrics', async (_request, reply) => {
    const others = await ask('metrics', null, STATE_WITHIN_MS)
    return reply.type(metricsType).send(mergeMetrics([others ?? '', await metricsText()]))
  })
}

/** Every path that is nobody else's. */
export const registerPages = (app: HttpServer, ask: Asking['ask']): void => {
  void app.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers()
    const whole = { parseAs: 'buffer', bodyLimit: PAGE_BODY_BYTES } as const
    scope.addContentTypeParser('*', whole, (_request, body, parsed) => parsed(null, body))
    scope.all('/*', async (request, reply) => {
      const { method, url, headers, ip } = request
      const body = Buffer.isBuffer(request.body) ? request.body : undefined
      const answer = await ask('page', { method, url, headers, body, remoteAddress: ip }, PAGE_WITHIN_MS)
      if (!answer) return reply.code(503).header('retry-after', '5').type('application/problem+json').send(BUSY)
      return reply.code(answer.status).headers(endToEnd(answer.headers)).send(Buffer.from(answer.body))
    })
    done()
  })
}
