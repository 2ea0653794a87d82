/** Whatever is sent, the answer is a problem or a count, and never a fault. */
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { LEAST } from '../testing/edge.ts'
import { createTestDoors, KEYS } from '../testing/test-doors.ts'

const URLS = ['/v1/events', '/v1/contacts', '/v1/profiles', '/v1/codes', '/v1/contacts/twilio', '/v1/nothing'] as const
const TYPES = [
  'application/json',
  'text/plain',
  '',
  'application/xml',
  'a/b;charset="',
  'application/x-www-form-urlencoded',
] as const

const doors = createTestDoors({ limits: { rejectionsPerMinute: 1_000_000, codesPerMinute: 1_000_000 } })

const statusOf = async (
  url: string,
  payload: string | Buffer,
  headers: Readonly<Record<string, string>> = {},
): Promise<number> => {
  const response = await doors.app.inject({
    method: 'POST',
    url,
    headers: { authorization: `Bearer ${KEYS.secret}`, ...headers },
    payload,
  })
  if (response.statusCode >= 300) expect(response.headers['content-type']).toBe('application/problem+json')
  return response.statusCode
}

const isNoFault = (status: number): void => {
  expect(status).toBeGreaterThanOrEqual(200)
  expect(status).toBeLessThan(500)
}

const NASTY_TEXTS = ['__proto__', 'constructor', 'hasOwnProperty', '\u0000', '\ud800', '1e999', 'x'.repeat(70_000)]
const NASTY_VALUES = [null, true, '', 2 ** 64, -0, 1e308]
const nasty = fc.oneof(fc.constantFrom(...NASTY_TEXTS, ...NASTY_VALUES), fc.string({ unit: 'binary' }), fc.jsonValue())
const FIELDS = [
  'id',
  'time',
  'session',
  'type',
  'identifiers',
  'source',
  'channel',
  'revision',
  'tasks',
  'handle_seconds',
  'url',
]
const record = fc.dictionary(fc.oneof(fc.constantFrom(...FIELDS), fc.string()), nasty)
const withBasis = fc
  .tuple(fc.constantFrom(...Object.values(LEAST)), record)
  .map(([least, more]) => ({ ...least, ...more }))

test('random bytes', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...URLS),
      fc.uint8Array({ maxLength: 300 }),
      fc.constantFrom(...TYPES),
      async (url, bytes, type) => {
        isNoFault(await statusOf(url, Buffer.from(bytes), type === '' ? {} : { 'content-type': type }))
      },
    ),
    { numRuns: 400 },
  )
})

test('records with anything in them, plain and packed', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...URLS),
      fc.array(fc.oneof(record, withBasis, nasty), { maxLength: 8 }),
      fc.boolean(),
      async (url, records, isPacked) => {
        const text = JSON.stringify(records)
        const headers = { 'content-type': 'application/json' }
        isNoFault(
          await (isPacked
            ? statusOf(url, gzipSync(text), { ...headers, 'content-encoding': 'gzip' })
            : statusOf(url, text, headers)),
        )
      },
    ),
    { numRuns: 400 },
  )
})

test('damaged packing', async () => {
  const packed = gzipSync(JSON.stringify(Object.values(LEAST)))
  await fc.assert(
    fc.asyncProperty(fc.nat(packed.length - 1), fc.nat(255), fc.nat(packed.length), async (at, byte, length) => {
      const damaged = Buffer.from(packed)
      damaged[at] = byte
      isNoFault(await statusOf('/v1/events', damaged.subarray(0, length), { 'content-encoding': 'gzip' }))
    }),
    { numRuns: 200 },
  )
})

const deep = (open: string, close: string, inner = '1') => `${open.repeat(100_000)}${inner}${close.repeat(100_000)}`

test.each([
  ['lists of lists', deep('[', ']')],
  ['objects of objects', deep('{"a":', '}')],
  ['a record of lists', `{"id":"e","identifiers":${deep('[', ']')}}`],
  ['what never ends', '['.repeat(500_000)],
  ['the prototype', '{"__proto__":{"session":"s","type":"page_view","id":"x","time":"2026-11-16T09:12:03Z"}}'],
  ['the constructor', '{"constructor":{"prototype":{"a":1}},"identifiers":{"__proto__":{"email":"a@example.org"}}}'],
  ['numbers beyond all', '{"revision":1e999,"handle_seconds":18446744073709551616,"results":-1e999}'],
  ['a key twice', '{"id":"a","id":{"id":"b"},"session":1,"session":"s"}'],
  ['half a pair', '{"id":"\\ud800","session":"\\udfff"}'],
  ['nothing but zeros', '\\u0000'.repeat(1_000)],
  ['a million keys', `{${Array.from({ length: 60_000 }, (_, i) => `"k${i}":0`).join()}}`],
  ['one long string', `"${'x'.repeat(1_000_000)}"`],
])('%s', async (_name, text) => {
  for (const url of URLS)
    for (const type of ['application/json', 'text/plain'])
      isNoFault(await statusOf(url, text, { 'content-type': type }))
  expect(Object.prototype).not.toHaveProperty('session')
})

test.each<Readonly<Record<string, string>>>([
  { authorization: 'Bearer' },
  { authorization: `Bearer ${'x'.repeat(8_000)}` },
  { authorization: '\u00ff' },
  { 'ringback-signature': 't=,v1=' },
  { 'ringback-signature': `t=999999999999,v1=${'0'.repeat(64)}`, 'ringback-key': '__proto__' },
  { 'content-encoding': 'gzip, gzip' },
  { 'content-type': ';' },
  { 'content-type': 'application/json; charset=' },
  { origin: '' },
  { 'user-agent': '(((' },
])('headers: %j', async (headers) => {
  for (const url of URLS) isNoFault(await statusOf(url, '[]', headers))
})

test.each([
  '/v1/events?key=%ff',
  '/v1/events?key=a&key=b',
  '/v1/events?__proto__[x]=1',
  '/v1/contacts/%2e%2e',
  '/v1/contacts/__proto__',
  '/v1/%00',
])('%s', async (url) => {
  const response = await doors.app.inject({
    method: 'POST',
    url,
    payload: '[]',
    headers: { 'content-type': 'application/json' },
  })
  isNoFault(response.statusCode)
})
