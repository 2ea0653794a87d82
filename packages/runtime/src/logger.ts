/** Logs as JSON lines: the object first, a fixed sentence second. No personal data: neither records nor what an error quotes of one. */
import { formatInstant, type Instant } from '@ringback/contracts'
import { RingbackError } from '@ringback/pipeline'
import { pino } from 'pino'

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

type Say = (fields: object, sentence: string) => void

/** An error goes as the field `err`. */
export interface Logger {
  readonly debug: Say
  readonly info: Say
  readonly warn: Say
  readonly error: Say
}

/** Says nothing. */
export const NO_LOGGER: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
}

const codeOf = (cause: unknown): string | undefined => {
  if (typeof cause !== 'object' || cause === null || !('code' in cause)) return undefined
  return typeof cause.code === 'string' || typeof cause.code === 'number' ? String(cause.code) : undefined
}

const nameOf = (cause: unknown): string => (cause instanceof Error ? cause.name : typeof cause)

const FRAME = /^\s+at /

/**
 * What may be known of an error. Messages of others are left out where they quote what could not be read: JSON.parse does, and so do
 * the tables, whose errors are causes of ours. What is ours holds nothing personal.
 */
export const describeError = (error: unknown): object => {
  if (error instanceof RingbackError) {
    const { code, message, retryable, cause } = error
    const because = cause === undefined ? {} : { cause: { name: nameOf(cause), code: codeOf(cause) } }
    return { name: error.name, code, message, retryable, ...because }
  }
  if (!(error instanceof Error)) return { name: typeof error }
  const frames = error.stack?.split('\n').filter((line) => FRAME.test(line))
  const isQuoting = error instanceof SyntaxError || error.name === 'ZodError'
  return {
    name: error.name,
    code: codeOf(error),
    ...(isQuoting ? {} : { message: error.message }),
    stack: frames?.map((line) => line.trim()),
  }
}

export interface LoggerOptions {
  readonly service: string
  readonly level: LogLevel
  readonly clock: () => Instant
  /** Takes a line with its end. */
  readonly write: (line: string) => void
}

export const createLogger = ({ service, level, clock, write }: LoggerOptions): Logger => {
  const logger = pino(
    {
      level,
      base: { service },
      timestamp: () => `,"time":"${formatInstant(clock())}"`,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: describeError },
      messageKey: 'message',
    },
    { write },
  )
  const sayAt =
    (at: Exclude<LogLevel, 'silent'>): Say =>
    (fields, sentence) =>
      logger[at](fields, sentence)
  return { debug: sayAt('debug'), info: sayAt('info'), warn: sayAt('warn'), error: sayAt('error') }
}
