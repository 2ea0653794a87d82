/** `POST /v1/codes`: what a session is given to quote, once and to nobody else. */
import { normaliseIdentifier } from '@ringback/identity'
import { createTestDoors, KEYS, PAGE, type TestDoors } from '../testing/test-doors.ts'
import { tokeniser } from '../testing/edge.ts'
import { ALPHABET } from './codes.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

const ask = ({ app }: TestDoors, session: unknown, headers: Readonly<Record<string, string>> = {}) =>
  app.inject({
    method: 'POST',
    url: `/v1/codes?key=${KEYS.write}`,
    headers: { 'content-type': 'application/json', ...headers },
    payload: JSON.stringify({ session }),
  })

const codeOf = async (doors: TestDoors, session: string): Promise<string> =>
  (await ask(doors, session)).json<{ code: string }>().code

test('a session is given six characters, shown in two groups, for a day', async () => {
  const response = await ask(createTestDoors(), 's-1')
  expect(response.statusCode).toBe(200)
  const { code, expires_at } = response.json<{ code: string; expires_at: string }>()
  expect(code).toMatch(new RegExp(`^[${ALPHABET}]{3}-[${ALPHABET}]{3}$`))
  expect(expires_at).toBe('2026-11-17T12:00:00.000Z')
  expect(response.headers['cache-control']).toBe('no-store')
})

test('what is drawn from is the alphabet that the law reads codes by: each of its characters is itself', () => {
  expect(new Set(ALPHABET).size).toBe(32)
  for (const character of ALPHABET)
    expect(normaliseIdentifier('code', character.repeat(6), 'GB')).toMatchObject({ value: character.repeat(6) })
})

test('asking again gives the same one while it is valid, and then another', async () => {
  const doors = createTestDoors({ limits: { codesPerMinute: 1_000 } })
  const first = await codeOf(doors, 's-1')
  doors.elapse(DAY_MS - 1)
  expect(await codeOf(doors, 's-1')).toBe(first)
  doors.elapse(1)
  expect(await codeOf(doors, 's-1')).not.toBe(first)
})

test('sessions have different ones, also those that ask at once', async () => {
  const doors = createTestDoors({ limits: { codesPerMinute: 1_000 } })
  const sessions = Array.from({ length: 300 }, (_, i) => `s-${i % 150}`)
  const codes = await Promise.all(sessions.map((session) => codeOf(doors, session)))
  expect(new Set(codes).size).toBe(150)
  expect(codes.slice(0, 150)).toEqual(codes.slice(150))
})

test('a code that another session has had within the retention is not given again', async () => {
  const doors = createTestDoors()
  const { claim } = doors.claims
  let isTaken = true
  // Whatever is drawn first, somebody has had it.
  doors.setClaim((name, value, forMs) => {
    const isCode = name.startsWith('code:')
    if (isCode && isTaken) {
      isTaken = false
      return claim(name, 'another session|0', forMs)
    }
    return claim(name, value, forMs)
  })
  const code = await codeOf(doors, 's-1')
  expect(isTaken).toBe(false)
  expect(await codeOf(doors, 's-1')).toBe(code)
})

test('it is kept as an event of that session which quotes it, without a task, once for all askings', async () => {
  const doors = createTestDoors()
  const code = await codeOf(doors, 's-1')
  doors.elapse(HOUR_MS)
  await codeOf(doors, 's-1')
  const records = doors.kept.flatMap((taken) => taken.records)
  const event = {
    kind: 'web',
    session: 's-1',
    type: 'page_view',
    tokens: tokeniser.tokensOf({ code }),
    at: records[0]?.received,
  }
  expect(records).toMatchObject([event, event])
  expect(records[0]).not.toHaveProperty('task', expect.anything())
  expect(records[0]?.id).toBe(records[1]?.id)
})

test('who asks too often is told when to come again', async () => {
  const doors = createTestDoors({ limits: { codesPerMinute: 2 } })
  await ask(doors, 's-1')
  await ask(doors, 's-2')
  const third = await ask(doors, 's-3')
  expect(third.statusCode).toBe(429)
  expect(third.headers['retry-after']).toBe('30')
  doors.elapse(30_000)
  expect((await ask(doors, 's-3')).statusCode).toBe(200)
})

test.each([
  ['a number', 5],
  ['nothing', ''],
  ['too long', 'x'.repeat(201)],
  ['half a pair', '\ud800'],
  ['a list', ['s']],
])('a session that is %s: 400', async (_name, session) => {
  const response = await ask(createTestDoors(), session)
  expect(response.statusCode).toBe(400)
  expect(response.json()).toMatchObject({ type: 'urn:ringback:problem:invalid' })
})

test('pages of the key may read it, those of others may not', async () => {
  const doors = createTestDoors()
  expect((await ask(doors, 's-1', { origin: PAGE })).headers['access-control-allow-origin']).toBe(PAGE)
  expect((await ask(doors, 's-1', { origin: 'https://evil.example.org' })).statusCode).toBe(403)
})

test('while nobody knows which codes are taken, or nothing can be kept: 503', async () => {
  const doors = createTestDoors()
  doors.claims.setAway(true)
  const response = await ask(doors, 's-1')
  expect(response.statusCode).toBe(503)
  expect(response.headers['retry-after']).toBe('5')
  doors.claims.setAway(false)
  doors.setAway(true)
  expect((await ask(doors, 's-1')).statusCode).toBe(503)
})
