/** Where Redis is and how to sign in, from the configuration and the environment. Passwords stay out of every message. */
import { readFileSync } from 'node:fs'
import type { Config } from '@ringback/contracts'
import { RingbackError } from '@ringback/pipeline'

/** `redis` of `ringback.yaml`. */
export type RedisConfig = NonNullable<Config['redis']>

export type Environment = Readonly<Record<string, string | undefined>>

interface Address {
  readonly host: string
  readonly port: number
}

export interface Endpoints {
  readonly isCluster: boolean
  /** Of a Cluster, those to ask for all others. */
  readonly nodes: readonly [Address, ...Address[]]
  readonly username: string | undefined
  readonly password: string | undefined
  readonly usesTls: boolean
  readonly database: number
  /** For messages: hosts and ports alone. */
  readonly place: string
}

const DEFAULT_PORT = 6379

/** The cause is left out: Node's quotes the whole URL, with the password in it. */
const refuse = (field: string, expected: string): RingbackError =>
  new RingbackError('configuration', `${field}: expected ${expected}`)

const toUrl = (text: string, field: string, expected: string): URL => {
  const withScheme = text.includes('://') ? text : `redis://${text}`
  const url = URL.canParse(withScheme) ? new URL(withScheme) : undefined
  if (!url || !/^rediss?:$/.test(url.protocol) || url.hostname === '') throw refuse(field, expected)
  return url
}

const toAddress = ({ hostname, port }: URL): Address => ({
  host: hostname.replace(/^\[(.*)\]$/, '$1'),
  port: port === '' ? DEFAULT_PORT : Number(port),
})

const decoded = (part: string, field: string): string | undefined => {
  try {
    return part === '' ? undefined : decodeURIComponent(part)
  } catch {
    throw refuse(field, 'the user name and password percent-encoded')
  }
}

const databaseOf = (url: URL, field: string): number => {
  const path = url.pathname.replace(/^\/$/, '')
  if (path !== '' && !/^\/\d{1,4}$/.test(path))
    throw refuse(field, 'a number of a database, or nothing, behind the port')
  return Number(path.slice(1))
}

const passwordFrom = (env: Environment): string | undefined => {
  const given = env['RINGBACK_REDIS_PASSWORD']
  if (given !== undefined && given !== '') return given
  const file = env['RINGBACK_REDIS_PASSWORD_FILE']
  if (file === undefined || file === '') return undefined
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (cause) {
    throw new RingbackError(
      'configuration',
      `RINGBACK_REDIS_PASSWORD_FILE: ${file} cannot be read: ${(cause as Error).message}`,
      { cause },
    )
  }
}

/**
 * A password comes from RINGBACK_REDIS_PASSWORD, from the file that RINGBACK_REDIS_PASSWORD_FILE names, or from the URL; a user
 * name from RINGBACK_REDIS_USERNAME or the URL.
 */
export const toEndpoints = (redis: RedisConfig, env: Environment): Endpoints => {
  const isCluster = 'cluster' in redis
  const urls = isCluster
    ? redis.cluster.map((text, index) => toUrl(text, `redis.cluster[${index}]`, 'host:port such as 127.0.0.1:7001'))
    : [toUrl(redis.url, 'redis.url', 'a URL such as redis://127.0.0.1:6379')]
  const [first] = urls
  const field = isCluster ? 'redis.cluster[0]' : 'redis.url'
  if (!first) throw refuse('redis.cluster', 'at least one host:port')
  const database = databaseOf(first, field)
  if (isCluster && database !== 0) throw refuse(field, 'no database behind the port: a Cluster has one alone')
  const nodes = [toAddress(first), ...urls.slice(1).map(toAddress)] as const
  return {
    isCluster,
    nodes,
    username: env['RINGBACK_REDIS_USERNAME'] || decoded(first.username, field),
    password: passwordFrom(env) ?? decoded(first.password, field),
    usesTls: first.protocol === 'rediss:',
    database,
    place: nodes.map(({ host, port }) => `${host}:${port}`).join(', '),
  }
}
