/** What programs do is nobody's journey: told by the user agent at the door, which goes no further. */
import { LEAST } from '../testing/edge.ts'
import { createTestDoors, KEYS, PAGE } from '../testing/test-doors.ts'

const CRAWLER = 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)'
const BROWSER = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36'
const HEADLESS =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/142.0.0.0 Safari/537.36'

const send = async (headers: Readonly<Record<string, string>>, url = '/v1/events', payload: object = LEAST.web) => {
  const doors = createTestDoors()
  const authorization = `Bearer ${url === '/v1/contacts' ? KEYS.secret : KEYS.write}`
  const response = await doors.app.inject({ method: 'POST', url, headers: { authorization, ...headers }, payload })
  expect(response.statusCode).toBeLessThan(300)
  return doors.kept.flatMap(({ records }) => records)
}

test.each([
  ['a browser', { 'user-agent': BROWSER, origin: PAGE }, true],
  ['a crawler', { 'user-agent': CRAWLER, origin: PAGE }, false],
  ['a browser that a program drives', { 'user-agent': HEADLESS, origin: PAGE }, false],
  ["a council's own server", { 'user-agent': 'node' }, true],
  ['a crawler without a page', { 'user-agent': CRAWLER }, false],
  ['no agent at all', { 'user-agent': '' }, true],
])('%s', async (_name, headers, isPublic) => {
  expect(await send(headers)).toMatchObject([{ isPublic }])
})

test('a code that a crawler asks for ties it to nobody', async () => {
  const headers = { 'user-agent': CRAWLER, origin: PAGE }
  expect(await send(headers, '/v1/codes', { session: 's' })).toMatchObject([{ isPublic: false }])
})

test('of a contact the agent is that of the system which tells of it', async () => {
  expect(await send({ 'user-agent': CRAWLER }, '/v1/contacts', LEAST.contacts)).toMatchObject([{ shows: true }])
})

test('no agent is kept, nor an address', async () => {
  const doors = createTestDoors()
  await doors.app.inject({
    method: 'POST',
    url: '/v1/events',
    remoteAddress: '198.51.100.77',
    headers: { authorization: `Bearer ${KEYS.write}`, 'user-agent': CRAWLER, 'x-forwarded-for': '203.0.113.9' },
    payload: [LEAST.web, {}],
  })
  const kept = JSON.stringify(doors.kept)
  for (const secret of ['Googlebot', '198.51.100', '203.0.113']) expect(kept).not.toContain(secret)
})
