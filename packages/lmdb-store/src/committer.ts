/** The store's side of the thread that writes it. */
import { Worker } from 'node:worker_threads'
import type { Changes } from './changes.ts'
import type { FromCommitWorker, ToCommitWorker } from './commit-messages.ts'

export interface Committer {
  /** One transaction, after those before it. Rejects when nothing of it was done. */
  readonly commit: (changes: readonly Changes[]) => Promise<void>
  /** Resolves when all that was committed is on disk. */
  readonly flush: () => Promise<void>
  readonly close: () => Promise<void>
}

interface Asked {
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/** Of the build, also where tests run the sources: a thread reads no TypeScript. */
const WORKER = new URL('../dist/commit-worker.js', import.meta.url)

export const beginCommitter = (path: string): Committer => {
  const worker = new Worker(WORKER, { workerData: { path } })
  const asked = new Map<number, Asked>()
  let lastId = 0
  let ended: unknown

  const settle = (id: number, settleOne: (one: Asked) => void): void => {
    const one = asked.get(id)
    asked.delete(id)
    // While nothing is asked it keeps no process from ending.
    if (asked.size === 0) worker.unref()
    if (one) settleOne(one)
  }
  const end = (cause: unknown): void => {
    ended ??= cause
    for (const id of asked.keys()) settle(id, ({ reject }) => reject(ended))
  }
  worker.on('message', ({ id, failure }: FromCommitWorker) =>
    settle(id, ({ resolve, reject }) => (failure === undefined ? resolve() : reject(failure))),
  )
  worker.once('error', end)
  worker.once('exit', () => end(new Error('The thread that writes the state has ended.')))
  worker.unref()

  const ask = (toMessage: (id: number) => ToCommitWorker, transfer: readonly ArrayBuffer[] = []): Promise<void> =>
    new Promise((resolve, reject) => {
      if (ended !== undefined) {
        reject(ended)
        return
      }
      const id = ++lastId
      asked.set(id, { resolve, reject })
      worker.ref()
      worker.postMessage(toMessage(id), transfer)
    })

  return {
    commit: (changes) =>
      ask(
        (id) => ({ type: 'commit', id, changes }),
        changes.flatMap(({ sizes, bytes }) => [sizes.buffer, bytes.buffer]),
      ),
    flush: () => ask((id) => ({ type: 'flush', id })),
    close: () => ask((id) => ({ type: 'close', id })),
  }
}
