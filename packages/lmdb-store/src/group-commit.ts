/** Work that waits for the disk together: what comes before a transaction begins shares it (ADR 0030). */
import { setImmediate as endOfTurn } from 'node:timers/promises'
import type { RootDatabase } from 'lmdb'

interface Waiting<Job> {
  readonly job: Job
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

export interface GroupCommit<Job> {
  /** Resolves when the job is on disk; rejects when nothing of it is, or nobody knows. */
  readonly add: (job: Job) => Promise<void>
  /** Resolves when nothing is under way. */
  readonly idle: () => Promise<void>
}

/** `write` does the jobs of a group within one transaction; what it throws undoes all of them. */
export const createGroupCommit = <Job>(
  env: RootDatabase,
  write: (jobs: readonly Job[]) => void,
  toError: (cause: unknown) => Error,
): GroupCommit<Job> => {
  let waiting: Waiting<Job>[] = []
  let running: Promise<void> | undefined

  const run = async (): Promise<void> => {
    while (waiting.length > 0) {
      // What this turn of the event loop brings goes together.
      await endOfTurn()
      const group = waiting
      waiting = []
      try {
        // Returns when it is on disk.
        env.transactionSync(() => write(group.map(({ job }) => job)))
        for (const { resolve } of group) resolve()
      } catch (cause) {
        const error = toError(cause)
        for (const { reject } of group) reject(error)
      }
    }
    running = undefined
  }

  return {
    add: (job) =>
      new Promise((resolve, reject) => {
        waiting.push({ job, resolve, reject })
        running ??= run()
      }),
    idle: async () => {
      while (running) await running
    },
  }
}
