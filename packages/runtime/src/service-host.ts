/** What a service has of its process. The one place that touches it, so that a test can stand in for all of it. */
import { setTimeout as wait } from 'node:timers/promises'
import type { Instant } from '@ringback/contracts'

export interface ServiceHost {
  readonly argv: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  readonly clock: () => Instant
  /** From 0 to below 1. */
  readonly random: () => number
  /** Resolves after so long; rejects when the signal aborts. */
  readonly pause: (ms: number, signal?: AbortSignal) => Promise<void>
  /** The first signal to stop. A second one ends the process at once. */
  readonly onSignal: (listener: (signal: string) => void) => void
  /** What nobody has caught. */
  readonly onCrash: (listener: (error: unknown) => void) => void
  /** A line of the log, with its end. */
  readonly write: (line: string) => void
  /** Why it ends, for whoever looks at the terminal. */
  readonly writeError: (line: string) => void
}

export const createProcessHost = (): ServiceHost => ({
  argv: process.argv.slice(2),
  env: process.env,
  cwd: process.cwd(),
  clock: () => Date.now(),
  random: () => Math.random(),
  pause: (ms, signal) => wait(ms, undefined, signal ? { signal } : {}),
  onSignal: (listener) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => listener(signal))
  },
  onCrash: (listener) => {
    process.on('uncaughtException', listener)
    process.on('unhandledRejection', listener)
  },
  write: (line) => void process.stdout.write(line),
  writeError: (line) => void process.stderr.write(line),
})
