/** Programs that a distribution's package brings, where this machine lacks them. */
import { spawnSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { lackError } from './failures.mjs'
import { withLock } from './lock.mjs'

/** @param {readonly string[]} args */
const aptGet = (args) => {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  return spawnSync('apt-get', ['-o', 'DPkg::Lock::Timeout=120', ...args], { env, encoding: 'utf8' })
}

/**
 * What `find` finds, after the package was installed where it found nothing: on Debian, as root. Else it is an error that says what to do.
 * @template T
 * @param {object} wanted
 * @param {string} wanted.name the program, as it is told of
 * @param {string} wanted.aptPackage
 * @param {() => T | undefined} wanted.find
 * @param {string} wanted.byHand
 * @returns {Promise<T>}
 */
export const findOrInstall = async ({ name, aptPackage, find, byHand }) => {
  const found = find()
  if (found !== undefined) return found
  if (process.getuid?.() !== 0 || spawnSync('apt-get', ['--version'], { stdio: 'ignore' }).status !== 0)
    throw lackError(`${name} is missing.\n  On Debian, as root: apt-get install -y ${aptPackage}`)
  return withLock(join(tmpdir(), `ringback-${aptPackage}.lock`), async () => {
    const meanwhile = find()
    if (meanwhile !== undefined) return meanwhile
    console.error(`${name}: installing ${aptPackage} (once) …`)
    const install = ['install', '-y', '--no-install-recommends', aptPackage]
    // A new machine has no list of packages yet, an old one has an outdated one.
    let outcome = aptGet(install)
    if (outcome.status !== 0) {
      aptGet(['update'])
      outcome = aptGet(install)
    }
    const installed = find()
    if (installed !== undefined) return installed
    throw lackError(
      `${name} is missing, and installing ${aptPackage} failed:\n${(outcome.stderr ?? '').trim()}\n  ${byHand}`,
    )
  })
}
