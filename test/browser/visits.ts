/** Visits of a resident to the council's pages, in a real browser, with a tracker that sends to real doors. */
import type { EdgeRecord, EdgeWebEvent } from '@ringback/contracts'
import { configSchema } from '@ringback/contracts'
import { openBrowser } from '@ringback/testkit'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { listen } from '../../services/collector/src/testing/listen.ts'
import { createTestDoors, type TestDoors } from '../../services/collector/src/testing/test-doors.ts'
import { judgeRecords } from '../scenarios/judge-records.ts'
import { openPages, type Pages } from './council-pages.ts'

const CONFIG = configSchema.parse({
  council: { name: 'Borsetshire', timezone: 'Europe/London' },
  tasks: [{ id: 'report-missed-bin', urls: ['/bins*'] }],
})
/** Of somebody at home; without it every page is a program's. */
export const CHROME =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36'

export const recordsOf = ({ kept }: TestDoors): readonly EdgeRecord[] => kept.flatMap(({ records }) => records)
/** Each once: a page that goes says again what it has heard no answer to, and that changes nothing. */
export const eventsOf = (doors: TestDoors): readonly EdgeWebEvent[] => {
  const events = new Map<string, EdgeWebEvent>()
  for (const record of recordsOf(doors))
    if (record.kind === 'web' && !events.has(record.id)) events.set(record.id, record)
  return [...events.values()]
}
export const countOf = (doors: TestDoors, type: string): number =>
  eventsOf(doors).filter((event) => event.type === type).length

export const journeysOf = (doors: TestDoors) =>
  judgeRecords(CONFIG, recordsOf(doors)).flatMap((said) => (said.kind === 'journey' ? [said.row] : []))

/** What a resident types. */
const TYPED = { answer: 'ZZ1 1ZZ Example Street', phone: '01632 960999' }

/** Of what was typed, and of whom: nothing of it may be kept. */
export const SECRETS = ['ZZ1', 'Example Street', '01632', '960999', 'ms.example']

export const begin = (page: Page): Promise<void> => page.fill('#answer', TYPED.answer)
export const answer = async (page: Page): Promise<void> => {
  await begin(page)
  await page.fill('#phone', TYPED.phone)
  await Promise.all([page.waitForEvent('load'), page.click('form button')])
}

export interface VisitOptions {
  /** What stands in the head of every page, by where the doors are. */
  readonly head: (collector: string) => string
  readonly act: (page: Page, doors: TestDoors, context: BrowserContext) => Promise<void>
  /** Whether all of it has come. */
  readonly isOver: (doors: TestDoors) => boolean
  /** The browser says that a program drives it. */
  readonly isDriven?: boolean
  /** Before the first page is opened. */
  readonly prepare?: (page: Page) => Promise<void>
}

export interface Visits {
  readonly pages: Pages
  /** undefined: no browser is here, and the test is skipped. */
  readonly visit: (options: VisitOptions) => Promise<TestDoors | undefined>
  readonly close: () => Promise<void>
}

export const openVisits = async (): Promise<Visits> => {
  const browser: Browser | undefined = await openBrowser({ userAgent: CHROME })
  const pages = await openPages()
  return {
    pages,
    visit: async ({ head, act, isOver, isDriven = false, prepare }) => {
      if (!browser) return undefined
      const doors = createTestDoors({ page: pages.origin, clock: () => Date.now() })
      const server = await listen(doors)
      pages.setHead(head(server.url))
      const context = await browser.newContext(
        isDriven ? { userAgent: CHROME.replace('Chrome/', 'HeadlessChrome/') } : {},
      )
      try {
        const page = await context.newPage()
        await prepare?.(page)
        await page.goto(`${pages.origin}/bins/address`)
        await act(page, doors, context)
        await server.until(() => isOver(doors))
      } finally {
        await context.close()
        await server.close()
      }
      return doors
    },
    close: async () => {
      await browser?.close()
      await pages.close()
    },
  }
}
