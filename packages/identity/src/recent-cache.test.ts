/** What was asked for lately is remembered, and no more than that. */
import * as fc from 'fast-check'
import { createRecentCache } from './recent-cache.ts'

test('what is set is there, and what never was is not', () => {
  const cache = createRecentCache<string, number>(2)
  cache.set('a', 1)
  expect([cache.get('a'), cache.get('b')]).toEqual([1, undefined])
  cache.set('a', 2)
  expect(cache.get('a')).toBe(2)
})

test('what nobody asks for is forgotten after twice the size, what somebody does is not', () => {
  const cache = createRecentCache<number, string>(10)
  cache.set(-1, 'idle')
  cache.set(-2, 'asked for')
  for (let n = 0; n < 20; n++) {
    cache.set(n, 'new')
    expect(cache.get(-2)).toBe('asked for')
  }
  expect(cache.get(-1)).toBeUndefined()
})

test('the last `size` that were read or written are there, and never another value', () => {
  const size = 4
  const uses = fc.array(fc.tuple(fc.nat(9), fc.boolean()), { maxLength: 60 })
  fc.assert(
    fc.property(uses, (all) => {
      const cache = createRecentCache<number, number>(size)
      const told = new Map<number, number>()
      const recent: number[] = []
      all.forEach(([key, isWrite], at) => {
        const found = cache.get(key)
        expect(found === undefined || found === told.get(key)).toBe(true)
        if (recent.slice(-size + 1).includes(key)) expect(found).toBe(told.get(key))
        if (!isWrite) return
        cache.set(key, at)
        told.set(key, at)
        recent.push(key)
      })
    }),
  )
})
