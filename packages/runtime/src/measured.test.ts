/** Whatever a handler does, what it was given is counted once. */
import { RingbackError } from '@ringback/pipeline'
import { batchOf, countingMetrics } from '@ringback/testkit'
import { measured } from './measured.ts'

test('a batch counts its messages, its time and what waits behind it', async () => {
  const { metrics, counts } = countingMetrics()
  let now = 5_000
  const handler = measured({ onBatch: async () => void (now += 250) }, metrics, () => now)
  await handler.onBatch(batchOf(['a', 'b', 'c'], { topic: 't', partition: 2, offset: 10, behind: 4 }))
  expect(counts).toEqual({ received: 3, batches: 1, 'batch.messages': 3, 'batch.seconds': 0.25, 'lag.t/2': 4 })
})

test('one that failed is counted when it has come again', async () => {
  const { metrics, counts } = countingMetrics()
  const failures = [new RingbackError('store', 'away', { retryable: true })]
  const onBatch = async (): Promise<void> => {
    const failure = failures.shift()
    if (failure) throw failure
  }
  const handler = measured({ onBatch }, metrics, () => 0)
  const batch = batchOf(['a', 'b'], { topic: 't' })
  await expect(handler.onBatch(batch)).rejects.toThrow('away')
  expect(counts).toEqual({})
  await handler.onBatch(batch)
  expect(counts['received']).toBe(2)
})

test('a clock that goes back takes no time', async () => {
  const { metrics, counts } = countingMetrics()
  const times = [1_000, 0]
  await measured({ onBatch: () => Promise.resolve() }, metrics, () => times.shift() ?? 0).onBatch(
    batchOf(['a'], { topic: 't' }),
  )
  expect(counts['batch.seconds']).toBe(0)
})

test('what it does while nothing comes is its own', () => {
  const onIdle = () => Promise.resolve()
  const handler = { onBatch: () => Promise.resolve(), onIdle }
  expect(measured(handler, countingMetrics().metrics, () => 0).onIdle).toBe(onIdle)
})
