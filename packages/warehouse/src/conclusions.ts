/** Conclusions into their tables, in big idempotent batches: inserting the same lines again changes nothing. */
import { RingbackError, type Table, TABLES } from '@ringback/pipeline'
import type { Engine } from './engine.ts'
import { RowsRejected } from './failures.ts'
import { readStatement, type Statement } from './statements.ts'

/** JSON lines, one row each: text or UTF-8, any number of lines a chunk, with or without a line break at its end. */
export type Lines = readonly (string | Buffer)[]

/** What goes to each table. */
export type Conclusions = Readonly<Partial<Record<Table, Lines>>>

/** A line that the table refuses whatever it is sent with: a fault of ours, to be reported and passed over. */
export interface Unwritable {
  readonly table: Table
  /** Holds tokens: not for a log. */
  readonly line: string
  readonly cause: RingbackError
}

const INSERTS: Readonly<Record<Table, Statement>> = {
  journeys: readStatement('insert-journeys'),
  contacts: readStatement('insert-contacts'),
}

const ID_COLUMNS: Readonly<Record<Table, string>> = { journeys: 'journey_id', contacts: 'contact_id' }

/** Some 4,000 rows: a longer statement is not faster, holds up the event loop for longer and fills the engine's buffers. */
const STATEMENT_CHARACTERS = 4 * 1024 * 1024

/** The line of a row at a version (a decimal UInt128), from the row's JSON: one object, without a version of its own. */
export const toRowLine = (row: string, version: string): string =>
  `${row.slice(0, row.lastIndexOf('}'))},"version":"${version}","is_deleted":0}`

/** The line that withdraws a conclusion; all that is known of it is its id. */
export const toWithdrawalLine = (table: Table, id: string, version: string): string =>
  JSON.stringify({ [ID_COLUMNS[table]]: id, version, is_deleted: 1 })

/**
 * Resolves when everything is in the tables (in the process: on disk), apart from what was reported as unwritable.
 * When it throws, some of the batch may be in them: insert all of it again. A crash at any point is the same case.
 */
export const insertConclusions = async (
  engine: Engine,
  conclusions: Conclusions,
  onUnwritable: (unwritable: Unwritable) => void,
): Promise<void> => {
  for (const table of TABLES)
    for (const text of statementTexts(conclusions[table] ?? []))
      for (const { line, cause } of await insertLines(engine, INSERTS[table], text))
        onUnwritable({ table, line, cause })
}

function* statementTexts(chunks: Lines): Generator<string> {
  let texts: string[] = []
  let characters = 0
  for (const chunk of chunks) {
    const text = (typeof chunk === 'string' ? chunk : chunk.toString('utf8')).trimEnd()
    if (text === '') continue
    texts.push(text)
    characters += text.length
    if (characters < STATEMENT_CHARACTERS) continue
    yield texts.join('\n')
    texts = []
    characters = 0
  }
  if (texts.length > 0) yield texts.join('\n')
}

interface Rejected {
  readonly line: string
  readonly cause: RingbackError
}

/**
 * One insert; if the table refuses a row of it, halves of it, down to the culprits. If it refuses every one of several
 * rows, then not they are at fault but their encoding or the table: nothing is passed over, it throws.
 */
export const insertLines = async (engine: Engine, statement: Statement, text: string): Promise<readonly Rejected[]> => {
  const rejection = await tryInsert(engine, statement, text)
  if (rejection === undefined) return []
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  if (lines.length === 1) return [{ line: text, cause: rejection }]
  const rejected = await bisect(engine, statement, lines)
  if (rejected.length === lines.length)
    throw new RingbackError('warehouse', `The tables refused every row of ${statement.name}.`, { cause: rejection })
  return rejected
}

const bisect = async (engine: Engine, statement: Statement, lines: readonly string[]): Promise<readonly Rejected[]> => {
  const rejected: Rejected[] = []
  const middle = Math.ceil(lines.length / 2)
  for (const half of [lines.slice(0, middle), lines.slice(middle)]) {
    if (half.length === 0) continue
    const rejection = await tryInsert(engine, statement, half.join('\n'))
    if (rejection === undefined) continue
    if (half.length === 1) rejected.push({ line: half[0] as string, cause: rejection })
    else rejected.push(...(await bisect(engine, statement, half)))
  }
  return rejected
}

/** Undefined when it is in; the rejection when a row is at fault; anything else is thrown. */
const tryInsert = async (engine: Engine, statement: Statement, text: string): Promise<RowsRejected | undefined> => {
  try {
    await engine.insert(statement, text)
    return undefined
  } catch (failure) {
    if (failure instanceof RowsRejected) return failure
    throw failure
  }
}
