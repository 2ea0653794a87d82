/** The doors of Matomo's tracking API: by hand, and by its official tracker for Node. */
import type { EdgeWebEvent } from '@ringback/contracts'
import type { InjectOptions } from 'fastify'
import MatomoTracker from 'matomo-tracker'
import { listen } from '../testing/listen.ts'
import { createTestDoors, KEYS, PAGE, type TestDoors } from '../testing/test-doors.ts'

const VISITOR = '0123456789abcdef'
const query = (fields: Readonly<Record<string, string>> = {}): string =>
  new URLSearchParams({ idsite: '1', rec: '1', _id: VISITOR, url: `${PAGE}/bins/address`, ...fields }).toString()

const eventsOf = ({ kept }: TestDoors): readonly EdgeWebEvent[] =>
  kept.flatMap(({ records }) => records.flatMap((record) => (record.kind === 'web' ? [record] : [])))
const said = (doors: TestDoors): readonly string[] =>
  eventsOf(doors).map(({ type, step, code }) => [type, step, code].filter(Boolean).join(' '))

const FORM = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' }
const post = (url: string, payload: string, headers: Readonly<Record<string, string>> = FORM): InjectOptions => ({
  method: 'POST',
  url,
  headers,
  payload,
})

describe('however it is asked', () => {
  test.each<[string, InjectOptions]>([
    ['the key in the path', { method: 'GET', url: `/${KEYS.server}/matomo.php?${query()}` }],
    ['the key in the address', { method: 'GET', url: `/piwik.php?key=${KEYS.server}&${query()}` }],
    ['the key as token', { method: 'GET', url: `/matomo.php?${query({ token_auth: KEYS.server })}` }],
    ['a form', post(`/${KEYS.server}/piwik.php`, query())],
    ['a form with the key in it', post('/matomo.php', query({ token_auth: KEYS.server }))],
    ['partly in the address', post(`/${KEYS.server}/matomo.php?_id=${VISITOR}`, `rec=1&url=${PAGE}/bins/address`)],
  ])('%s', async (_, options) => {
    const doors = createTestDoors()
    const response = await doors.app.inject(options)
    expect([response.statusCode, response.headers['content-type']]).toEqual([200, 'image/gif'])
    expect(eventsOf(doors)).toMatchObject([
      { type: 'page_view', url: 'my.borsetshire.gov.uk/bins/address', session: expect.stringContaining(VISITOR) },
    ])
    expect(JSON.stringify(doors.kept)).not.toContain(KEYS.server)
  })
})

test.each([
  ['none', `/matomo.php?${query()}`, 401],
  ['a revoked one', `/${KEYS.revoked}/matomo.php?${query()}`, 401],
  ['a secret one', `/matomo.php?${query({ token_auth: KEYS.secret })}`, 403],
])('with %s for a key it is refused', async (_, url, status) => {
  const doors = createTestDoors()
  expect((await doors.app.inject({ method: 'GET', url })).statusCode).toBe(status)
  expect(doors.kept).toEqual([])
})

test('who wants no image gets none', async () => {
  const { app } = createTestDoors()
  const response = await app.inject({ method: 'GET', url: `/${KEYS.server}/matomo.php?${query({ send_image: '0' })}` })
  expect([response.statusCode, response.body]).toEqual([204, ''])
})

test('many at once are answered by how many were taken, as a script posts them', async () => {
  const doors = createTestDoors()
  const requests = [
    `?${query({ action_name: 'Error: Your address' })}`,
    `?url=${PAGE}/bins&rec=1&action_name=Error:%20x`,
    7,
    `?${query({ idgoal: '1' })}`,
  ]
  const response = await doors.app.inject(post('/matomo.php', JSON.stringify({ requests, token_auth: KEYS.server })))
  expect(response.json()).toEqual({ status: 'success', tracked: 2, invalid: 2 })
  expect(said(doors)).toEqual(['page_view', 'validation_error address'])
})

test.each([
  ['no list', '{"requests":"?url=a"}'],
  ['no JSON', '{'],
])('%s is refused', async (_, payload) => {
  const { app } = createTestDoors()
  expect((await app.inject(post(`/${KEYS.server}/matomo.php`, payload))).statusCode).toBe(400)
})

test('the official tracker for Node, as it is', async () => {
  const doors = createTestDoors()
  const server = await listen(doors)
  const tracker = new MatomoTracker(1, `${server.url}/${KEYS.server}/matomo.php`)
  const failures: unknown[] = []
  tracker.on('error', (error: unknown) => failures.push(error))
  tracker.track({ url: `${PAGE}/bins/address`, action_name: 'Your address', _id: VISITOR })
  await server.until(() => eventsOf(doors).length >= 1)
  const answer = await new Promise<string>((resolve) =>
    tracker.trackBulk(
      [
        { _id: VISITOR, url: `${PAGE}/bins/address`, e_c: 'ringback', e_a: 'step', e_n: 'which_bin' },
        { _id: VISITOR, url: `${PAGE}/bins`, search: 'my bin', search_count: '0' },
      ],
      resolve,
    ),
  )
  await server.close()
  expect([JSON.parse(answer), failures]).toEqual([{ status: 'success', tracked: 2, invalid: 0 }, []])
  expect(said(doors)).toEqual(['page_view', 'step which_bin', 'search'])
  expect(eventsOf(doors).map(({ isPublic }) => isPublic)).toEqual([true, true, true])
  expect(JSON.stringify(doors.kept)).not.toContain('my bin')
})
