/** Ready means that it hears from the log, not that it once connected. */
import type { Subscription } from '@ringback/pipeline'
import { idleStage, READY, stageOf } from './stage.ts'

const subscription = (heardAt: number, ended: Promise<void> = new Promise(() => undefined)) => {
  const stop = jest.fn(() => Promise.resolve())
  return { ended, lastProgressAt: () => heardAt, stop } satisfies Subscription
}

test.each([
  [[70_000, 100_000], true],
  [[69_999, 100_000], false],
  [[100_001], true],
])('of subscriptions that last heard at %j, one at 100 s is ready: %j', (heardAt, expected) => {
  const stage = stageOf(
    heardAt.map((at) => subscription(at)),
    () => 100_000,
  )
  const { ready, reason } = stage.ready() as { ready: boolean; reason?: string }
  expect(ready).toBe(expected)
  expect(reason).toBe(expected ? undefined : 'nothing heard from the log for 30 s')
  expect(stage.lastProgressAt?.()).toBe(Math.min(...heardAt))
})

test('it stops all of them, and ends by the first failure of any', async () => {
  const failing = Promise.reject(new Error('no repetition mends it'))
  const subscriptions = [subscription(0), subscription(0, failing)]
  const stage = stageOf(subscriptions, () => 0)
  await expect(stage.ended).rejects.toThrow('no repetition mends it')
  await stage.stop()
  for (const { stop } of subscriptions) expect(stop).toHaveBeenCalledTimes(1)
})

test('one with nothing to read is ready, and ends when it is told to', async () => {
  const stage = idleStage()
  expect(stage.ready()).toBe(READY)
  await stage.stop()
  await expect(stage.ended).resolves.toBeUndefined()
})
