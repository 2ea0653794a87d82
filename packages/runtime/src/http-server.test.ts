/** Whose word is taken for where a request comes from. */
import { createHttpServer } from './http-server.ts'
import { READY } from './stage.ts'

const addressSeen = async (trustProxy: readonly string[], remoteAddress: string): Promise<string> => {
  const app = createHttpServer({
    ready: () => READY,
    metrics: { text: async () => '', contentType: 'text/plain' },
    trustProxy,
  })
  app.get('/address', (request) => request.ip)
  const headers = { 'x-forwarded-for': '203.0.113.9, 198.51.100.7' }
  return (await app.inject({ url: '/address', remoteAddress, headers })).payload
}

test.each([
  ['nobody is trusted', [], '10.0.0.1', '10.0.0.1'],
  ['the proxy that asks is', ['10.0.0.0/8'], '10.0.0.1', '198.51.100.7'],
  ['one that asks is not', ['10.0.0.0/8'], '192.0.2.1', '192.0.2.1'],
  ['two in a row are', ['10.0.0.0/8', '198.51.100.7'], '10.0.0.1', '203.0.113.9'],
])('%s', async (_name, trustProxy, remote, expected) => {
  expect(await addressSeen(trustProxy, remote)).toBe(expected)
})
