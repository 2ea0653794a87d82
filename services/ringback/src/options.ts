/** The command line: CONTRACT section 3. What is not known is refused. */
import { parseArgs, type ParseArgsConfig } from 'node:util'
import { type Instant, parseDay, parseInstant } from '@ringback/contracts'
import { RingbackError } from '@ringback/pipeline'

const COMMON = {
  config: { type: 'string' },
  data: { type: 'string' },
  now: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const satisfies ParseArgsConfig['options']

/** What every command takes. */
export interface CommonOptions {
  readonly config: string | undefined
  readonly data: string
  /** `--now`: the clock of this command. */
  readonly now: Instant | undefined
  readonly json: boolean
}

export const usageError = (message: string): RingbackError =>
  new RingbackError('usage', `${message}\nSee: ringback --help`)

/** An instant, or a day as its first instant in UTC. Throws a usage error that names the option. */
export const parseTimeOption = (name: string, text: string | undefined): Instant | undefined => {
  if (text === undefined) return undefined
  const at = parseInstant(parseDay(text) === undefined ? text : `${text}T00:00:00Z`)
  if (at === undefined) throw usageError(`--${name}: expected a time such as 2026-11-16T09:00:00Z, or a date`)
  return at
}

type Options = NonNullable<ParseArgsConfig['options']>

export interface ParsedCommand {
  readonly common: CommonOptions
  readonly wantsHelp: boolean
  readonly values: Readonly<Record<string, string | boolean | readonly string[] | undefined>>
  readonly positionals: readonly string[]
}

/** Parses what stands behind the command's name. */
export const parseCommand = (argv: readonly string[], options: Options): ParsedCommand => {
  let parsed: { values: Record<string, unknown>; positionals: string[] }
  try {
    parsed = parseArgs({ args: [...argv], options: { ...COMMON, ...options }, allowPositionals: true, strict: true })
  } catch (cause) {
    throw usageError((cause as Error).message)
  }
  const { values, positionals } = parsed as { values: ParsedCommand['values']; positionals: string[] }
  const text = (name: string): string | undefined => {
    const value = values[name]
    return typeof value === 'string' ? value : undefined
  }
  return {
    common: {
      config: text('config'),
      data: text('data') ?? './ringback-data',
      now: parseTimeOption('now', text('now')),
      json: values['json'] === true,
    },
    wantsHelp: values['help'] === true,
    values,
    positionals,
  }
}
