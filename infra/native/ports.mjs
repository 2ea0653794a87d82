import { createServer } from 'node:net'

/** Below the range from which systems take the ports of outgoing connections, so that none of those gets in between. */
const LOWEST = 15_000
const HIGHEST = 31_999

/**
 * Whether a port of the loopback interface can be listened on.
 * @param {number} port
 * @returns {Promise<boolean>}
 */
export const isFree = (port) =>
  new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)))
  })

/** @returns {Promise<number>} */
export const freePort = async () => {
  for (;;) {
    const port = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST + 1))
    if (await isFree(port)) return port
  }
}
