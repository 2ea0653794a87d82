/** Tries again what may pass by itself: the one way in which a service waits for what is away. */
import { RingbackError } from '@ringback/pipeline'

const FIRST_PAUSE_MS = 200
const LONGEST_PAUSE_MS = 10_000

export interface Patience {
  /** Resolves after so long, or rejects as soon as nobody waits any more. */
  readonly pause: (ms: number) => Promise<void>
  /** From 0 to below 1: so that those who lost the same server do not come back at once. */
  readonly random: () => number
}

/** Before the attempt that follows so many failures: twice as long each time up to 10 s, at least half of it. */
export const pauseAfter = (failures: number, random: () => number): number => {
  const longest = Math.min(FIRST_PAUSE_MS * 2 ** (failures - 1), LONGEST_PAUSE_MS)
  return longest * (0.5 + random() / 2)
}

/** What `act` resolves to, however often it has to be tried. Rejects as soon as it fails in a way that no repetition mends. */
export const retrying = async <T>(
  act: () => Promise<T>,
  { pause, random }: Patience,
  onRetry: (error: RingbackError, pauseMs: number) => void,
): Promise<T> => {
  for (let failures = 1; ; failures++) {
    try {
      return await act()
    } catch (error) {
      if (!(error instanceof RingbackError && error.retryable)) throw error
      const pauseMs = Math.round(pauseAfter(failures, random))
      onRetry(error, pauseMs)
      await pause(pauseMs)
    }
  }
}
