/** The port's promises, kept by real servers: one alone, and a Cluster of three. */
import { setTimeout as delay } from 'node:timers/promises'
import { claimsConformance, type ClaimsUnderTest, type Native, startNative } from '@ringback/testkit'
import type { RedisConfig } from './endpoints.ts'
import { openRedisClaims } from './redis-claims.ts'

let native: Native | undefined
beforeAll(async () => {
  native = await startNative(['redis', 'redis-cluster'])
}, 300_000)
afterAll(() => native?.stop())

let opened = 0
const openTwo = (redis: RedisConfig): ClaimsUnderTest => {
  const options = { redis, prefix: `conformance${++opened}` }
  return { claims: openRedisClaims(options), other: openRedisClaims(options), elapse: (ms) => delay(ms) }
}

claimsConformance('one Redis', { open: async () => native?.redis && openTwo(native.redis) })

claimsConformance('a Redis Cluster', {
  open: async () => native?.redisCluster && openTwo({ cluster: native.redisCluster }),
})

test('a server that is away is said to be, as something that may pass', async () => {
  const claims = openRedisClaims({
    redis: { url: 'redis://127.0.0.1:1' },
    prefix: 'away',
    timeouts: { connectTimeoutMs: 200, commandTimeoutMs: 200 },
  })
  try {
    await expect(claims.claim('a', 'b', 1_000)).rejects.toMatchObject({ name: 'RingbackError', retryable: true })
  } finally {
    await claims.close()
  }
})
