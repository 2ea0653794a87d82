/** Whatever comes to the doors of trackers is answered, and never as a fault of ours. */
import fc from 'fast-check'
import { gzipSync } from 'node:zlib'
import { createTestDoors, KEYS } from '../testing/test-doors.ts'

const BODY = { 'content-type': 'application/json' }
const limits = { requestsPerSecond: 1e6, recordsPerSecond: 1e6, rejectionsPerMinute: 1e6 }

const hostile = fc.constantFrom<unknown>(
  JSON.parse(`${'['.repeat(3_000)}${']'.repeat(3_000)}`),
  JSON.parse('{"__proto__":{"sid":"x"},"constructor":{}}'),
  { e: 'pv', eid: '\ud800', sid: 's', dtm: '1e999' },
  { e: 'ue', ue_px: 'AAAA', cx: '____' },
  { e: 'pv', eid: 'x'.repeat(70_000), sid: 's' },
  { url: 'x'.repeat(5_000), _id: '\0', cdt: '99999999999' },
)
const any = fc.oneof(hostile, fc.jsonValue())
const body = fc.oneof(
  any.map((value) => JSON.stringify({ data: [value] })),
  any.map((value) => JSON.stringify({ requests: [value] })),
  any.map((value) => JSON.stringify(value)),
  fc.string(),
  fc.uint8Array().map((bytes) => Buffer.from(bytes)),
)

test.each(['tp2', 'com.snowplowanalytics.snowplow/tp2', 'matomo.php'])('%s', async (path) => {
  const { app } = createTestDoors({ limits })
  await fc.assert(
    fc.asyncProperty(body, fc.boolean(), async (payload, isPacked) => {
      const headers = isPacked ? { ...BODY, 'content-encoding': 'gzip' } : BODY
      const sent = isPacked ? gzipSync(payload) : payload
      const response = await app.inject({ method: 'POST', url: `/${KEYS.server}/${path}`, headers, payload: sent })
      expect([200, 204, 400, 413]).toContain(response.statusCode)
    }),
    { numRuns: 150 },
  )
})

test('an address of whatever', async () => {
  const { app } = createTestDoors({ limits })
  const name = fc.oneof(fc.constantFrom('e', 'ue_px', 'cx', 'url', 'cdt', '_id', 'e_c'), fc.string())
  await fc.assert(
    fc.asyncProperty(fc.constantFrom('i', 'piwik.php'), fc.dictionary(name, fc.string()), async (path, query) => {
      const url = `/${KEYS.server}/${path}?${new URLSearchParams(query).toString()}`
      expect([200, 204]).toContain((await app.inject({ method: 'GET', url })).statusCode)
    }),
    { numRuns: 150 },
  )
})
