/** The product as it runs: a real browser, the official tracker, `ringback start`, and what is in the tables afterwards. */
import { openBrowser } from '@ringback/testkit'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createBench } from '../e2e/command-line.ts'
import { soon, startRingback } from '../e2e/running-start.ts'
import { openPages } from './council-pages.ts'
import { serveTracker, snowplow } from './snowplow-pages.ts'
import { answer, CHROME, SECRETS } from './visits.ts'

jest.setTimeout(240_000)

const CONFIG = {
  council: { name: 'Borsetshire', timezone: 'Europe/London', region: 'GB' },
  tasks: [{ id: 'report-missed-bin', family: 'waste', urls: ['/bins*'] }],
}

/** Every file below a folder. */
const filesOf = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((entry) =>
    entry.isFile() ? [join(entry.parentPath, entry.name)] : [],
  )

test('a form begun, failed with errors and left is one row, and nothing typed is in any file', async () => {
  const browser = await openBrowser({ userAgent: CHROME })
  if (!browser) return
  const pages = await openPages()
  const bench = createBench(CONFIG)
  try {
    const made = bench.run(['keys', 'create', '--kind', 'write', '--name', 'website', '--origin', pages.origin])
    const start = await startRingback(bench.folder)
    serveTracker(pages)
    pages.setHead(snowplow(made.stdout.trim())(start.url.slice(0, -1)))
    pages.setRefusals({ which_bin: 3 })
    const page = await browser.newPage()
    await page.goto(`${pages.origin}/bins/address`)
    for (let i = 0; i < 4; i++) await answer(page)
    await page.click('#call')
    const rows = (): readonly Record<string, unknown>[] => bench.rows('journeys')
    expect(await soon(() => JSON.stringify(rows()).includes('"contact_viewed","validation_loop"'))).toBe(true)
    expect(rows()).toMatchObject([
      {
        task: 'report-missed-bin',
        intent: 'transaction',
        outcome: 'abandoned',
        cause: 'validation_loop',
        signals: ['contact_viewed', 'validation_loop'],
        steps: ['address', 'which_bin'],
        last_step: 'which_bin',
        device_class: 'desktop',
        flagged: false,
      },
    ])
    expect(bench.rows('bad-rows')).toEqual([])
    expect(await start.stop()).toBe(0)
    const files = filesOf(join(bench.folder, 'data'))
    expect(files.length).toBeGreaterThan(10)
    for (const file of files) {
      const content = readFileSync(file, 'latin1')
      expect({ file, found: SECRETS.filter((text) => content.includes(text)) }).toEqual({ file, found: [] })
    }
    // The canary: what a row holds is found in this way.
    expect(files.some((file) => readFileSync(file, 'latin1').includes('which_bin'))).toBe(true)
  } finally {
    await browser.close()
    await pages.close()
  }
})
