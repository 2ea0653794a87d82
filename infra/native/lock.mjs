import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { startOf } from './processes.mjs'

/** @param {string} file */
const holderOf = (file) => {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

/** @param {string} holder */
const isAlive = (holder) => {
  const [pid, start] = holder.split('\n')
  return startOf(Number(pid)) === start
}

/**
 * Runs `work` while no other process holds the file. A holder that has died without letting go holds it no more.
 * @template T
 * @param {string} file
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export const withLock = async (file, work) => {
  mkdirSync(dirname(file), { recursive: true })
  // Linked into its place, so that it never stands there without its holder's name.
  const mine = `${file}.${process.pid}.mine`
  writeFileSync(mine, `${process.pid}\n${startOf(process.pid)}`)
  for (;;) {
    try {
      linkSync(mine, file)
      rmSync(mine)
      break
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error
    }
    const holder = holderOf(file)
    if (holder !== undefined && !isAlive(holder)) {
      const aside = `${file}.${process.pid}.aside`
      try {
        renameSync(file, aside)
        // Another process may have taken it in the meantime: then it is given back.
        if (holderOf(aside) === holder) rmSync(aside)
        else renameSync(aside, file)
      } catch {
        // Somebody else cleared it away.
      }
    }
    await delay(100)
  }
  try {
    return await work()
  } finally {
    rmSync(file, { force: true })
  }
}
