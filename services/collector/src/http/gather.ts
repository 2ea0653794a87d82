/**
 * Group commit: what comes while a write is under way shares the next one, so that a single record costs a share of a write. Nobody
 * is told that it is durable before it is, and of those who shared a write that failed all are told so.
 */
import { RingbackError } from '@ringback/pipeline'
import type { Keep, Taken } from '../keep.ts'

/** Of one write. */
const MOST_RECORDS = 5_000
/** Beyond it whoever comes is refused at once: memory is no inbox. */
const MOST_WAITING = 100_000

interface Waiting extends Taken {
  readonly settle: { readonly resolve: () => void; readonly reject: (error: unknown) => void }
}

const sizeOf = ({ records, bad }: Taken): number => records.length + bad.length

export const createGather = (keep: Keep): Keep => {
  let waiting: Waiting[] = []
  let waitingRecords = 0
  let isWriting = false

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

  const writeAll = async (): Promise<void> => {
    isWriting = true
    while (waiting.length > 0) {
      const group = nextGroup()
      const [first] = group
      const all =
        group.length === 1 && first
          ? first
          : { records: group.flatMap(({ records }) => records), bad: group.flatMap(({ bad }) => bad) }
      try {
        await keep({ records: all.records, bad: all.bad })
        for (const { settle } of group) settle.resolve()
      } catch (error) {
        for (const { settle } of group) settle.reject(error)
      }
    }
    isWriting = false
  }

  return (taken) =>
    new Promise((resolve, reject) => {
      const size = sizeOf(taken)
      if (size === 0) return resolve()
      if (waitingRecords + size > MOST_WAITING)
        return reject(
          new RingbackError('store', 'more came than can be written: what was refused comes again', {
            retryable: true,
          }),
        )
      waiting.push({ ...taken, settle: { resolve, reject } })
      waitingRecords += size
      if (!isWriting) void writeAll()
    })
}
