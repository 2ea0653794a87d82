/** The commands, by name: what each takes, and how it is run on an open house. */
import { doctorAlone, report, runChecks } from './doctor-command.ts'
import { EXPORT_OPTIONS, exportCommand, planExport } from './export-command.ts'
import type { House } from './house.ts'
import { IMPORT_OPTIONS, importCommand, planImport } from './import-command.ts'
import type { Io } from './io.ts'
import { KEYS_OPTIONS, keysCommand } from './keys-command.ts'
import { type ParsedCommand, usageError } from './options.ts'
import { planRedrive, REDRIVE_OPTIONS, redriveCommand } from './redrive-command.ts'
import { rejudgeCommand } from './rejudge-command.ts'
import { TOPICS_OPTIONS, topicsCommand } from './topics-command.ts'

type Run = (house: House, io: Io) => Promise<number>

interface Spoken {
  readonly options: Parameters<typeof import('./options.ts').parseCommand>[1]
  readonly usage: string
}

interface HouseCommand extends Spoken {
  /** Checks what was asked for before anything is opened, and gives what then runs. */
  readonly prepare: (parsed: ParsedCommand, io: Io) => Run
  /** For one that may have to do without an open house. */
  readonly alone?: (parsed: ParsedCommand, io: Io) => Promise<number>
}

/** One that needs no house, nor goes through a running `start`. */
interface HouselessCommand extends Spoken {
  readonly run: (parsed: ParsedCommand, io: Io) => Promise<number>
}

export type Command = HouseCommand | HouselessCommand

export const COMMANDS: Readonly<Record<string, Command>> = {
  import: {
    options: IMPORT_OPTIONS,
    usage:
      'import FILE… [--kind web|contacts|profiles] [--format NAME] [--mapping FILE] [--source S] [--complete-to TIME]',
    prepare: (parsed, io) => {
      const plan = planImport(parsed, io)
      return (house, runIo) => importCommand(house, plan, parsed.common.json, runIo)
    },
  },
  export: {
    options: EXPORT_OPTIONS,
    usage:
      'export journeys|flagged|contacts|task-rates|contact-rates|bad-rows [--format ndjson|csv] [--from T] [--to T] [--publish]',
    prepare: (parsed) => {
      const plan = planExport(parsed)
      return (house, io) => exportCommand(house, plan, io)
    },
  },
  rejudge: {
    options: {},
    usage: 'rejudge',
    prepare: (parsed) => {
      if (parsed.positionals.length > 0) throw usageError('rejudge: expected nothing behind it')
      return (house, io) => rejudgeCommand(house, parsed.common.json, io)
    },
  },
  redrive: {
    options: REDRIVE_OPTIONS,
    usage: 'redrive [--reason R] [--dry-run]',
    prepare: (parsed) => {
      const plan = planRedrive(parsed)
      return (house, io) => redriveCommand(house, plan, parsed.common.json, io)
    },
  },
  doctor: {
    options: {},
    usage: 'doctor',
    prepare: (parsed) => async (house, io) => report(await runChecks(house, io), parsed.common.json, io),
    alone: (parsed, io) => doctorAlone(parsed.common, io),
  },
  topics: { options: TOPICS_OPTIONS, usage: 'topics create [--anew]', run: topicsCommand },
  keys: {
    options: KEYS_OPTIONS,
    usage: 'keys create [--kind write|secret] [--name N] [--origin URL]… | keys list | keys revoke ID',
    run: keysCommand,
  },
}
