/** A subscription that remembers what it was given, for tests of logs. */
import type { Batch, BatchHandler, Log, OutgoingMessage, ReceivedMessage, Subscription } from '@ringback/pipeline'

export interface ReaderOptions {
  readonly topic: string | readonly string[]
  /** One of its own without it. */
  readonly group?: string
  /** What is done before the batch counts as handled. */
  readonly onBatch?: BatchHandler['onBatch']
  readonly onIdle?: NonNullable<BatchHandler['onIdle']>
  /** Whether it commits what it handled; true. */
  readonly commits?: boolean
}

export interface Reader extends Subscription {
  readonly group: string
  /** Those that were handled. */
  readonly batches: readonly Batch[]
  /** First offsets of the batches given, whether or not they could be handled. */
  readonly firstOffsets: readonly number[]
  /** Each once, as first handled: what was handled may come again. Throws what the subscription has ended by. */
  readonly messages: () => readonly ReceivedMessage[]
  /** As numbers, each once: what was appended may be there twice. */
  readonly values: () => readonly number[]
  readonly byPartition: () => ReadonlyMap<number, readonly number[]>
}

let groups = 0

export const createReader = async (log: Log, options: ReaderOptions): Promise<Reader> => {
  const { topic, group = `group.${process.pid}.${++groups}`, onBatch, onIdle, commits = true } = options
  const batches: Batch[] = []
  const firstOffsets: number[] = []
  const subscription = await log.subscribe({
    group,
    topics: typeof topic === 'string' ? [topic] : topic,
    handler: {
      onBatch: async (batch) => {
        firstOffsets.push(batch.messages[0]?.offset ?? -1)
        await onBatch?.(batch)
        batches.push(batch)
        if (commits) await batch.commit((batch.messages.at(-1)?.offset ?? 0) + 1)
      },
      ...(onIdle && { onIdle }),
    },
  })
  let failure: { readonly reason: unknown } | undefined
  subscription.ended.catch((reason: unknown) => {
    failure = { reason }
  })
  const messages = (): ReceivedMessage[] => {
    if (failure) throw failure.reason
    const found = new Map<string, ReceivedMessage>()
    for (const { topic: name, partition, messages: given } of batches)
      for (const message of given) {
        const place = `${name}/${partition}/${message.offset}`
        if (!found.has(place)) found.set(place, message)
      }
    return [...found.values()]
  }
  const numbersOf = (given: readonly ReceivedMessage[]): number[] => [
    ...new Set(given.map(({ value }) => Number(value?.toString()))),
  ]
  return {
    ...subscription,
    group,
    batches,
    firstOffsets,
    messages,
    values: () => numbersOf(messages()),
    byPartition: () => {
      const found = new Map<number, ReceivedMessage[]>()
      for (const batch of batches)
        found.set(batch.partition, [...(found.get(batch.partition) ?? []), ...batch.messages])
      return new Map([...found].map(([partition, given]) => [partition, numbersOf(given)]))
    },
  }
}

/** Messages whose values are `from` and on, each with a key of its own. */
export const numbered = (count: number, from = 0): readonly OutgoingMessage[] =>
  Array.from({ length: count }, (_, i) => ({ key: `key-${from + i}`, value: String(from + i) }))

const PATIENCE_MS = 45_000

/** Waits for something to come true. */
export const until = async (holds: () => boolean | Promise<boolean>): Promise<void> => {
  const patient = performance.now() + PATIENCE_MS
  while (!(await holds())) {
    if (performance.now() > patient) throw new Error(`never came true: ${holds.toString()}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
