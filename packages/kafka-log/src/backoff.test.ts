import { backoffMs, pause } from './backoff.ts'

test.each([
  [1, 100, 200],
  [3, 400, 800],
  [50, 5_000, 10_000],
])('after %i failures in a row: from %i to %i ms', (failures, least, most) => {
  expect(backoffMs(failures, () => 0)).toBe(least)
  expect(backoffMs(failures, () => 1)).toBe(most)
})

test('who is stopped does not wait', async () => {
  await pause(1e6, AbortSignal.abort())
  const stopping = new AbortController()
  const waiting = pause(1e6, stopping.signal)
  stopping.abort()
  await waiting
})
