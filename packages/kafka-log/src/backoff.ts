/** Pauses between attempts: longer each time, and never the same for all who fail together. */
import { setTimeout as sleep } from 'node:timers/promises'

const FIRST_MS = 200
const LONGEST_MS = 10_000

/** After the nth failure in a row, from 1 on: between half and all of 200 ms, 400 ms and so on up to ten seconds. */
export const backoffMs = (failures: number, random: () => number = Math.random): number =>
  Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures - 1, 10)) * (0.5 + random() / 2)

/** Resolves after a while, or at once when there is no point in waiting any more. */
export const pause = async (ms: number, signal: AbortSignal): Promise<void> => {
  if (signal.aborted) return
  await sleep(ms, undefined, { signal }).catch(() => undefined)
}
