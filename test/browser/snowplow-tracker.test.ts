/**
 * Snowplow's official browser tracker with its plugins, unmodified, on real pages in a real browser: what a resident does there becomes the
 * journey that one would draw by hand, and nothing that was typed is anywhere in what was kept.
 */
import { configSchema, type EdgeRecord } from '@ringback/contracts'
import { openBrowser } from '@ringback/testkit'
import { dirname, join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { listen, type Listening } from '../../services/collector/src/testing/listen.ts'
import { createTestDoors, KEYS, type TestDoors } from '../../services/collector/src/testing/test-doors.ts'
import { judgeRecords } from '../scenarios/judge-records.ts'
import { openPages, type Pages } from './council-pages.ts'

jest.setTimeout(120_000)

const CONFIG = configSchema.parse({
  council: { name: 'Borsetshire', timezone: 'Europe/London' },
  tasks: [{ id: 'report-missed-bin', urls: ['/bins*'] }],
})
const CHROME = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36'

const PARTS = {
  'browser-tracker': 'snowplowBrowserTracking',
  'browser-plugin-form-tracking': 'snowplowFormTracking',
  'browser-plugin-link-click-tracking': 'snowplowLinkClickTracking',
  'browser-plugin-error-tracking': 'snowplowErrorTracking',
} as const

/** As its documentation says, but for where it sends. */
const scriptOf = (collector: string, how: object): string => {
  const parts = Object.keys(PARTS).map((name) => `<script src="/${name}.js"></script>`)
  const options = { appId: 'council-web', postPath: `/${KEYS.write}/tp2`, ...how }
  return `${parts.join('')}<script>
    snowplowBrowserTracking.newTracker('sp', '${collector}', { ...${JSON.stringify(options)}, plugins: [
      snowplowFormTracking.FormTrackingPlugin(), snowplowLinkClickTracking.LinkClickTrackingPlugin(), snowplowErrorTracking.ErrorTrackingPlugin()] })
    snowplowErrorTracking.enableErrorTracking()
    snowplowLinkClickTracking.enableLinkClickTracking()
    snowplowFormTracking.enableFormTracking()
    snowplowBrowserTracking.setUserId('ms.example@example.org')
    snowplowBrowserTracking.trackPageView()
  </script>`
}

let browser: Browser | undefined
let pages: Pages
beforeAll(async () => {
  browser = await openBrowser()
  pages = await openPages()
  for (const name of Object.keys(PARTS))
    pages.files.set(
      `/${name}.js`,
      join(dirname(require.resolve(`@snowplow/${name}/package.json`)), 'dist/index.umd.min.js'),
    )
})
afterAll(async () => {
  await browser?.close()
  await pages.close()
})

const recordsOf = ({ kept }: TestDoors): readonly EdgeRecord[] => kept.flatMap(({ records }) => records)
const countOf = (doors: TestDoors, type: string): number =>
  recordsOf(doors).filter((record) => record.kind === 'web' && record.type === type).length

const TYPED = { answer: 'ZZ1 1ZZ Example Street', phone: '01632 960999' }

const answer = async (page: Page): Promise<void> => {
  await page.fill('#answer', TYPED.answer)
  await page.fill('#phone', TYPED.phone)
  await Promise.all([page.waitForEvent('load'), page.click('button')])
}

interface Visit {
  readonly doors: TestDoors
  readonly server: Listening
}

/** What a resident does; `isOver`: all of it has come. */
const visit = async (
  act: (page: Page) => Promise<void>,
  isOver: (doors: TestDoors) => boolean,
  { isDriven = false, how = {} } = {},
): Promise<Visit | undefined> => {
  if (!browser) return undefined
  const doors = createTestDoors({ page: pages.origin, clock: () => Date.now() })
  const server = await listen(doors)
  pages.setHead(scriptOf(server.url, how))
  const context = await browser.newContext(isDriven ? {} : { userAgent: CHROME })
  const page = await context.newPage()
  try {
    await page.goto(`${pages.origin}/bins/address`)
    await act(page)
    await server.until(() => isOver(doors))
  } finally {
    await context.close()
    await server.close()
  }
  return { doors, server }
}

const journeyOf = ({ doors }: Visit) =>
  judgeRecords(CONFIG, recordsOf(doors)).flatMap((said) => (said.kind === 'journey' ? [said.row] : []))

test('a form begun, failed with errors and left', async () => {
  pages.setRefusals({ which_bin: 3 })
  const visited = await visit(
    async (page) => {
      await answer(page)
      for (let i = 0; i < 3; i++) await answer(page)
      await page.click('#call')
    },
    (doors) => countOf(doors, 'validation_error') >= 3 && countOf(doors, 'contact_viewed') >= 1,
  )
  if (!visited) return
  expect(journeyOf(visited)).toMatchObject([
    {
      task: 'report-missed-bin',
      intent: 'transaction',
      outcome: 'abandoned',
      cause: 'validation_loop',
      signals: ['contact_viewed', 'validation_loop'],
      steps: ['address', 'which_bin'],
      last_step: 'which_bin',
      sessions: [expect.any(String)],
      device_class: 'desktop',
    },
  ])
  const kept = JSON.stringify(visited.doors.kept)
  for (const text of [...Object.values(TYPED), 'ZZ1', '960999', 'ms.example', 'Example Street'])
    expect(kept).not.toContain(text)
  expect(visited.doors.kept.flatMap(({ bad }) => bad)).toEqual([])
})

test('two errors are no loop, and filling in the form again is no start anew', async () => {
  pages.setRefusals({ address: 2 })
  const visited = await visit(
    async (page) => {
      await answer(page)
      await answer(page)
      await page.fill('#answer', TYPED.answer)
    },
    (doors) => countOf(doors, 'validation_error') >= 2,
  )
  if (!visited) return
  expect(countOf(visited.doors, 'step')).toBe(1)
  expect(journeyOf(visited)).toMatchObject([
    { outcome: 'abandoned', cause: 'gave_up', signals: [], steps: ['address'] },
  ])
})

test('a service that fails, and a script that does', async () => {
  const visited = await visit(
    async (page) => {
      await page.fill('#answer', TYPED.answer)
      await page.click('#crash')
      await Promise.all([page.waitForEvent('load'), page.click('#next')])
    },
    (doors) => countOf(doors, 'error') >= 2,
  )
  if (!visited) return
  expect(journeyOf(visited)).toMatchObject([
    { outcome: 'abandoned', cause: 'script', signals: ['script', 'server_error'] },
  ])
  expect(JSON.stringify(visited.doors.kept)).not.toContain('ZZ1')
})

test('without cookies, as the tracker calls it anonymous, a session is one all the same', async () => {
  pages.setRefusals({ address: 1 })
  const visited = await visit(
    (page) => answer(page),
    (doors) => countOf(doors, 'validation_error') >= 1,
    { how: { anonymousTracking: { withSessionTracking: true, withServerAnonymisation: true } } },
  )
  if (!visited) return
  expect(journeyOf(visited)).toMatchObject([
    { outcome: 'abandoned', steps: ['address'], sessions: [expect.any(String)] },
  ])
})

test('by the pixel it says the same', async () => {
  pages.setRefusals({ address: 1 })
  const visited = await visit(
    (page) => answer(page),
    (doors) => countOf(doors, 'validation_error') >= 1,
    { how: { eventMethod: 'get', appId: KEYS.write } },
  )
  if (!visited) return
  expect(journeyOf(visited)).toMatchObject([{ outcome: 'abandoned', steps: ['address'] }])
  expect(JSON.stringify(visited.doors.kept)).not.toContain('ZZ1')
})

test('a browser that a program drives is a bot, and its visit no journey', async () => {
  const visited = await visit(
    (page) => page.fill('#answer', 'x'),
    (doors) => countOf(doors, 'step') >= 1,
    { isDriven: true },
  )
  if (!visited) return
  expect(journeyOf(visited)).toEqual([])
})
