/** `POST /v1/contacts/{format}`: what other systems send by themselves, and by what they are known. */
import { createHmac } from 'node:crypto'
import { findFormat } from '@ringback/formats'
import { tokeniser } from '../testing/edge.ts'
import { createTestDoors, KEYS, LINK_KEY, type TestDoors, TWILIO_TOKEN } from '../testing/test-doors.ts'
import { createSeal } from './sealed.ts'

const bearer = { authorization: `Bearer ${KEYS.secret}` }

const ticket = (more: object = {}): object => ({
  id: 16988,
  created_at: '2026-11-16T09:12:03Z',
  updated_at: '2026-11-16T11:00:00Z',
  via: { channel: 'email', source: { from: { address: 'a.resident@example.org' } } },
  ...more,
})

const post = (
  { app }: TestDoors,
  format: string,
  payload: unknown,
  headers: Readonly<Record<string, string>> = bearer,
) =>
  app.inject({
    method: 'POST',
    url: `/v1/contacts/${format}`,
    headers: { 'content-type': 'application/json', ...headers },
    payload: typeof payload === 'string' ? payload : JSON.stringify(payload),
  })

test('a ticket becomes a contact, its identifiers tokens', async () => {
  const doors = createTestDoors()
  const response = await post(doors, 'zendesk', { ticket: ticket() })
  expect(response.statusCode).toBe(202)
  expect(response.json()).toEqual({ accepted: 1, bad: [] })
  const [record] = doors.kept[0]?.records ?? []
  expect(record).toMatchObject({ kind: 'contacts', source: 'zendesk', id: '16988' })
  expect(record?.tokens).toEqual(expect.arrayContaining(tokeniser.tokensOf({ email: 'a.resident@example.org' })))
  expect(doors.countsOf('webhooks')).toMatchObject({ 'sent.records': 1 })
})

test('what cannot be converted is a bad row, whose sealed copy is converted again', async () => {
  const doors = createTestDoors()
  const bad = ticket({ created_at: 'once', updated_at: 'once' })
  const response = await post(doors, 'zendesk', [bad, ticket()])
  expect(response.json()).toMatchObject({ accepted: 1, bad: [{ index: 0 }] })
  const [row] = doors.kept[0]?.bad ?? []
  const opened = createSeal(LINK_KEY).unseal(row?.sealed ?? '', row?.id ?? '')
  expect(opened).toMatchObject({ kind: 'contacts', source: 'zendesk', format: 'zendesk' })
  expect(JSON.parse(opened?.text ?? '')).toEqual(bad)
})

test.each(['nothing', '__proto__', 'ringback', 'combined-log'])('%s is no format of contacts: 404', async (format) => {
  const response = await post(createTestDoors(), format, ticket())
  expect(response.statusCode).toBe(404)
})

test('a secret key opens it, a write key does not', async () => {
  const doors = createTestDoors()
  expect((await post(doors, 'zendesk', ticket(), {})).statusCode).toBe(401)
  expect((await post(doors, 'zendesk', ticket(), { authorization: `Bearer ${KEYS.write}` })).statusCode).toBe(403)
  expect(doors.kept).toEqual([])
})

test('of a type that the format has nothing of: 415; what is no JSON, or too deep: 400', async () => {
  const doors = createTestDoors()
  const form = { ...bearer, 'content-type': 'application/x-www-form-urlencoded' }
  expect((await post(doors, 'zendesk', 'a=b', form)).statusCode).toBe(415)
  expect((await post(doors, 'zendesk', '{')).statusCode).toBe(400)
  expect((await post(doors, 'zendesk', `${'['.repeat(1_000)}${']'.repeat(1_000)}`)).statusCode).toBe(400)
})

test('what a format has no record for is taken, and nothing comes of it', async () => {
  const doors = createTestDoors()
  expect(findFormat('zendesk')?.lists).toContain('tickets')
  expect((await post(doors, 'zendesk', { tickets: [] })).json()).toEqual({ accepted: 0, bad: [] })
})

describe('Twilio', () => {
  const fields = {
    CallSid: 'CA1',
    From: '+447700900123',
    To: '+441632960000',
    Direction: 'inbound',
    CallStatus: 'completed',
    CallDuration: '341',
    Timestamp: 'Mon, 16 Nov 2026 11:31:41 +0000',
  }
  const SORTED = ['CallDuration', 'CallSid', 'CallStatus', 'Direction', 'From', 'Timestamp', 'To'] as const
  const form = 'application/x-www-form-urlencoded'
  const signatureOf = (url: string, token = TWILIO_TOKEN): string =>
    createHmac('sha1', token)
      .update(url + SORTED.map((name) => name + fields[name]).join(''))
      .digest('base64')

  const call = ({ app }: TestDoors, headers: Readonly<Record<string, string>>, url = '/v1/contacts/twilio') =>
    app.inject({
      method: 'POST',
      url,
      headers: { host: 'calls.example.org', 'content-type': form, ...headers },
      payload: new URLSearchParams(fields).toString(),
    })

  test('is known by its own signature, and answered without a body, which it would follow', async () => {
    const doors = createTestDoors()
    const url = 'http://calls.example.org/v1/contacts/twilio?site=1'
    const response = await call(doors, { 'x-twilio-signature': signatureOf(url) }, '/v1/contacts/twilio?site=1')
    expect([response.statusCode, response.payload]).toEqual([204, ''])
    expect(doors.kept[0]?.records).toMatchObject([{ source: 'twilio', id: 'CA1' }])
  })

  test('a signature of another URL, with another token, or for another format: 401', async () => {
    const doors = createTestDoors()
    const good = signatureOf('http://calls.example.org/v1/contacts/twilio')
    for (const [signature, url] of [
      [signatureOf('http://calls.example.org/other'), '/v1/contacts/twilio'],
      [signatureOf('http://calls.example.org/v1/contacts/twilio', 'guessed'), '/v1/contacts/twilio'],
      ['', '/v1/contacts/twilio'],
      [good, '/v1/contacts/zendesk'],
    ] as const)
      expect((await call(doors, { 'x-twilio-signature': signature }, url)).statusCode).toBe(401)
    expect(doors.kept).toEqual([])
    expect((await call(doors, { 'x-twilio-signature': good })).statusCode).toBe(204)
  })
})
