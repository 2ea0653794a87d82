/** What stands between a Redis and its task here, for `doctor` and for the log at start. */
import { Redis } from 'ioredis'
import { type Client, connect, TIMEOUTS } from './connection.ts'
import { type Environment, type RedisConfig, toEndpoints } from './endpoints.ts'
import { RingbackError } from '@ringback/pipeline'

export interface RedisProblem {
  readonly severity: 'warn' | 'fail'
  /** What is wrong, and what to do. */
  readonly message: string
}

const OLDEST_TESTED = 7
/** Of maxmemory. */
const NEARLY_FULL = 0.9

const warn = (message: string): RedisProblem => ({ severity: 'warn', message })
const fail = (message: string): RedisProblem => ({ severity: 'fail', message })

/** `name:value` lines. */
const toFields = (text: string): ReadonlyMap<string, string> =>
  new Map(
    text.split('\r\n').flatMap((line) => {
      const colon = line.indexOf(':')
      return colon < 0 ? [] : [[line.slice(0, colon), line.slice(colon + 1)] as const]
    }),
  )

/** INFO tells the policy too, where hosted servers keep CONFIG to themselves. */
function* problemsOfServer(info: ReadonlyMap<string, string>, isCluster: boolean): Generator<RedisProblem> {
  const version = info.get('redis_version') ?? '0'
  if (Number.parseInt(version, 10) < OLDEST_TESTED)
    yield warn(`it is Redis ${version}, and ${OLDEST_TESTED}.0 is the oldest that was tested: update it`)
  const policy = info.get('maxmemory_policy') ?? 'unknown'
  if (policy !== 'noeviction')
    yield warn(
      `maxmemory-policy is ${policy}: set noeviction, or state goes when memory is short and must be folded anew`,
    )
  const limit = Number(info.get('maxmemory'))
  const used = Number(info.get('used_memory'))
  if (limit > 0 && used > limit * NEARLY_FULL)
    yield warn(`it uses ${Math.floor((used / limit) * 100)} % of its memory: raise maxmemory before it refuses writes`)
  if (!isCluster && info.get('cluster_enabled') === '1')
    yield fail('it is one node of a Redis Cluster: name its nodes under `redis.cluster` instead of `redis.url`')
  if (info.get('role') === 'slave') yield fail('it is a read-only replica: name its master')
}

const problemsOfCluster = (info: ReadonlyMap<string, string>): RedisProblem[] =>
  info.get('cluster_state') === 'ok'
    ? []
    : [
        fail(
          `its cluster_state is ${info.get('cluster_state') ?? 'unknown'}: start its missing nodes, give each slot one`,
        ),
      ]

/** Of a client that is connected. */
export const findProblems = async (client: Client): Promise<readonly RedisProblem[]> => {
  if (client instanceof Redis) return [...problemsOfServer(toFields(await client.info()), false)]
  const ofNodes = await Promise.all(
    client.nodes('master').map(async (node) => {
      const info = await node.info()
      const state = await node.cluster('INFO')
      return [...problemsOfServer(toFields(info), true), ...problemsOfCluster(toFields(state))].map((problem) => ({
        ...problem,
        message: `${node.options.host}:${node.options.port}: ${problem.message}`,
      }))
    }),
  )
  return ofNodes.flat()
}

/** Connects, looks and leaves. That it cannot be reached or signed in to is a problem, too; rejects for nothing. */
export const checkRedis = async (options: {
  readonly redis: RedisConfig
  readonly env?: Environment
}): Promise<readonly RedisProblem[]> => {
  try {
    const connection = connect(toEndpoints(options.redis, options.env ?? {}), TIMEOUTS)
    try {
      return await connection.call('', findProblems)
    } finally {
      await connection.close()
    }
  } catch (cause) {
    if (cause instanceof RingbackError) return [fail(cause.message)]
    throw cause
  }
}
