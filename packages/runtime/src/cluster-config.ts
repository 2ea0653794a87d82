/** The part of the configuration that a service of the cluster cannot do without, and the secrets beside it. */
import { readFileSync } from 'node:fs'
import type { Config } from '@ringback/contracts'
import { RingbackError } from '@ringback/pipeline'
import type { LoadedConfig } from './load-config.ts'

export type ClusterConfig = Config &
  Required<{ readonly [Key in 'kafka' | 'redis' | 'clickhouse']: NonNullable<Config[Key]> }>

/** Throws where the file is for another mode: a cluster that somebody thinks of as embedded would be filled by accident. */
export const requireCluster = ({ file, config }: LoadedConfig): ClusterConfig => {
  const { kafka, redis, clickhouse } = config
  if (config.mode === 'cluster' && kafka && redis && clickhouse) return { ...config, kafka, redis, clickhouse }
  throw new RingbackError(
    'configuration',
    `${file}: mode: expected cluster; services run in a cluster, \`ringback start\` runs the embedded mode`,
  )
}

type Environment = Readonly<Record<string, string | undefined>>

/** The variable, or what stands in the file that NAME_FILE names; undefined where there is neither. */
export const readSecret = (env: Environment, name: string): string | undefined => {
  const given = env[name] || undefined
  const file = env[`${name}_FILE`] || undefined
  if (given !== undefined || file === undefined) return given
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (cause) {
    throw new RingbackError('configuration', `${name}_FILE: cannot be read: ${(cause as Error).message}`, { cause })
  }
}

/** Where the tables are, and as whom: RINGBACK_CLICKHOUSE_USER and RINGBACK_CLICKHOUSE_PASSWORD. */
export const clickhouseOf = ({ clickhouse }: Pick<ClusterConfig, 'clickhouse'>, env: Environment) => ({
  ...clickhouse,
  username: readSecret(env, 'RINGBACK_CLICKHOUSE_USER'),
  password: readSecret(env, 'RINGBACK_CLICKHOUSE_PASSWORD'),
})
