/** The doors for records as CONTRACT section 5 has them: what they take, what they answer, what they keep. */
import { gzipSync } from 'node:zlib'
import type { InjectOptions, LightMyRequestResponse } from 'fastify'
import { LEAST, tokeniser } from '../testing/edge.ts'
import { createTestDoors, KEYS, LINK_KEY, PAGE, type TestDoors } from '../testing/test-doors.ts'
import { createSeal } from './sealed.ts'

const bearer = (key: string): Record<string, string> => ({ authorization: `Bearer ${key}` })
const JSON_HEADERS = { 'content-type': 'application/json', ...bearer(KEYS.server) }

const post = ({ app }: TestDoors, payload: unknown, options: InjectOptions = {}): Promise<LightMyRequestResponse> =>
  app.inject({
    method: 'POST',
    url: '/v1/events',
    headers: JSON_HEADERS,
    payload: typeof payload === 'string' || Buffer.isBuffer(payload) ? payload : JSON.stringify(payload),
    ...options,
  })

const typeOf = (response: LightMyRequestResponse): string => response.json<{ type: string }>().type

describe('records', () => {
  test('one is taken, and 202 says so once it is kept', async () => {
    const doors = createTestDoors()
    const response = await post(doors, LEAST.web)
    expect(response.statusCode).toBe(202)
    expect(response.json()).toEqual({ accepted: 1, bad: [] })
    expect(doors.kept).toMatchObject([{ records: [{ kind: 'web', id: 'e-1' }], bad: [] }])
  })

  test('a list is taken, each by itself; bad ones are told by index, reason and pointer', async () => {
    const doors = createTestDoors()
    const response = await post(doors, [LEAST.web, { ...LEAST.web, type: 'dance' }, 5, { ...LEAST.web, id: 'e-2' }])
    expect(response.statusCode).toBe(202)
    expect(response.json()).toEqual({
      accepted: 2,
      bad: [
        { index: 1, reason: 'unknown_type', pointer: '/type' },
        { index: 2, reason: 'schema', pointer: '' },
      ],
    })
    expect(doors.countsOf('events')).toMatchObject({ received: 4, 'sent.records': 2, 'bad.schema': 1, batches: 1 })
  })

  test('202 also where all of them are bad, and where there is none', async () => {
    const doors = createTestDoors()
    expect((await post(doors, [{}])).json()).toMatchObject({ accepted: 0, bad: [{ index: 0, reason: 'schema' }] })
    expect((await post(doors, [])).json()).toEqual({ accepted: 0, bad: [] })
  })

  test.each([
    ['/v1/contacts', 'contacts'],
    ['/v1/profiles', 'profiles'],
  ] as const)('%s takes its kind, whatever the fields look like', async (url, kind) => {
    const doors = createTestDoors()
    const headers = { 'content-type': 'application/json', ...bearer(KEYS.secret) }
    const response = await post(doors, { ...LEAST[kind], session: 's' }, { url, headers })
    expect(response.json()).toEqual({ accepted: 1, bad: [] })
    expect(doors.kept[0]?.records).toMatchObject([{ kind }])
  })

  test('identifiers are tokens by then', async () => {
    const doors = createTestDoors()
    const identifiers = { email: 'resident@example.org' }
    await post(doors, { ...LEAST.web, linking: 'consent', identifiers })
    expect(doors.kept[0]?.records[0]?.tokens).toEqual(tokeniser.tokensOf(identifiers))
    expect(JSON.stringify(doors.kept)).not.toContain('resident@example.org')
  })

  test('500 are taken and 501 are not', async () => {
    const doors = createTestDoors()
    const some = (count: number) => Array.from({ length: count }, (_, i) => ({ ...LEAST.web, id: `e-${i}` }))
    expect((await post(doors, some(500))).json()).toEqual({ accepted: 500, bad: [] })
    const response = await post(doors, some(501))
    expect(response.statusCode).toBe(413)
    expect(doors.kept).toHaveLength(1)
  })

  test('a record over 64 KiB is a bad row, alone, in a list, and packed', async () => {
    const doors = createTestDoors()
    const large = { ...LEAST.web, padding: 'x'.repeat(64 * 1024) }
    const bad = { reason: 'too_large', pointer: '' }
    expect((await post(doors, large)).json()).toEqual({ accepted: 0, bad: [{ index: 0, ...bad }] })
    expect((await post(doors, [LEAST.web, large])).json()).toEqual({ accepted: 1, bad: [{ index: 1, ...bad }] })
    const packed = await post(doors, gzipSync(JSON.stringify([large])), {
      headers: { ...JSON_HEADERS, 'content-encoding': 'gzip' },
    })
    expect(packed.json()).toEqual({ accepted: 0, bad: [{ index: 0, ...bad }] })
  })

  test('one that is too deep is a bad row, however deep', async () => {
    const doors = createTestDoors()
    const deep = `{"id":"e","a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`
    const response = await post(doors, `[${JSON.stringify(LEAST.web)},${deep}]`)
    expect(response.json()).toEqual({ accepted: 1, bad: [{ index: 1, reason: 'too_large', pointer: '' }] })
    const shallow = `{"id":"e","a":${'['.repeat(1_000)}${']'.repeat(1_000)}}`
    expect((await post(doors, shallow)).json()).toMatchObject({ bad: [{ reason: 'too_deep' }] })
  })
})

describe('bad rows', () => {
  const sent = `{"id":"e-9","time":"2026-11-16T09:12:03Z","session":"s-1","type":"dance","n":18446744073709551616,"email":"resident@example.org"}`

  test('are named after their request, each element apart, and hold nothing in the open', async () => {
    const doors = createTestDoors()
    await post(doors, `[${sent},${sent}]`)
    await post(doors, sent)
    const rows = doors.kept.flatMap(({ bad }) => bad)
    expect(rows).toMatchObject([{ pointer: '/0/type' }, { pointer: '/1/type' }, { pointer: '/type' }])
    expect(new Set(rows.map(({ id }) => id)).size).toBe(3)
    expect(new Set(rows.map(({ place }) => place)).size).toBe(2)
    for (const { place } of rows) expect(place).toMatch(/^http:[\w-]{16}$/)
    expect(JSON.stringify(rows)).not.toContain('resident')
  })

  test('carry a sealed copy to the last digit, until their retention is over', async () => {
    const doors = createTestDoors()
    await post(doors, ` [ ${sent} ] `)
    const row = doors.kept[0]?.bad[0]
    expect(row?.sealed_until).toBe('2026-12-16T12:00:00.000Z')
    const opened = createSeal(LINK_KEY).unseal(row?.sealed ?? '', row?.id ?? '')
    expect(opened).toEqual({ kind: 'web', text: sent })
  })
})

describe('bodies', () => {
  test.each([
    ['application/json; charset=utf-8', 202],
    ['text/plain;charset=UTF-8', 202],
    ['TEXT/PLAIN', 202],
    ['application/json; charset=iso-8859-1', 415],
    ['application/xml', 415],
    ['application/x-www-form-urlencoded', 202],
    ['multipart/form-data; boundary=x', 415],
    ['nonsense', 415],
  ])('of type %s: %i', async (type, status) => {
    const response = await post(createTestDoors(), LEAST.web, { headers: { ...JSON_HEADERS, 'content-type': type } })
    expect(response.statusCode).toBe(status)
  })

  test('of no type are read as JSON', async () => {
    expect((await post(createTestDoors(), LEAST.web, { headers: bearer(KEYS.server) })).statusCode).toBe(202)
  })

  test.each([
    ['no JSON', '{"id":'],
    ['nothing', ''],
    ['white space', ' \n '],
    ['bytes that are no UTF-8', Buffer.from([0x22, 0xc3, 0x28, 0x22])],
    ['UTF-16', Buffer.from('\ufeff[]', 'utf16le')],
  ])('%s: 400, and not a word of it', async (_name, payload) => {
    const response = await post(createTestDoors(), payload)
    expect(response.statusCode).toBe(400)
    expect(response.headers['content-type']).toBe('application/problem+json')
    expect(response.json()).toMatchObject({ type: 'urn:ringback:problem:unreadable', status: 400 })
  })

  test('a byte order mark is no harm', async () => {
    expect((await post(createTestDoors(), `\ufeff${JSON.stringify(LEAST.web)}`)).statusCode).toBe(202)
  })

  const packed = { ...JSON_HEADERS, 'content-encoding': 'gzip' }

  test('packed ones are unpacked', async () => {
    const response = await post(createTestDoors(), gzipSync(JSON.stringify([LEAST.web])), { headers: packed })
    expect(response.json()).toEqual({ accepted: 1, bad: [] })
  })

  test('a damaged one and one that ends too soon: 400; another coding: 415', async () => {
    const doors = createTestDoors()
    const whole = gzipSync(JSON.stringify(LEAST.web))
    const damaged = Buffer.from(whole)
    damaged[damaged.length - 6] = (damaged[damaged.length - 6] ?? 0) ^ 0xff
    for (const body of [damaged, whole.subarray(0, -4), Buffer.from('no gzip')])
      expect((await post(doors, body, { headers: packed })).statusCode).toBe(400)
    const other = await post(doors, whole, { headers: { ...JSON_HEADERS, 'content-encoding': 'br' } })
    expect(other.statusCode).toBe(415)
  })

  test('more than 1 MiB, as sent or unpacked: 413', async () => {
    const doors = createTestDoors()
    expect((await post(doors, `"${'x'.repeat(1024 * 1024 - 2)}"`)).statusCode).toBe(202)
    expect(typeOf(await post(doors, `"${'x'.repeat(1024 * 1024 - 1)}"`))).toBe('urn:ringback:problem:too-large')
    const bomb = await post(doors, gzipSync(Buffer.alloc(64 * 1024 * 1024, ' ')), { headers: packed })
    expect(bomb.statusCode).toBe(413)
  })
})

describe('keys', () => {
  test.each([
    ['none', {}, 401],
    ['one that nobody knows', bearer('rbw_unknown'), 401],
    ['one that was revoked', bearer(KEYS.revoked), 401],
    ['a secret one that was guessed', bearer(`${KEYS.secret.slice(0, -1)}_`), 401],
    ['a write key', bearer(KEYS.write), 202],
    ['a secret key', bearer(KEYS.secret), 202],
    ['another scheme', { authorization: `Basic ${KEYS.write}` }, 401],
  ])('%s: events', async (_name, headers, status) => {
    const response = await post(createTestDoors(), LEAST.web, { headers })
    expect(response.statusCode).toBe(status)
    if (status === 401) expect(response.headers['www-authenticate']).toBe('Bearer')
  })

  test('a write key may stand in the URL, a secret one may not', async () => {
    const doors = createTestDoors()
    expect((await post(doors, LEAST.web, { url: `/v1/events?key=${KEYS.write}`, headers: {} })).statusCode).toBe(202)
    expect((await post(doors, LEAST.web, { url: `/v1/events?key=${KEYS.secret}`, headers: {} })).statusCode).toBe(401)
  })

  test('a write key opens neither contacts nor profiles, and is told which does', async () => {
    for (const url of ['/v1/contacts', '/v1/profiles']) {
      const response = await post(createTestDoors(), LEAST.contacts, { url, headers: bearer(KEYS.write) })
      expect(response.statusCode).toBe(403)
      expect(response.json()).toMatchObject({ type: 'urn:ringback:problem:wrong-key' })
      expect(response.json<{ detail: string }>().detail).toContain('rbs_')
    }
  })

  test('refused before the body is read', async () => {
    const doors = createTestDoors()
    expect((await post(doors, 'no JSON', { headers: {} })).statusCode).toBe(401)
    expect(doors.countsOf('events')).toEqual({ 'dropped.unauthorised': 1 })
  })
})

describe('pages', () => {
  const from = (origin: string, key: string) => ({ ...JSON_HEADERS, ...bearer(key), origin })

  test.each([
    ['its own', KEYS.write, PAGE, 202],
    ['another', KEYS.write, 'https://evil.example.org', 403],
    ['one that only begins like it', KEYS.write, `${PAGE}.example.org`, 403],
    ['null', KEYS.write, 'null', 403],
    ['any, with a key for servers', KEYS.server, PAGE, 403],
  ])('of %s origin', async (_name, key, origin, status) => {
    const response = await post(createTestDoors(), LEAST.web, { headers: from(origin, key) })
    expect(response.statusCode).toBe(status)
    expect(response.headers.vary).toBe('Origin')
    expect(response.headers['access-control-allow-origin']).toBe(origin === PAGE ? PAGE : undefined)
    expect(response.headers['access-control-allow-credentials']).toBeUndefined()
  })

  test('a preflight is answered for the pages of some key, and for no others', async () => {
    const { app } = createTestDoors()
    const ask = (origin: string) =>
      app.inject({ method: 'OPTIONS', url: '/v1/events', headers: { origin, 'access-control-request-method': 'POST' } })
    const good = await ask(PAGE)
    expect(good.statusCode).toBe(204)
    expect(good.headers).toMatchObject({
      'access-control-allow-origin': PAGE,
      'access-control-allow-methods': 'POST, GET',
      'access-control-max-age': '7200',
      vary: 'Origin',
    })
    expect(good.headers['access-control-allow-headers']).toContain('authorization')
    const bad = await ask('https://evil.example.org')
    expect(bad.statusCode).toBe(403)
    expect(bad.headers['access-control-allow-origin']).toBeUndefined()
    expect(bad.headers.vary).toBe('Origin')
  })
})

describe('elsewhere', () => {
  test.each(['GET', 'PUT', 'PATCH', 'DELETE'] as const)('%s: 405 with what is allowed', async (method) => {
    const response = await createTestDoors().app.inject({ method, url: '/v1/events' })
    expect(response.statusCode).toBe(405)
    expect(response.headers.allow).toBe('POST, OPTIONS')
    expect(response.headers['content-type']).toBe('application/problem+json')
  })

  test('a door that there is not: 404 as a problem', async () => {
    const response = await createTestDoors().app.inject({ method: 'POST', url: '/v1/nothing', payload: {} })
    expect(response.statusCode).toBe(404)
    expect(response.json()).toMatchObject({ type: 'urn:ringback:problem:not-found', status: 404 })
  })
})

test('while nothing can be kept: 503 with Retry-After, and afterwards it is taken', async () => {
  const doors = createTestDoors()
  doors.setAway(true)
  const response = await post(doors, LEAST.web)
  expect(response.statusCode).toBe(503)
  expect(Number(response.headers['retry-after'])).toBeGreaterThan(0)
  expect(typeOf(response)).toBe('urn:ringback:problem:unavailable')
  expect(doors.countsOf('events')['sent.records']).toBeUndefined()
  doors.setAway(false)
  expect((await post(doors, LEAST.web)).statusCode).toBe(202)
})
