/**
 * Snowplow's official browser tracker with its plugins, unmodified, on real pages in a real browser: what a resident does there becomes the
 * journey that one would draw by hand, and nothing that was typed is anywhere in what was kept.
 */
import { KEYS } from '../../services/collector/src/testing/test-doors.ts'
import { serveTracker, snowplow } from './snowplow-pages.ts'
import { answer, begin, countOf, journeysOf, openVisits, SECRETS, type Visits } from './visits.ts'

jest.setTimeout(120_000)

let visits: Visits
beforeAll(async () => {
  visits = await openVisits()
  serveTracker(visits.pages)
})
afterAll(() => visits.close())

test('a form begun, failed with errors and left', async () => {
  visits.pages.setRefusals({ which_bin: 3 })
  const doors = await visits.visit({
    head: snowplow(KEYS.write),
    act: async (page) => {
      await answer(page)
      for (let i = 0; i < 3; i++) await answer(page)
      await page.click('#call')
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
      last_step: 'which_bin',
      sessions: [expect.any(String)],
      device_class: 'desktop',
    },
  ])
  const kept = JSON.stringify(doors.kept)
  for (const text of SECRETS) expect(kept).not.toContain(text)
  expect(doors.kept.flatMap(({ bad }) => bad)).toEqual([])
})

test('two errors are no loop, and filling in the form again is no start anew', async () => {
  visits.pages.setRefusals({ address: 2 })
  const doors = await visits.visit({
    head: snowplow(KEYS.write),
    act: async (page) => {
      await answer(page)
      await answer(page)
      await begin(page)
    },
    isOver: (sent) => countOf(sent, 'validation_error') >= 2,
  })
  if (!doors) return
  expect(countOf(doors, 'step')).toBe(1)
  expect(journeysOf(doors)).toMatchObject([{ outcome: 'abandoned', cause: 'gave_up', signals: [], steps: ['address'] }])
})

test('a search that finds nothing, a script that fails, a service that does', async () => {
  const doors = await visits.visit({
    head: snowplow(KEYS.write),
    act: async (page) => {
      await begin(page)
      await page.evaluate("snowplowSiteTracking.trackSiteSearch({ terms: ['ZZ1'], totalResults: 0 })")
      await page.click('#crash')
      await Promise.all([page.waitForEvent('load'), page.click('#next')])
    },
    isOver: (sent) => countOf(sent, 'error') >= 2,
  })
  if (!doors) return
  expect(journeysOf(doors)).toMatchObject([
    { outcome: 'abandoned', cause: 'script', signals: ['no_results', 'script', 'server_error'] },
  ])
  expect(JSON.stringify(doors.kept)).not.toContain('ZZ1')
})

test('below the key, and anonymous as the tracker calls it, a session is one all the same', async () => {
  visits.pages.setRefusals({ address: 1 })
  const doors = await visits.visit({
    head: snowplow(
      KEYS.write,
      { anonymousTracking: { withSessionTracking: true, withServerAnonymisation: true }, postPath: undefined },
      `/${KEYS.write}`,
    ),
    act: answer,
    isOver: (sent) => countOf(sent, 'validation_error') >= 1,
  })
  if (!doors) return
  expect(journeysOf(doors)).toMatchObject([
    { outcome: 'abandoned', steps: ['address'], sessions: [expect.any(String)] },
  ])
})

test('by the pixel it says the same', async () => {
  visits.pages.setRefusals({ address: 1 })
  const doors = await visits.visit({
    head: snowplow(KEYS.write, { eventMethod: 'get', appId: KEYS.write }),
    act: answer,
    isOver: (sent) => countOf(sent, 'validation_error') >= 1,
  })
  if (!doors) return
  expect(journeysOf(doors)).toMatchObject([{ outcome: 'abandoned', steps: ['address'] }])
  expect(JSON.stringify(doors.kept)).not.toContain('ZZ1')
})

test('a browser that a program drives is a bot, and its visit no journey', async () => {
  const doors = await visits.visit({
    head: snowplow(KEYS.write),
    act: begin,
    isOver: (sent) => countOf(sent, 'step') >= 1,
    isDriven: true,
  })
  if (!doors) return
  expect(journeysOf(doors)).toEqual([])
})
