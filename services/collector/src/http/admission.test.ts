/** Signed requests: the secret key does not travel, and a request counts once. */
import { sign } from '../keys/signature.ts'
import { LEAST, RECEIVED } from '../testing/edge.ts'
import { createTestDoors, KEYS, type TestDoors } from '../testing/test-doors.ts'

const NOW_S = RECEIVED / 1_000
const BODY = JSON.stringify(LEAST.contacts)

interface Signed {
  readonly at?: number
  readonly body?: string
  readonly secret?: string
  readonly id?: string
  readonly signature?: string
}

const post = (
  { app }: TestDoors,
  { at = NOW_S, body = BODY, secret = KEYS.secret, id = KEYS.secretId, signature }: Signed = {},
) =>
  app.inject({
    method: 'POST',
    url: '/v1/contacts',
    headers: {
      'content-type': 'application/json',
      'ringback-key': id,
      'ringback-signature': signature ?? `t=${at},v1=${sign(secret, String(at), Buffer.from(BODY))}`,
    },
    payload: body,
  })

test('a request that is signed with a secret key is taken', async () => {
  const doors = createTestDoors()
  const response = await post(doors)
  expect(response.json()).toEqual({ accepted: 1, bad: [] })
})

test('the signature is HMAC-SHA-256 of time, dot and body, in hexadecimal', () => {
  // openssl: printf '1700000000.{}' | openssl dgst -sha256 -hmac secret
  expect(sign('secret', '1700000000', Buffer.from('{}'))).toBe(
    'b8569b78799ff9e3cbff0fc2d63a33a2b57f3282abd07c37ae5e8e7d79a5f163',
  )
})

test.each<[string, Signed, string]>([
  ['another body', { body: BODY.replace('c-1', 'c-2') }, 'unauthorised'],
  ['another key', { secret: 'rbs_5ec1_guessed' }, 'unauthorised'],
  ['a key that is not known', { id: 'unknown' }, 'unauthorised'],
  ['the id of a write key', { id: 'w1' }, 'unauthorised'],
  ['a time too long ago', { at: NOW_S - 301 }, 'unauthorised'],
  ['a time too far ahead', { at: NOW_S + 301 }, 'unauthorised'],
  ['no signature', { signature: 'v1=abc' }, 'unauthorised'],
])('%s: 401', async (_name, signed, problem) => {
  const doors = createTestDoors()
  const response = await post(doors, signed)
  expect(response.statusCode).toBe(401)
  expect(response.json()).toMatchObject({ type: `urn:ringback:problem:${problem}` })
  expect(doors.kept).toEqual([])
})

test.each([-300, 300])('clocks may be %i s apart', async (seconds) => {
  expect((await post(createTestDoors(), { at: NOW_S + seconds })).statusCode).toBe(202)
})

test('the same request again is refused for as long as its signature would do', async () => {
  const doors = createTestDoors()
  expect((await post(doors, { at: NOW_S + 300 })).statusCode).toBe(202)
  for (let minute = 0; minute < 10; minute++) {
    const again = await post(doors, { at: NOW_S + 300 })
    expect(again.json()).toMatchObject({ type: 'urn:ringback:problem:replayed', status: 401 })
    doors.elapse(60_000)
  }
  expect((await post(doors, { at: NOW_S + 300 })).json()).toMatchObject({ type: 'urn:ringback:problem:replayed' })
  doors.elapse(1_000)
  expect((await post(doors, { at: NOW_S + 300 })).json()).toMatchObject({ type: 'urn:ringback:problem:unauthorised' })
  expect(doors.kept).toHaveLength(1)
})

test('a forged request takes no signature from the true one', async () => {
  const doors = createTestDoors()
  await post(doors, { body: '{}' })
  expect((await post(doors)).statusCode).toBe(202)
})

test('while nobody knows what was made before: 503', async () => {
  const doors = createTestDoors()
  doors.claims.setAway(true)
  expect((await post(doors)).statusCode).toBe(503)
})
