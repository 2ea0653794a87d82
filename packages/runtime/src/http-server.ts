/** Health and metrics, which every service serves, and what it serves beside them. */
import { SECOND_MS } from '@ringback/contracts'
import { RingbackError } from '@ringback/pipeline'
import { fastify, type FastifyInstance } from 'fastify'
import type { Metrics } from './metrics.ts'
import type { Readiness } from './stage.ts'

export type HttpServer = FastifyInstance

export interface HttpServerParts {
  readonly ready: () => Readiness | Promise<Readiness>
  readonly metrics: Pick<Metrics, 'text' | 'contentType'>
  /** Addresses whose word for where a request comes from is taken. */
  readonly trustProxy: readonly string[]
}

/** Whoever sends more slowly holds a connection for nothing. */
const REQUEST_WITHIN_MS = 60 * SECOND_MS

export const createHttpServer = ({ ready, metrics, trustProxy }: HttpServerParts): HttpServer => {
  const app = fastify({
    logger: false,
    forceCloseConnections: true,
    requestTimeout: REQUEST_WITHIN_MS,
    trustProxy: trustProxy.length > 0 && [...trustProxy],
  })
  app.get('/healthz', () => ({ status: 'ok' }))
  app.get('/readyz', async (_request, reply) => {
    const { ready: isReady, reason } = await ready()
    return reply.code(isReady ? 200 : 503).send({ status: isReady ? 'ready' : reason })
  })
  app.get('/metrics', async (_request, reply) => reply.type(metrics.contentType).send(await metrics.text()))
  return app
}

/** Resolves to the port that it listens on. Throws a usage error where that cannot be had. */
export const listen = async (app: HttpServer, { port, host }: { readonly port: number; readonly host: string }) => {
  try {
    await app.listen({ port, host })
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code
    if (code !== 'EADDRINUSE' && code !== 'EACCES' && code !== 'EADDRNOTAVAIL') throw cause
    throw new RingbackError('usage', `port ${port} of ${host} cannot be had (${code}): choose another with --port`, {
      cause,
    })
  }
  const address = app.server.address()
  return typeof address === 'object' && address !== null ? address.port : port
}
