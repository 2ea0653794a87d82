/**
 * Claims in Redis, one server or a Cluster alike: one command each, at keys that spread over all slots. What a failover forgets (the
 * last second, at most) may be claimed once more.
 */
import type { Claims } from '@ringback/pipeline'
import { connect, TIMEOUTS, type Timeouts } from './connection.ts'
import { type Environment, type RedisConfig, toEndpoints } from './endpoints.ts'

export interface RedisClaimsOptions {
  readonly redis: RedisConfig
  /** `kafka.prefix` */
  readonly prefix: string
  /** As for the state. */
  readonly env?: Environment
  readonly timeouts?: Partial<Timeouts>
}

/** Connects by itself, from now on and again and again; what is called meanwhile waits for one attempt. */
export const openRedisClaims = ({ redis, prefix, env = {}, timeouts }: RedisClaimsOptions): Claims => {
  const { call, close } = connect(toEndpoints(redis, env), { ...TIMEOUTS, ...timeouts })
  return {
    claim: async (name, value, forMs) => {
      const key = `${prefix}.claims:${name}`
      // One command: between looking and taking nobody else can come.
      const before = await call(key, (client) => client.set(key, value, 'PX', forMs, 'NX', 'GET'))
      return before ?? value
    },
    close,
  }
}
