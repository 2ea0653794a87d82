/** The port's promises, kept by real servers: one alone, and a Cluster of three. */
import { setTimeout as delay } from 'node:timers/promises'
import { keyedStateConformance, type KeyedStateUnderTest, type Native, startNative } from '@ringback/testkit'
import type { RedisConfig } from './endpoints.ts'
import { openRedisState } from './redis-state.ts'

let native: Native | undefined
beforeAll(async () => {
  native = await startNative(['redis', 'redis-cluster'])
}, 300_000)
afterAll(() => native?.stop())

let generation = 0
const openTwo = (redis: RedisConfig, expiresAfterMs: number): KeyedStateUnderTest => {
  // A generation that nobody wrote in is empty.
  const options = { redis, prefix: 'conformance', generation: ++generation, expiresAfterMs }
  return { state: openRedisState(options), other: openRedisState(options), elapse: (ms) => delay(ms) }
}

keyedStateConformance('one Redis', {
  open: async (expiresAfterMs) => native?.redis && openTwo(native.redis, expiresAfterMs),
})

keyedStateConformance('a Redis Cluster', {
  open: async (expiresAfterMs) => native?.redisCluster && openTwo({ cluster: native.redisCluster }, expiresAfterMs),
})
