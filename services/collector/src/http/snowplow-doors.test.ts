/** The doors of the Snowplow protocol: by hand, and by its official tracker for Node. */
import type { EdgeWebEvent } from '@ringback/contracts'
import { buildFormSubmission, buildPageView, buildSelfDescribingEvent, newTracker } from '@snowplow/node-tracker'
import { RECEIVED } from '../testing/edge.ts'
import { createTestDoors, KEYS, LINK_KEY, PAGE, type TestDoors } from '../testing/test-doors.ts'
import { listen } from '../testing/listen.ts'
import { createSeal } from './sealed.ts'

const TP2 = '/com.snowplowanalytics.snowplow/tp2'
const SP = 'iglu:com.snowplowanalytics.snowplow'
const VIEW = { e: 'pv', eid: 'e-1', sid: 's-1', p: 'web', url: `${PAGE}/bins/address?p=ZZ1`, dtm: String(RECEIVED) }

const post = ({ app }: TestDoors, url: string, payloads: unknown, headers: Readonly<Record<string, string>> = {}) =>
  app.inject({
    method: 'POST',
    url,
    headers: { 'content-type': 'application/json; charset=UTF-8', ...headers },
    payload: JSON.stringify({ schema: `${SP}/payload_data/jsonschema/1-0-4`, data: payloads }),
  })
const eventsOf = ({ kept }: TestDoors): readonly EdgeWebEvent[] =>
  kept.flatMap(({ records }) => records.flatMap((record) => (record.kind === 'web' ? [record] : [])))
const said = (doors: TestDoors): readonly string[] =>
  eventsOf(doors).map(({ type, step, code }) => [type, step, code].filter(Boolean).join(' '))

describe('whose key it is', () => {
  test.each([
    ['in the path', `/${KEYS.server}${TP2}`, [VIEW]],
    ['in a path of its own', `/${KEYS.server}/tp2`, [VIEW]],
    ['in the address', `${TP2}?key=${KEYS.server}`, [VIEW]],
    ['as the app id', TP2, [{ ...VIEW, aid: KEYS.server }]],
  ])('%s', async (_, url, payloads) => {
    const doors = createTestDoors()
    const response = await post(doors, url, payloads)
    expect([response.statusCode, response.body]).toEqual([200, 'ok'])
    expect(eventsOf(doors)).toMatchObject([
      { id: 'e-1', session: 's-1', type: 'page_view', url: 'my.borsetshire.gov.uk/bins/address' },
    ])
  })

  test.each([
    ['none', TP2, { ...VIEW, aid: 'council-web' }, 401],
    ['a revoked one', `/${KEYS.revoked}/tp2`, VIEW, 401],
    ['a secret one', `/${KEYS.secret}/tp2`, VIEW, 403],
    ['a secret one as the app id', TP2, { ...VIEW, aid: KEYS.secret }, 403],
  ])('%s is refused', async (_, url, payload, status) => {
    const doors = createTestDoors()
    expect((await post(doors, url, [payload])).statusCode).toBe(status)
    expect(doors.kept).toEqual([])
  })

  test('one for pages is for these pages alone', async () => {
    const doors = createTestDoors()
    const from = (origin: string) => post(doors, `/${KEYS.write}/tp2`, [VIEW], { origin })
    expect([(await from(PAGE)).statusCode, (await from('https://example.org')).statusCode]).toEqual([200, 403])
  })
})

test('a page asks before it posts, with credentials, as the tracker is made', async () => {
  const doors = createTestDoors()
  const headers = {
    origin: PAGE,
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'content-type,sp-anonymous',
  }
  const asked = await doors.app.inject({ method: 'OPTIONS', url: `/${KEYS.write}/tp2`, headers })
  expect(asked.statusCode).toBe(204)
  expect(asked.headers).toMatchObject({
    'access-control-allow-origin': PAGE,
    'access-control-allow-credentials': 'true',
    'access-control-allow-headers': expect.stringContaining('sp-anonymous'),
  })
  const posted = await post(doors, `/${KEYS.write}/tp2`, [VIEW], { origin: PAGE })
  expect(posted.headers).toMatchObject({
    'access-control-allow-origin': PAGE,
    'access-control-allow-credentials': 'true',
  })
})

test('the pixel answers with an image, and what it asks is kept', async () => {
  const doors = createTestDoors()
  const query = new URLSearchParams({ ...VIEW, aid: KEYS.server, page: 'Error: Your address' })
  const response = await doors.app.inject({ method: 'GET', url: `/i?${query.toString()}` })
  expect(response.statusCode).toBe(200)
  expect(response.headers).toMatchObject({ 'content-type': 'image/gif', 'cache-control': 'no-store' })
  expect(response.rawPayload.subarray(0, 6).toString()).toBe('GIF89a')
  expect(said(doors)).toEqual(['page_view', 'validation_error address'])
})

test.each([
  ['no envelope', '[]'],
  ['no list', '{"data":{}}'],
  ['no JSON', '{'],
])('%s is refused', async (_, payload) => {
  const { app } = createTestDoors()
  const headers = { 'content-type': 'application/json' }
  const response = await app.inject({ method: 'POST', url: `/${KEYS.server}/tp2`, headers, payload })
  expect(response.statusCode).toBe(400)
})

test('what cannot be kept now comes again', async () => {
  const doors = createTestDoors()
  doors.setAway(true)
  const response = await post(doors, `/${KEYS.server}/tp2`, [VIEW])
  expect([response.statusCode, response.headers['retry-after']]).toEqual([503, '5'])
})

test('what has no meaning is counted, and what is bad is told by its place', async () => {
  const doors = createTestDoors()
  await post(doors, `/${KEYS.server}/tp2`, [{ ...VIEW, e: 'tr' }, 'x', { ...VIEW, sid: '' }, VIEW])
  expect(doors.countsOf('snowplow')).toMatchObject({ 'dropped.no_meaning': 1, 'bad.schema': 2, 'sent.records': 1 })
  expect(doors.kept[0]?.bad.map(({ reason, pointer }) => `${reason} ${pointer}`)).toEqual([
    'schema /0',
    'schema /1/session',
  ])
})

test('more than a request of our own may hold is taken all the same, and each bad row is one of its own', async () => {
  const doors = createTestDoors()
  const payloads = Array.from({ length: 700 }, (__, i) => ({
    ...VIEW,
    eid: `e-${i}`,
    ...(i % 500 === 7 ? { sid: '' } : {}),
  }))
  expect((await post(doors, `/${KEYS.server}/tp2`, payloads)).statusCode).toBe(200)
  expect(new Set(eventsOf(doors).map(({ id }) => id)).size).toBe(698)
  expect(new Set(doors.kept.flatMap(({ bad }) => bad.map(({ id }) => id))).size).toBe(2)
})

test('nothing typed is kept, not even sealed, not even of what is bad', async () => {
  const doors = createTestDoors()
  const typed = 'ZZ1 1ZZ'
  const event = { schema: `${SP}/change_form/jsonschema/1-0-0`, data: { elementId: 'a', value: typed } }
  const unstruct = JSON.stringify({ schema: `${SP}/unstruct_event/jsonschema/1-0-0`, data: event })
  const common = { e: 'ue', eid: 'e-1', uid: typed, url: `${PAGE}/bins/a?p=${typed}` }
  await post(doors, `/${KEYS.server}/tp2`, [
    { ...common, ue_pr: unstruct },
    { ...common, sid: 's', ue_pr: unstruct },
    { ...common, sid: 's', ue_pr: unstruct.slice(1) },
  ])
  const [taken] = doors.kept
  expect(taken?.records).toHaveLength(1)
  expect(taken?.bad.map(({ reason }) => reason)).toEqual(['schema', 'json'])
  const seal = createSeal(LINK_KEY)
  const sealed = taken?.bad.map(({ id, sealed: text }) => seal.unseal(text ?? '', id)?.text)
  expect(sealed).toEqual([expect.stringContaining('"step":"a"'), ''])
  expect(JSON.stringify([doors.kept, sealed])).not.toContain('ZZ1')
})

test('the official tracker for Node, as it is', async () => {
  const doors = createTestDoors()
  const server = await listen(doors)
  const answers: number[] = []
  const tracker = newTracker(
    { namespace: 'forms', appId: KEYS.server, encodeBase64: true },
    {
      endpoint: server.url,
      bufferSize: 3,
      onRequestSuccess: () => answers.push(200),
      onRequestFailure: ({ status }) => answers.push(status ?? 0),
    },
  )
  tracker.setSessionId('s-9')
  tracker.setUserId('account-1')
  const page = { pageUrl: `${PAGE}/bins/address`, pageTitle: 'Error: Your address' }
  tracker.setPlatform('srv')
  tracker.track(buildPageView(page))
  const elements = [{ name: 'postcode', value: 'ZZ1 1ZZ', nodeName: 'INPUT' as const, type: 'text' }]
  tracker.track(buildFormSubmission({ formId: 'f', formClasses: [], elements }))
  const own = { type: 'task_completed', task: 'bin', case: 'C-1', linking: 'transaction' }
  tracker.track(
    buildSelfDescribingEvent({ event: { schema: 'iglu:uk.ringback/web_event/jsonschema/1-0-0', data: own } }),
  )
  await tracker.flush()
  await server.until(() => eventsOf(doors).length >= 4)
  await server.close()
  expect(said(doors)).toEqual(['page_view', 'validation_error address', 'page_view', 'task_completed'])
  const events = eventsOf(doors)
  expect(events.map(({ session, isPublic }) => [session, isPublic])).toEqual(Array(4).fill(['s-9', true]))
  expect(events.map(({ tokens }) => tokens.map((token) => token.split(':')[0]))).toEqual([
    [],
    [],
    [],
    ['account', 'case'],
  ])
  expect(JSON.stringify(doors.kept)).not.toContain('ZZ1')
  expect(answers).not.toContain(401)
})
