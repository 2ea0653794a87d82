/** A command that waits for what is away: so long, and no longer. */
import { setTimeout as sleep } from 'node:timers/promises'
import { MINUTE_MS } from '@ringback/contracts'
import type { RingbackError } from '@ringback/pipeline'
import { retrying } from '@ringback/runtime'
import type { Io } from './io.ts'

/** Whoever waits in vain for so long is told, and may try again. */
export const GIVES_UP_AFTER_MS = 2 * MINUTE_MS

/** What `act` resolves to, tried again while it fails in a way that may pass; says so once. */
export const patiently = async <T>(io: Io, act: () => Promise<T>): Promise<T> => {
  const beganAt = io.clock()
  let last: RingbackError | undefined
  const pause = async (ms: number): Promise<void> => {
    if (last && io.clock() - beganAt > GIVES_UP_AFTER_MS) throw last
    await sleep(ms)
  }
  return retrying(act, { pause, random: Math.random }, (error) => {
    if (!last) io.err(`${error.message}; tried again for ${GIVES_UP_AFTER_MS / MINUTE_MS} minutes.\n`)
    last = error
  })
}
