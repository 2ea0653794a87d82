/** What may pass is tried again, ever more patiently; what may not is not. */
import { RingbackError } from '@ringback/pipeline'
import * as fc from 'fast-check'
import { pauseAfter, retrying } from './retrying.ts'

const away = new RingbackError('store', 'away', { retryable: true })

const failing = (failures: readonly unknown[], pauses: number[] = []) => {
  const left = [...failures]
  return retrying(
    () => (left.length > 0 ? Promise.reject(left.shift() as Error) : Promise.resolve('done')),
    { random: () => 0, pause: async (ms) => void pauses.push(ms) },
    () => undefined,
  )
}

test('it resolves to what it was tried for', async () => {
  const pauses: number[] = []
  await expect(failing([away, away, away], pauses)).resolves.toBe('done')
  expect(pauses).toEqual([100, 200, 400])
})

test.each([
  ['what needs somebody to act', new RingbackError('store', 'broken')],
  ['what nobody knows', new Error('unknown')],
])('%s is not tried again', async (_, error) => {
  const pauses: number[] = []
  await expect(failing([away, error, away], pauses)).rejects.toBe(error)
  expect(pauses).toHaveLength(1)
})

test('whoever is told to stop tries no more', async () => {
  const aborted = new Error('aborted')
  const tries = jest.fn(() => Promise.reject(away))
  const patience = { random: () => 0, pause: () => Promise.reject(aborted) }
  await expect(retrying(tries, patience, () => undefined)).rejects.toBe(aborted)
  expect(tries).toHaveBeenCalledTimes(1)
})

test('no pause is longer than 10 s, and none is shorter than half of its own longest', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 2_000 }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      (failures, chance) => {
        const pause = pauseAfter(failures, () => chance)
        const longest = pauseAfter(failures, () => 1)
        expect(pause).toBeGreaterThanOrEqual(longest / 2)
        expect(longest).toBeLessThanOrEqual(10_000)
      },
    ),
  )
})
