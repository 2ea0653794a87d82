import fc from 'fast-check'
import { createBuckets } from './buckets.ts'

const open = (points: number, perMs: number) => {
  let now = 0
  const buckets = createBuckets({ points, perMs, clock: () => now })
  return { ...buckets, elapse: (ms: number) => (now += ms) }
}

test('what it holds may be taken, and no more; the answer says how long to wait', () => {
  const { take, elapse } = open(3, 3_000)
  expect([take('a', 1), take('a', 1), take('a', 1), take('a', 1)]).toEqual([0, 0, 0, 1_000])
  elapse(999)
  expect(take('a', 1)).toBe(1)
  elapse(1)
  expect([take('a', 1), take('a', 1)]).toEqual([0, 1_000])
})

test('names do not share', () => {
  const { take } = open(1, 1_000)
  expect([take('a', 1), take('b', 1), take('a', 1)]).toEqual([0, 0, 1_000])
})

test('what costs more than it holds needs a full one, and leaves a debt', () => {
  const { take, elapse } = open(100, 1_000)
  expect(take('a', 500)).toBe(0)
  expect(take('a', 1)).toBe(4_010)
  elapse(4_010)
  expect(take('a', 1)).toBe(0)
})

test('what is charged afterwards counts, and asking costs nothing', () => {
  const { charge, waitFor, take } = open(2, 1_000)
  charge('a', 3)
  expect([waitFor('a', 1), waitFor('a', 1), take('a', 1)]).toEqual([1_000, 1_000, 1_000])
})

test('a clock that is put back fills nothing', () => {
  const { take, elapse } = open(1, 1_000)
  take('a', 1)
  elapse(-5_000)
  expect(take('a', 1)).toBe(1_000)
})

test('in any stretch no more is taken than it holds and what has come since', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 50 }),
      fc.array(fc.record({ after: fc.nat(300), points: fc.integer({ min: 1, max: 5 }) }), { maxLength: 60 }),
      (points, steps) => {
        const { take, elapse } = open(points, 1_000)
        let time = 0
        let taken = 0
        for (const step of steps) {
          elapse(step.after)
          time += step.after
          if (take('a', step.points) === 0) taken += step.points
          expect(taken).toBeLessThanOrEqual(points + (time * points) / 1_000 + Math.max(0, 5 - points) + 1e-6)
        }
      },
    ),
  )
})
