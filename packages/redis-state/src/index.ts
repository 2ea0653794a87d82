export { checkRedis } from './check-redis.ts'
export type { RedisProblem } from './check-redis.ts'
export { openRedisState } from './redis-state.ts'
export type { RedisStateOptions } from './redis-state.ts'
