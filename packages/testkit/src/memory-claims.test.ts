import { RingbackError } from '@ringback/pipeline'
import { claimsConformance } from './claims-conformance.ts'
import { createMemoryClaims } from './memory-claims.ts'

claimsConformance('memory', {
  open: async () => {
    let now = 1_000
    const claims = createMemoryClaims(() => now)
    return {
      claims,
      other: claims,
      elapse: async (ms) => {
        now += ms
      },
    }
  },
})

test('while they are away nobody knows what stands, and then it stands still', async () => {
  const claims = createMemoryClaims()
  await claims.claim('a', 'first', 1)
  claims.setAway(true)
  await expect(claims.claim('a', 'second', 1)).rejects.toThrow(RingbackError)
  claims.setAway(false)
  expect(await claims.claim('a', 'second', 1)).toBe('first')
})
