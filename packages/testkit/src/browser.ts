/** The distribution's Chromium without a window, for tests of what a real page does. */
import { spawnSync } from 'node:child_process'
import type { Browser } from 'playwright-core'
import { nativeScript } from './native.ts'

/** Nothing of it asks anything of anybody but the pages that a test opens. */
const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

export interface BrowserOptions {
  /** As the whole browser says it: what a page sends as it goes, no page's own setting reaches. */
  readonly userAgent?: string
}

/**
 * undefined, after a loud warning: there is none here, and the test file skips. Where `CI` is set that is an error. On a machine's first
 * time it may be brought by the package manager: begin in `beforeAll` with a timeout of minutes.
 */
export const openBrowser = async ({ userAgent }: BrowserOptions = {}): Promise<Browser | undefined> => {
  const { status, stdout, stderr } = spawnSync(nativeScript('chromium'), { encoding: 'utf8' })
  if (status === 0) {
    // Only here, since it is large.
    const { chromium } = await import('playwright-core')
    const agent = userAgent === undefined ? [] : [`--user-agent=${userAgent}`]
    return chromium.launch({ executablePath: stdout.trim(), args: [...ARGS, ...agent] })
  }
  const why = `no page can be opened here:\n${stderr}`
  if (process.env['CI']) throw new Error(why)
  console.warn(`SKIPPED: ${why}`)
  return undefined
}
