/** Work that waits for the disk together: what comes while a transaction is on its way shares the next one. */
import { type RootDatabase, TransactionFlags } from 'lmdb'

/** Of a transaction that can be undone, and returns as soon as others see it: the disk is waited for apart, off the thread. */
const UNFLUSHED: TransactionFlags =
  TransactionFlags.ABORTABLE | TransactionFlags.SYNCHRONOUS_COMMIT | TransactionFlags.NO_SYNC_FLUSH

/** It is there, and missing from the library's own declarations. */
type Syncing = RootDatabase & { readonly sync: (done: (error?: Error) => void) => void }

const flush = (env: RootDatabase): Promise<void> =>
  new Promise((resolve, reject) => {
    ;(env as Syncing).sync((error) => (error ? reject(error) : resolve()))
  })

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
    // What this turn of the event loop brings goes together.
    await new Promise((go) => setImmediate(go))
    while (waiting.length > 0) {
      const group = waiting
      waiting = []
      try {
        env.transactionSync(() => write(group.map(({ job }) => job)), UNFLUSHED)
        await flush(env)
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
