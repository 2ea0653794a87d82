/**
 * Carries conclusions from the outbox into the tables. An entry leaves the outbox only when its insert is acknowledged; who dies
 * before that inserts it again, and the version makes the second the same row.
 */
import type { OutboxEntry, Store } from '@ringback/pipeline'

export interface Writer {
  /** Takes what a transaction has just appended; entries from before a restart are taken by themselves. */
  readonly take: (entries: readonly OutboxEntry[]) => void
  /** Resolves when little enough is waiting for more to be said. */
  readonly room: () => Promise<void>
  /**
   * Resolves when everything taken before is in the tables, whatever comes meanwhile. Rejects, as does `room`, if an insert failed; that is told once, and whoever
   * asks next has the same tried again: a disk that was full may have room by then.
   */
  readonly settled: () => Promise<void>
}

export interface WriterOptions {
  readonly store: Pick<Store, 'outbox' | 'removeOutbox'>
  /** Puts all of these into the tables; the more at once, the faster. */
  readonly insert: (entries: readonly OutboxEntry[]) => Promise<void>
  /** How much may wait, in bytes of rows. */
  readonly mostWaiting: number
}

export const createWriter = ({ store, insert, mostWaiting }: WriterOptions): Writer => {
  const waiting: OutboxEntry[] = [...store.outbox()]
  let bytes = waiting.reduce((sum, { body }) => sum + body.length, 0)
  /** Entries that were ever taken, and that are in the tables: in the order in which they came. */
  let taken = waiting.length
  let inserted = 0
  let running: Promise<void> | undefined
  let failure: { readonly cause: unknown } | undefined
  let wake: (() => void)[] = []

  const notify = (): void => {
    const woken = wake
    wake = []
    for (const resume of woken) resume()
  }

  const drain = async (): Promise<void> => {
    while (waiting.length > 0) {
      const entries = [...waiting]
      await insert(entries)
      await store.removeOutbox(entries)
      waiting.splice(0, entries.length)
      inserted += entries.length
      for (const { body } of entries) bytes -= body.length
      notify()
    }
  }

  const run = (): void => {
    running ??= drain()
      .catch((cause: unknown) => {
        failure = { cause }
      })
      .finally(() => {
        running = undefined
        notify()
        if (waiting.length > 0 && !failure) run()
      })
  }

  const until = async (isDone: () => boolean): Promise<void> => {
    if (waiting.length > 0 && !failure) run()
    for (;;) {
      if (failure) {
        const { cause } = failure
        failure = undefined
        throw cause
      }
      if (isDone()) return
      run()
      await new Promise<void>((resume) => wake.push(resume))
    }
  }

  return {
    take: (entries) => {
      for (const entry of entries) {
        waiting.push(entry)
        taken++
        bytes += entry.body.length
      }
      if (waiting.length > 0 && !failure) run()
    },
    room: () => until(() => bytes <= mostWaiting),
    settled: () => {
      const all = taken
      return until(() => inserted >= all)
    },
  }
}
