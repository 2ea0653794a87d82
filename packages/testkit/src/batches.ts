/** Batches as a log hands them out, and a log that only takes: for stages, which need no more of one. */
import type { Batch, Log, OutgoingMessage } from '@ringback/pipeline'

export interface BatchOptions {
  readonly topic: string
  readonly partition?: number
  /** Of the first message. */
  readonly offset?: number
  /** Messages that wait behind the batch. */
  readonly behind?: number
  readonly onCommit?: (offset: number) => void
}

/** What was committed is what `onCommit` was told. null: a tombstone. */
export const batchOf = (values: readonly (string | Uint8Array | null)[], options: BatchOptions): Batch => {
  const { topic, partition = 0, offset = 0, behind = 0, onCommit = () => undefined } = options
  let committed: number | undefined
  const end = offset + values.length + behind
  return {
    topic,
    partition,
    messages: values.map((value, i) => ({
      offset: offset + i,
      timestamp: 0,
      key: null,
      value: value === null ? null : Buffer.from(value),
    })),
    fetchedFrom: offset,
    highWatermark: end,
    committed: () => committed,
    commit: async (to) => {
      committed = to
      onCommit(to)
    },
    seek: () => undefined,
    heartbeat: () => Promise.resolve(),
    bounds: () => Promise.resolve({ earliest: 0, end }),
  }
}

export interface Sink extends Pick<Log, 'append'> {
  /** In the order in which they came. */
  readonly taken: (OutgoingMessage & { readonly topic: string })[]
  readonly of: (topic: string) => readonly OutgoingMessage[]
}

/** `fails`: what an append is refused with; it may have taken part of it by then. */
export const createSink = (fails: (topic: string) => Error | undefined = () => undefined): Sink => {
  const taken: Sink['taken'] = []
  return {
    taken,
    of: (topic) => taken.filter((message) => message.topic === topic),
    append: async (topic, messages) => {
      const failure = fails(topic)
      const some = failure ? messages.slice(0, messages.length >> 1) : messages
      taken.push(...some.map((message) => ({ topic, ...message })))
      if (failure) throw failure
    },
  }
}

/** Counts as a stage does, by name and label: `bad.json`. */
export const countingMetrics = () => {
  const counts: Record<string, number> = {}
  const add = (name: string, by: number): void => {
    counts[name] = (counts[name] ?? 0) + by
  }
  return {
    counts,
    metrics: {
      received: (messages: number) => add('received', messages),
      sent: (output: string, messages: number) => add(`sent.${output}`, messages),
      dropped: (reason: string, messages: number) => add(`dropped.${reason}`, messages),
      bad: (code: string, rows: number) => add(`bad.${code}`, rows),
      batch: (messages: number, seconds: number) => {
        add('batches', 1)
        add('batch.messages', messages)
        add('batch.seconds', seconds)
      },
      lag: (topic: string, partition: number, messages: number) => {
        counts[`lag.${topic}/${partition}`] = messages
      },
      stateBytes: (bytes: number) => add('stateBytes', bytes),
    },
  }
}
