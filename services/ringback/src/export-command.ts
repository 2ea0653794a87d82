/** `ringback export`: the tables, to standard output. */
import { EXPORTS, type ExportName, type Instant } from '@ringback/contracts'
import type { House } from './house.ts'
import type { Io } from './io.ts'
import { type ParsedCommand, parseTimeOption, usageError } from './options.ts'
import { toCsvLine } from './csv.ts'

export const EXPORT_OPTIONS = {
  format: { type: 'string' },
  from: { type: 'string' },
  to: { type: 'string' },
  publish: { type: 'boolean' },
} as const

export interface ExportPlan {
  readonly name: ExportName
  readonly format: 'ndjson' | 'csv'
  readonly from: Instant | undefined
  readonly to: Instant | undefined
  readonly publish: boolean
}

const isExportName = (name: string): name is ExportName => Object.hasOwn(EXPORTS, name)

export const planExport = ({ values, positionals }: ParsedCommand): ExportPlan => {
  const [name, ...rest] = positionals
  if (name === undefined || rest.length > 0 || !isExportName(name))
    throw usageError(`export: expected one of ${Object.keys(EXPORTS).join(', ')}`)
  const format = values['format'] ?? 'ndjson'
  if (format !== 'ndjson' && format !== 'csv') throw usageError('--format: expected ndjson or csv')
  const publish = values['publish'] === true
  if (publish && name !== 'task-rates' && name !== 'contact-rates')
    throw usageError('--publish: only task-rates and contact-rates may leave the house')
  const text = (key: string): string | undefined => (typeof values[key] === 'string' ? values[key] : undefined)
  return {
    name,
    format,
    from: parseTimeOption('from', text('from')),
    to: parseTimeOption('to', text('to')),
    publish,
  }
}

type Row = Readonly<Record<string, unknown>>

async function* rowsOf(house: House, plan: ExportPlan): AsyncGenerator<Row> {
  const { warehouse, config, clock } = house
  const period = { from: plan.from, to: plan.to }
  const question = { config, now: clock(), ...period }
  switch (plan.name) {
    case 'journeys':
      return yield* warehouse.journeys(period)
    case 'flagged':
      return yield* warehouse.flagged(period)
    case 'contacts':
      return yield* warehouse.contacts({ ...period, timezone: config.council.timezone })
    case 'bad-rows':
      return yield* warehouse.badRows(period)
    case 'task-rates':
      return yield* plan.publish ? await warehouse.publishedTaskRates(question) : await warehouse.taskRates(question)
    case 'contact-rates':
      return yield* plan.publish
        ? await warehouse.publishedContactRates(question)
        : await warehouse.contactRates(question)
  }
}

/** Text is handed over in pieces of about this many characters. */
const PIECE = 64 * 1024

export const exportCommand = async (house: House, plan: ExportPlan, io: Io): Promise<number> => {
  const columns = [...Object.keys(EXPORTS[plan.name].shape), ...(plan.publish ? ['suppressed'] : [])]
  const toLine = (row: Row): string =>
    plan.format === 'csv'
      ? toCsvLine(columns.map((column) => row[column] ?? null))
      : `${JSON.stringify(Object.fromEntries(columns.map((column) => [column, row[column] ?? null])))}\n`
  let piece = plan.format === 'csv' ? toCsvLine(columns) : ''
  for await (const row of rowsOf(house, plan)) {
    piece += toLine(row)
    if (piece.length < PIECE) continue
    await io.out(piece)
    piece = ''
  }
  await io.out(piece)
  return 0
}
