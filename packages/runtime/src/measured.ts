/** Counts what a handler is given, whatever it does with it. */
import { type Instant, SECOND_MS } from '@ringback/contracts'
import type { BatchHandler, StageMetrics } from '@ringback/pipeline'

/** A batch that fails is counted when it has come again and is done: received = passed + dropped + bad. */
export const measured = (handler: BatchHandler, metrics: StageMetrics, clock: () => Instant): BatchHandler => ({
  ...handler,
  onBatch: async (batch) => {
    const beganAt = clock()
    await handler.onBatch(batch)
    const last = batch.messages.at(-1)
    metrics.received(batch.messages.length)
    metrics.batch(batch.messages.length, Math.max(clock() - beganAt, 0) / SECOND_MS)
    if (last) metrics.lag(batch.topic, batch.partition, Math.max(batch.highWatermark - 1 - last.offset, 0))
  },
})
