/** Prints where the distribution's Chromium is, for tests that need a real page; brings it where it may. */
import { spawnSync } from 'node:child_process'
import { runCommand } from './failures.mjs'
import { findOrInstall } from './packages.mjs'

const PROGRAMS = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome']

const find = () => {
  for (const program of PROGRAMS) {
    const { status, stdout } = spawnSync('sh', ['-c', 'command -v "$1"', 'sh', program], { encoding: 'utf8' })
    if (status === 0) return stdout.trim()
  }
  return undefined
}

await runCommand(async () => {
  const byHand = 'Install Chromium by hand.'
  console.log(await findOrInstall({ name: 'chromium', aptPackage: 'chromium', find, byHand }))
})
