/** How far an import is: how fast it goes, and how long it will go on. */
import type { Io } from './io.ts'

const EVERY_MS = 500

export interface Progress {
  /** `totalBytes` undefined: nobody knows how much there is (a pipe). */
  readonly begin: (totalBytes: number | undefined) => void
  readonly report: (records: number, bytesRead: number) => void
  readonly end: () => void
}

const clockTime = (seconds: number): string => {
  const minutes = Math.floor(seconds / 60)
  return minutes > 0 ? `${minutes} min ${Math.round(seconds % 60)} s` : `${Math.ceil(seconds)} s`
}

export const createProgress = (io: Io): Progress => {
  let total: number | undefined
  let beganAt = io.clock()
  let saidAt = 0
  return {
    begin: (totalBytes) => {
      total = totalBytes
      beganAt = io.clock()
    },
    report: (records, bytesRead) => {
      const now = io.clock()
      if (now - saidAt < EVERY_MS) return
      saidAt = now
      const seconds = Math.max((now - beganAt) / 1000, 0.001)
      const rate = `${records.toLocaleString('en-GB')} records, ${Math.round(records / seconds).toLocaleString('en-GB')} a second`
      if (total === undefined || total === 0 || bytesRead === 0) return io.progress(rate)
      const share = Math.min(bytesRead / total, 1)
      const left = (seconds / share) * (1 - share)
      io.progress(`${Math.floor(share * 100)} %, ${rate}, ${clockTime(left)} left`)
    },
    end: () => io.progress(''),
  }
}
