/** A command that waits, for what is away or for others to get somewhere: so long, and no longer. */
import { setTimeout as sleep } from 'node:timers/promises'
import { MINUTE_MS, SECOND_MS } from '@ringback/contracts'
import { RingbackError } from '@ringback/pipeline'
import { retrying } from '@ringback/runtime'
import type { Io } from './io.ts'

/** Whoever waits in vain for so long is told, and may try again. */
const GIVES_UP_AFTER_MS = 2 * MINUTE_MS
const TOLD_AFTER_MS = 15 * SECOND_MS
const LOOKS_EVERY_MS = 150

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

/** How far others are: what is waited for, undefined if nothing is; and a number that grows while they get on. */
export interface Sight {
  readonly waiting: string | undefined
  readonly position: number
}

/** Resolves when nothing is waited for any more. Tells what to do where nobody gets on, and at last gives up. */
export const waitFor = async (io: Io, look: () => Promise<Sight>, advice: string): Promise<void> => {
  let furthest = -Infinity
  let movedAt = io.clock()
  let isTold = false
  for (;;) {
    const { waiting, position } = await patiently(io, look)
    if (waiting === undefined) break
    io.progress(waiting)
    const stuckForMs = io.clock() - movedAt
    if (position > furthest) {
      furthest = position
      movedAt = io.clock()
      isTold = false
    } else if (stuckForMs > GIVES_UP_AFTER_MS) {
      io.progress('')
      throw new RingbackError(
        'store',
        `${waiting}, and nobody got on for ${Math.round(stuckForMs / SECOND_MS)} s; what was acknowledged is safe: ${advice}`,
      )
    } else if (stuckForMs > TOLD_AFTER_MS && !isTold) {
      io.progress('')
      io.err(`${waiting}, and nobody gets on: ${advice}\n`)
      isTold = true
    }
    await sleep(LOOKS_EVERY_MS)
  }
  io.progress('')
}
