/** The yardstick of the doors: a server that parses the same bodies, and says that it took them. */
import { fastify } from 'fastify'

const app = fastify({ bodyLimit: 1024 * 1024 })
app.post('/v1/events', async (request, reply) => {
  const accepted = Array.isArray(request.body) ? request.body.length : 1
  return reply.code(202).send({ accepted, bad: [] })
})
console.log(`Runs: ${await app.listen({ port: 0, host: '127.0.0.1' })}/`)
