/**
 * Group commit: what comes while a write is under way shares the next one, so that a single record costs a share of a write. Nobody
 * is told that it is durable before it is. When a write fails, or takes too long, all who wait are told so at once, as is whoever comes
 * until a write has gone well again; one of them at a time is let through to try it.
 */
import { SECOND_MS } from '@ringback/contracts'
import { RingbackError } from '@ringback/pipeline'
import type { Keep, Taken } from '../keep.ts'

/** Of one write. */
const MOST_RECORDS = 5_000
/** Beyond it whoever comes is refused at once: memory is no inbox. */
const MOST_WAITING = 100_000
/** Longer than a broker needs to elect another leader, most times; shorter than senders wait. */
const WRITTEN_WITHIN_MS = 3 * SECOND_MS

interface Waiting extends Taken {
  readonly settle: { readonly resolve: () => void; readonly reject: (error: unknown) => void }
}

export interface GatherOptions {
  /** Told of each write that failed, once. */
  readonly onFailure?: (error: unknown) => void
  /** Calls after so long; what it returns keeps it from doing so. */
  readonly after?: (ms: number, call: () => void) => () => void
}

const afterTimeout = (ms: number, call: () => void): (() => void) => {
  const timer = setTimeout(call, ms)
  return () => clearTimeout(timer)
}

const sizeOf = ({ records, bad }: Taken): number => records.length + bad.length
const away = (message: string): RingbackError => new RingbackError('store', message, { retryable: true })
const rejectAll = (some: readonly Waiting[], error: unknown): void => {
  for (const { settle } of some) settle.reject(error)
}

const toOne = (group: readonly Waiting[]): Taken => ({
  records: group.flatMap(({ records }) => records),
  bad: group.flatMap(({ bad }) => bad),
})

export const createGather = (keep: Keep, { onFailure, after = afterTimeout }: GatherOptions = {}): Keep => {
  let waiting: Waiting[] = []
  let waitingRecords = 0
  /** `late`: longer than it should; what becomes of it is not known. */
  let writing: 'no' | 'yes' | 'late' = 'no'
  let hasFailed = false

  /** Always at least one, however large. */
  const nextGroup = (): readonly Waiting[] => {
    let size = 0
    let count = 0
    for (const one of waiting) {
      if (count > 0 && size + sizeOf(one) > MOST_RECORDS) break
      size += sizeOf(one)
      count++
    }
    const group = waiting.slice(0, count)
    waiting = waiting.slice(count)
    waitingRecords -= size
    return group
  }

  const rejectWaiting = (error: unknown): void => {
    const all = waiting
    waiting = []
    waitingRecords = 0
    rejectAll(all, error)
  }

  const writeOne = async (group: readonly Waiting[]): Promise<void> => {
    writing = 'yes'
    const cancel = after(WRITTEN_WITHIN_MS, () => {
      writing = 'late'
      const error = away('a write takes too long')
      rejectAll(group, error)
      rejectWaiting(error)
    })
    try {
      await keep(toOne(group))
      hasFailed = false
      for (const { settle } of group) settle.resolve()
    } catch (error) {
      hasFailed = true
      onFailure?.(error)
      rejectAll(group, error)
      rejectWaiting(error)
    } finally {
      cancel()
    }
  }

  const writeAll = async (): Promise<void> => {
    while (waiting.length > 0) await writeOne(nextGroup())
    writing = 'no'
  }

  return (taken) =>
    new Promise((resolve, reject) => {
      const size = sizeOf(taken)
      if (size === 0) return resolve()
      if (writing === 'late' || (hasFailed && writing === 'yes')) return reject(away('the store is away'))
      if (waitingRecords + size > MOST_WAITING) return reject(away('more came than can be written'))
      waiting.push({ ...taken, settle: { resolve, reject } })
      waitingRecords += size
      if (writing === 'no') void writeAll()
    })
}
