/** What the main thread serves, since the tables are its own: asked by the thread of the doors, and answered without a socket. */
import { healthPage, PAGE_HEADERS } from '@ringback/insights'
import { fastify, type InjectOptions } from 'fastify'
import { runChecks } from './doctor-command.ts'
import type { PageAnswer, PageRequest } from './edge-messages.ts'
import type { EmbeddedHouse } from './house.ts'
import type { Io } from './io.ts'

const NOT_FOUND = { type: 'about:blank', title: 'There is no such page', status: 404 }

export const createPages = (house: EmbeddedHouse, io: Io) => {
  const app = fastify({ logger: false })
  app.get('/', async (_request, reply) =>
    reply.headers(PAGE_HEADERS).send(healthPage(house.config.council.name, await runChecks(house, io), house.clock())),
  )
  app.setNotFoundHandler((_request, reply) => reply.code(404).type('application/problem+json').send(NOT_FOUND))
  return {
    answer: async ({ method, url, headers, body, remoteAddress }: PageRequest): Promise<PageAnswer> => {
      const asked = { method, url, headers, remoteAddress, ...(body ? { payload: Buffer.from(body) } : {}) }
      const { statusCode, headers: answered, rawPayload } = await app.inject(asked as InjectOptions)
      return { status: statusCode, headers: answered, body: rawPayload }
    },
    close: () => app.close(),
  }
}
