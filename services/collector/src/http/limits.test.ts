/** How much comes through: by key, by network, and of what is refused. */
import { LEAST } from '../testing/edge.ts'
import { createTestDoors, KEYS, type TestDoors } from '../testing/test-doors.ts'
import { networkPrefix } from './limits.ts'

interface Sent {
  readonly key?: string
  readonly payload?: unknown
  readonly from?: string
}

const post = ({ app }: TestDoors, { key = KEYS.server, payload = LEAST.web, from = '192.0.2.1' }: Sent = {}) =>
  app.inject({
    method: 'POST',
    url: '/v1/events',
    remoteAddress: from,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    payload: typeof payload === 'string' ? payload : JSON.stringify(payload),
  })

const statusOf = async (doors: TestDoors, sent?: Sent): Promise<number> => (await post(doors, sent)).statusCode

test.each([
  ['192.0.2.17', '192.0.2'],
  ['::ffff:192.0.2.99', '192.0.2'],
  ['2001:db8:1:2::5', '2001:db8:1'],
  ['2001:0DB8:0001::', '2001:db8:1'],
  ['2001:db8::5', '2001:db8:0'],
  ['::1', '0:0:0'],
  ['fe80::1%eth0', 'fe80:0:0'],
])('%s is in network %s', (address, network) => {
  expect(networkPrefix(address)).toBe(network)
})

test('records count by key: beyond the limit 429 with the seconds to wait, and nothing is kept of it', async () => {
  const doors = createTestDoors({ limits: { recordsPerSecond: 2 } })
  expect(await statusOf(doors, { payload: [LEAST.web, LEAST.web] })).toBe(202)
  const refused = await post(doors)
  expect(refused.statusCode).toBe(429)
  expect(refused.headers['retry-after']).toBe('1')
  expect(refused.json()).toMatchObject({ type: 'urn:ringback:problem:too-many', status: 429 })
  expect(doors.kept).toHaveLength(1)
  expect(await statusOf(doors, { key: KEYS.secret })).toBe(202)
  doors.elapse(1_000)
  expect(await statusOf(doors)).toBe(202)
})

test('a bad record counts as three', async () => {
  const doors = createTestDoors({ limits: { recordsPerSecond: 3 } })
  expect(await statusOf(doors, { payload: {} })).toBe(202)
  expect(await statusOf(doors)).toBe(429)
})

test('requests count by network', async () => {
  const doors = createTestDoors({ limits: { requestsPerSecond: 2 } })
  const from = (address: string) => statusOf(doors, { from: address })
  expect([await from('192.0.2.1'), await from('192.0.2.2'), await from('192.0.2.3')]).toEqual([202, 202, 429])
  expect(await from('198.51.100.1')).toBe(202)
})

test('who guesses keys is soon refused without a look, and whoever has one in that network is not', async () => {
  const doors = createTestDoors({ limits: { rejectionsPerMinute: 2 } })
  const guess = () => statusOf(doors, { key: 'rbw_guessed' })
  expect([await guess(), await guess(), await guess(), await guess()]).toEqual([401, 401, 429, 429])
  expect(await statusOf(doors)).toBe(202)
  doors.elapse(30_000)
  expect(await guess()).toBe(401)
})

test('whoever has a key and sends what cannot be read is refused by itself alone', async () => {
  const doors = createTestDoors({ limits: { rejectionsPerMinute: 2 } })
  const garbage = () => statusOf(doors, { payload: '{' })
  expect([await garbage(), await garbage(), await garbage()]).toEqual([400, 400, 429])
  expect(await statusOf(doors)).toBe(429)
  expect(await statusOf(doors, { key: KEYS.secret })).toBe(202)
  expect(await statusOf(doors, { from: '198.51.100.1' })).toBe(202)
})
