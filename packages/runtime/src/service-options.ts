/** What a service is started with: `--config FILE --port N --host H`, or the environment. */
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { RingbackError } from '@ringback/pipeline'
import { findConfig } from './load-config.ts'
import { LOG_LEVELS, type LogLevel } from './logger.ts'

const OPTIONS = { config: { type: 'string' }, port: { type: 'string' }, host: { type: 'string' } } as const

export interface ServiceOptions {
  readonly configFile: string
  readonly host: string
  /** 0: any that is free; the log says which. */
  readonly port: number
  readonly logLevel: LogLevel
}

type Environment = Readonly<Record<string, string | undefined>>

/** An empty variable is one that is not set. */
const variable = (env: Environment, name: string): string | undefined => env[name] || undefined

const parsePort = (text: string, from: string): number => {
  const port = text.trim() === '' ? NaN : Number(text)
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port
  throw new RingbackError('usage', `${from}: expected 0 to 65535`)
}

const parseLevel = (text: string): LogLevel => {
  const level = LOG_LEVELS.find((known) => known === text)
  if (level) return level
  throw new RingbackError('usage', `LOG_LEVEL: expected one of ${LOG_LEVELS.join(', ')}`)
}

/** The command line before the environment. Throws a usage or configuration error. */
export const parseServiceOptions = (argv: readonly string[], env: Environment, cwd: string): ServiceOptions => {
  let values: { config?: string; port?: string; host?: string }
  try {
    values = parseArgs({ args: [...argv], options: OPTIONS, strict: true }).values
  } catch (cause) {
    throw new RingbackError('usage', (cause as Error).message, { cause })
  }
  const asked = values.config ?? variable(env, 'RINGBACK_CONFIG')
  const configFile = asked === undefined ? undefined : findConfig({ asked, dataDir: cwd, cwd: resolve(cwd) })
  if (configFile === undefined)
    throw new RingbackError('configuration', 'no configuration: name one with --config or RINGBACK_CONFIG')
  const fromEnv = variable(env, 'RINGBACK_PORT')
  return {
    configFile,
    host: values.host ?? variable(env, 'RINGBACK_HOST') ?? '127.0.0.1',
    port: values.port === undefined ? parsePort(fromEnv ?? '0', 'RINGBACK_PORT') : parsePort(values.port, '--port'),
    logLevel: parseLevel(variable(env, 'LOG_LEVEL') ?? 'info'),
  }
}
