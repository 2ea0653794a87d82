/**
 * Keyed state in Redis, one server or a Cluster alike. All keys of a partition carry its hash tag and so lie in one slot: a batch
 * is one MGET and one script.
 */
import { type KeyedState, POSITION_KEY, RingbackError, type StateEntry, type WriteOutcome } from '@ringback/pipeline'
import { Redis } from 'ioredis'
import { findProblems, type RedisProblem } from './check-redis.ts'
import { type Client, connect, nodeAt, ownerOf, TIMEOUTS, type Timeouts } from './connection.ts'
import { type Environment, type RedisConfig, toEndpoints } from './endpoints.ts'
import { readScript } from './script.ts'

export interface RedisStateOptions {
  readonly redis: RedisConfig
  /** `kafka.prefix` and `kafka.generation`: a new generation begins without state. */
  readonly prefix: string
  readonly generation: number
  /** After so long without a write an entry that expires is gone. */
  readonly expiresAfterMs: number
  /** RINGBACK_REDIS_USERNAME, RINGBACK_REDIS_PASSWORD, RINGBACK_REDIS_PASSWORD_FILE. */
  readonly env?: Environment
  /** Told once, after the first connection, what `doctor` would say. */
  readonly onProblem?: (problem: RedisProblem) => void
  readonly timeouts?: Partial<Timeouts>
}

const COMPARE_AND_SET = readScript('compare-and-set-n')
/** What the script returns. */
const OUTCOMES: Readonly<Record<number, WriteOutcome>> = { 1: 'written', 0: 'refused' }

/** Keys looked at by one SCAN. */
const SCANNED_AT_ONCE = 1_000

const escapeGlob = (text: string): string => text.replaceAll(/[*?[\]\\]/g, '\\$&')

/**
 * By its hash, unless the server does not know it: a new one, or one whose scripts were flushed. Arguments go as one array: there
 * may be more of them than a function takes.
 */
const runScript = async (client: Client, keys: readonly string[], values: readonly string[]): Promise<unknown> => {
  const rest = [String(keys.length), ...keys, ...values]
  try {
    return await client.call('evalsha', [COMPARE_AND_SET.sha1, ...rest])
  } catch (cause) {
    if (!(cause instanceof Error) || !cause.message.startsWith('NOSCRIPT')) throw cause
    return client.call('eval', [COMPARE_AND_SET.text, ...rest])
  }
}

/** Where a partition is listed: its server's address in a Cluster. Asking for a key shows the client where it lies by now. */
const placeOf = async (client: Client, key: string): Promise<string | undefined> => {
  await client.exists(key)
  return client instanceof Redis ? undefined : ownerOf(client, key)
}

const serverAt = (client: Client, address: string | undefined): Redis => {
  const server = client instanceof Redis ? client : nodeAt(client, address)
  if (server) return server
  throw new Error('The node that holds a partition is not connected')
}

/** Connects by itself, from now on and again and again; what is called meanwhile waits for one attempt. */
export const openRedisState = (options: RedisStateOptions): KeyedState => {
  const { prefix, generation, expiresAfterMs, onProblem } = options
  const endpoints = toEndpoints(options.redis, options.env ?? {})
  const { client, call, close } = connect(endpoints, { ...TIMEOUTS, ...options.timeouts })
  const keyspace = (partition: number): string => `{${prefix}.${generation}.${partition}}:`

  if (onProblem)
    client.once('ready', () => {
      // Whoever cannot even be asked shows it at the first call.
      call('', findProblems).then(
        (problems) => problems.forEach(onProblem),
        () => {},
      )
    })

  return {
    read: async (partition, keys) => {
      if (keys.length === 0) return []
      const space = keyspace(partition)
      const values = await call(space, (client) => client.mget(keys.map((key) => space + key)))
      return values.map((value) => value ?? undefined)
    },
    compareAndSet: async (partition, expected, position, entries) => {
      const space = keyspace(partition)
      const expiring = entries.filter(({ expires }) => expires)
      const ordered: readonly StateEntry[] = [...expiring, ...entries.filter(({ expires }) => !expires)]
      const keys = [space + POSITION_KEY, ...ordered.map(({ key }) => space + key)]
      const before = expected === undefined ? ['0', ''] : ['1', expected]
      const values = [...before, position, String(expiresAfterMs), String(expiring.length)]
      const code = await call(space, (client) =>
        runScript(client, keys, [...values, ...ordered.map(({ value }) => value)]),
      )
      const outcome = OUTCOMES[Number(code)]
      if (outcome) return outcome
      throw new RingbackError('store', `Redis answered a script in a way that it cannot (${endpoints.place})`)
    },
    keys: async function* (partition, keyPrefix) {
      const space = keyspace(partition)
      const place = () => call(space, (client) => placeOf(client, space))
      const before = await place()
      const pattern = `${escapeGlob(space + keyPrefix)}*`
      let cursor = '0'
      do {
        const [next, found] = await call(space, (client) =>
          serverAt(client, before).scan(cursor, 'MATCH', pattern, 'COUNT', SCANNED_AT_ONCE),
        )
        for (const key of found) yield key.slice(space.length)
        cursor = next
      } while (cursor !== '0')
      if ((await place()) !== before)
        throw new RingbackError(
          'store',
          `Redis moved a slot while its keys were listed: begin anew (${endpoints.place})`,
          {
            retryable: true,
          },
        )
    },
    close,
  }
}
