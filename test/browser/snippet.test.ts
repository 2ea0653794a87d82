/** The snippet for sites without a tracker, on real pages in a real browser. */
import type { Page } from 'playwright-core'
import { TITLES } from '../../packages/formats/src/web/testing/titles.ts'
import { KEYS, type TestDoors } from '../../services/collector/src/testing/test-doors.ts'
import { answer, begin, countOf, eventsOf, journeysOf, openVisits, SECRETS, type Visits } from './visits.ts'

jest.setTimeout(120_000)

const HOUR_MS = 3_600_000

const snippet =
  (attributes = '', more = '') =>
  (collector: string): string =>
    `<script>window.ringback = window.ringback || function () { (ringback.q = ringback.q || []).push(arguments) };${more}</script>
    <script src="${collector}/ringback.js" data-key="${KEYS.write}" ${attributes}></script>`

let visits: Visits
beforeAll(async () => {
  visits = await openVisits()
})
afterAll(() => visits.close())

const call = (page: Page, ...said: readonly unknown[]): Promise<void> =>
  page.evaluate((args) => (globalThis as unknown as { ringback: (...rest: unknown[]) => void }).ringback(...args), said)

/** What a browser keeps of a page. */
const storedBy = (page: Page): Promise<readonly number[]> =>
  page.evaluate('[document.cookie.length, localStorage.length, sessionStorage.length]')

const said = (doors: TestDoors): readonly string[] =>
  eventsOf(doors).map((event) =>
    [event.type, event.task, event.step, event.code, event.result, event.results, event.useful]
      .filter((word) => word !== undefined)
      .join(' '),
  )

test('with consent, a form begun, failed with errors and left is the journey that one would draw by hand', async () => {
  visits.pages.setRefusals({ which_bin: 3 })
  const stored: (readonly number[])[] = []
  const doors = await visits.visit({
    head: snippet('', "ringback('consent', true)"),
    act: async (page) => {
      await answer(page)
      for (let i = 0; i < 3; i++) await answer(page)
      await page.click('#call')
      stored.push(await storedBy(page))
    },
    isOver: (sent) => countOf(sent, 'validation_error') >= 3 && countOf(sent, 'contact_viewed') >= 1,
  })
  if (!doors) return
  expect(journeysOf(doors)).toMatchObject([
    {
      task: 'report-missed-bin',
      intent: 'transaction',
      outcome: 'abandoned',
      cause: 'validation_loop',
      signals: ['contact_viewed', 'validation_loop'],
      steps: ['address', 'which_bin'],
      sessions: [expect.any(String)],
      device_class: null,
    },
  ])
  expect(stored).toEqual([[0, 1, 0]])
  const kept = JSON.stringify(doors.kept)
  for (const text of SECRETS) expect(kept).not.toContain(text)
  expect(doors.kept.flatMap(({ bad }) => bad)).toEqual([])
})

test('without consent nothing is stored, and a session is one of one page', async () => {
  visits.pages.setRefusals({ address: 1 })
  const stored: (readonly number[])[] = []
  const doors = await visits.visit({
    head: snippet(),
    act: async (page, _, context) => {
      await answer(page)
      stored.push(await storedBy(page), [(await context.cookies()).length])
    },
    isOver: (sent) => countOf(sent, 'validation_error') >= 1,
  })
  if (!doors) return
  expect(stored).toEqual([[0, 0, 0], [0]])
  expect(new Set(eventsOf(doors).map(({ session }) => session)).size).toBe(2)
})

test('a session that the site names needs no storage', async () => {
  visits.pages.setRefusals({ address: 1 })
  const doors = await visits.visit({
    head: snippet('data-session="s-of-the-site"'),
    act: answer,
    isOver: (sent) => countOf(sent, 'validation_error') >= 1,
  })
  if (!doors) return
  expect(journeysOf(doors)).toMatchObject([{ steps: ['address'], cause: 'gave_up', sessions: ['s-of-the-site'] }])
})

test('consent that is taken back takes with it what was stored', async () => {
  const stored: (readonly number[])[] = []
  const doors = await visits.visit({
    head: snippet(),
    act: async (page) => {
      await call(page, 'identify', { account: 'ms.example' })
      await call(page, 'consent', true)
      stored.push(await storedBy(page))
      await call(page, 'step', 'a')
      await call(page, 'consent', false)
      stored.push(await storedBy(page))
      await call(page, 'step', 'b')
    },
    isOver: (sent) => countOf(sent, 'step') >= 2,
  })
  if (!doors) return
  expect(stored).toEqual([
    [0, 1, 0],
    [0, 0, 0],
  ])
  const [view, identified, a, b] = eventsOf(doors)
  expect([view, identified, a, b].map((event) => event?.tokens.length)).toEqual([0, 1, 1, 0])
  expect([a?.session === view?.session, b?.session === view?.session]).toEqual([true, false])
})

test('its titles say what they say to every tracker', async () => {
  const doors = await visits.visit({
    head: snippet(),
    act: async (page) => {
      for (const [title] of TITLES) {
        await page.evaluate(`document.title = ${JSON.stringify(title)}`)
        await call(page, 'view')
      }
      await call(page, 'handoff')
    },
    isOver: (sent) => countOf(sent, 'handed_off') >= 1,
  })
  if (!doors) return
  const expected = TITLES.flatMap(([, says]) => {
    if (says === 'nothing') return ['page_view']
    return ['page_view', says === 'validation_error' ? 'validation_error address' : `error ${says}`]
  })
  expect(said(doors)).toEqual(['page_view', ...expected, 'handed_off'])
})

test('each of its words is one of the contract’s, and nothing else leaves the page', async () => {
  const doors = await visits.visit({
    head: snippet('', "ringback('start', { task: 'bin' })"),
    act: async (page) => {
      await call(page, 'step', 'which_bin')
      await call(page, 'step', { step: 'about_you', task: 'bin', value: 'ZZ1 1ZZ', phone: '01632 960999' })
      await call(page, 'validation', { step: 'about_you', field: 'phone', rule: 'required' })
      await call(page, 'error', 'payment')
      await call(page, 'save')
      await call(page, 'search', 0)
      await call(page, 'feedback', false)
      await call(page, 'contact')
      await call(page, 'complete', 'refused')
      await call(page, 'stop')
      await begin(page)
    },
    isOver: (sent) => countOf(sent, 'task_completed') >= 1,
  })
  if (!doors) return
  expect(said(doors)).toEqual([
    'page_view',
    'task_started bin',
    'step which_bin',
    'step bin about_you',
    'validation_error about_you',
    'error payment',
    'draft_saved',
    'search 0',
    'feedback false',
    'contact_viewed',
    'task_completed refused',
  ])
  for (const text of SECRETS) expect(JSON.stringify(doors.kept)).not.toContain(text)
})

test('what is said last is sent though the page goes, and what could not be kept comes again', async () => {
  const doors = await visits.visit({
    head: snippet(),
    act: async (page, sent) => {
      sent.setAway(true)
      const refused = page.waitForResponse((response) => response.status() === 503)
      await call(page, 'step', 'away')
      await refused
      sent.setAway(false)
      await page.waitForResponse((response) => response.status() === 202)
      await call(page, 'step', 'last')
      await page.close({ runBeforeUnload: true })
    },
    isOver: (sent) => countOf(sent, 'step') >= 2,
  })
  if (!doors) return
  expect(said(doors)).toEqual(['page_view', 'step away', 'step last'])
})

test('a clock that is wrong is put right', async () => {
  const now = Date.now()
  const doors = await visits.visit({
    head: snippet(),
    prepare: (page) => page.clock.install({ time: now + HOUR_MS }),
    act: (page) => call(page, 'step', 'a'),
    isOver: (sent) => countOf(sent, 'step') >= 1,
  })
  if (!doors) return
  for (const { at } of eventsOf(doors)) expect(Math.abs(at - now)).toBeLessThan(60_000)
})

test('a code to quote is shown, said and spelled, and ties the session to it', async () => {
  const shown: (string | null)[] = []
  const doors = await visits.visit({
    head: snippet('data-session="s-1"'),
    act: async (page) => {
      await page.evaluate("document.body.insertAdjacentHTML('beforeend', '<ringback-code></ringback-code>')")
      const status = page.getByRole('status')
      await status.getByText('quote').waitFor()
      shown.push(await status.ariaSnapshot(), await status.locator('[aria-hidden]').textContent())
      await page.evaluate(
        `document.querySelector('ringback-code').outerHTML = '<ringback-code text="Dyfynnwch {code}.">'`,
      )
      await status.getByText('Dyfynnwch').waitFor()
      shown.push(await status.locator('[aria-hidden]').textContent())
    },
    isOver: (sent) => eventsOf(sent).some(({ tokens }) => tokens.length > 0),
  })
  if (!doors) return
  const [spoken, code, again] = shown
  expect(code).toMatch(/^[0-9A-Z]{3}-[0-9A-Z]{3}$/)
  expect(again).toBe(code)
  expect(spoken).toContain(code?.replace('-', '').split('').join(', '))
  expect(spoken).not.toContain(code)
  const quoted = eventsOf(doors).filter(({ tokens }) => tokens.some((token) => token.startsWith('code:')))
  expect(quoted.map(({ session }) => session)).toEqual(['s-1'])
})
