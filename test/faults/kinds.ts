/** The faults of the cluster. Each is done while load comes in, and is over when everything runs again. */
import { setTimeout as pause } from 'node:timers/promises'
import type { Random } from '../simulation/random.ts'
import type { Cluster, ServiceName } from './cluster.ts'

export interface Fault {
  readonly kind: 'kill' | 'join' | 'broker' | 'redis' | 'clickhouse'
  readonly what: string
  readonly run: (cluster: Cluster) => Promise<void>
}

const AWAY_MS = 30_000
const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`

export const killOf = (service: ServiceName, random: Random): Fault => {
  const away = random.below(3_000)
  return {
    kind: 'kill',
    what: `kill -9 ${service}, back after ${seconds(away)}`,
    run: async (cluster) => {
      await cluster.end(service, 'SIGKILL')
      await pause(away)
      await cluster.startService(service)
      await cluster.untilReady(service)
    },
  }
}

/** One or two more come, and one that was there before may be the first to go. */
export const joinOf = (service: ServiceName, random: Random): Fault => {
  const copies = Array.from({ length: 1 + random.below(2) }, (_, i) => `${service}-${i + 2}`)
  const goesFirst = random.below(2) === 0
  const stays = random.below(4_000)
  return {
    kind: 'join',
    what: `${copies.length + 1} of ${service} for ${seconds(stays)}, then ${goesFirst ? 'the first' : 'the new'} told to go`,
    run: async (cluster) => {
      for (const copy of copies) await cluster.startService(service, copy)
      for (const copy of copies) await cluster.untilReady(copy)
      await pause(stays)
      if (goesFirst) {
        await cluster.end(service, 'SIGTERM')
        await cluster.startService(service)
        await cluster.untilReady(service)
      }
      for (const copy of copies) await cluster.end(copy, 'SIGTERM')
    },
  }
}

export const brokerOf = (signal: 'SIGKILL' | 'SIGTERM', random: Random): Fault => {
  const away = random.below(5_000)
  return {
    kind: 'broker',
    what: `${signal} to the broker, back after ${seconds(away)}`,
    run: async (cluster) => {
      await cluster.end('kafka', signal)
      await pause(away)
      await cluster.startStore('kafka')
    },
  }
}

export const redisOf = (isFlushed: boolean, random: Random): Fault => {
  const away = random.below(5_000)
  return {
    kind: 'redis',
    what: isFlushed ? 'Redis emptied while it runs' : `kill -9 Redis, back empty after ${seconds(away)}`,
    run: async (cluster) => {
      if (isFlushed) return cluster.emptyRedis()
      await cluster.end('redis', 'SIGKILL')
      await pause(away)
      await cluster.startStore('redis')
    },
  }
}

export const clickhouseOf = (signal: 'SIGKILL' | 'SIGTERM'): Fault => ({
  kind: 'clickhouse',
  what: `ClickHouse away for ${seconds(AWAY_MS)} after ${signal}`,
  run: async (cluster) => {
    await cluster.end('clickhouse', signal)
    await pause(AWAY_MS)
    await cluster.startStore('clickhouse')
  },
})
