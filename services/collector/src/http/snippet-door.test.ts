import { Script } from 'node:vm'
import { gzipSync } from 'node:zlib'
import { createTestDoors, PAGE } from '../testing/test-doors.ts'

test('the snippet is a script for any page, and below 4 KB as it travels', async () => {
  const { app } = createTestDoors()
  const response = await app.inject({ method: 'GET', url: '/ringback.js', headers: { origin: PAGE } })
  expect(response.statusCode).toBe(200)
  expect(response.headers).toMatchObject({
    'content-type': 'text/javascript; charset=utf-8',
    'cross-origin-resource-policy': 'cross-origin',
    'access-control-allow-origin': PAGE,
  })
  expect(() => new Script(response.body)).not.toThrow()
  expect(gzipSync(response.rawPayload).length).toBeLessThan(4_096)
})
