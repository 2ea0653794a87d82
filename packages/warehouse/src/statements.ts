/**
 * SQL is source: each statement is a file of `sql/`, with its contract in its header and its values bound as parameters.
 * Only a statement of these files reaches the engine, so nothing is ever concatenated into one.
 */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'

/** Beside `src` and `dist` alike: the compiler copies no SQL, and need not. */
const SQL = new URL('../sql/', import.meta.url)

/** The text of one file of `sql/`: exactly one statement. */
export interface Statement {
  readonly name: string
  readonly text: string
}

const read = (path: string): string => readFileSync(new URL(path, SQL), 'utf8').trim()

export const readStatement = (name: string): Statement => ({ name, text: read(`${name}.sql`) })

export interface Migration extends Statement {
  readonly number: number
  /** Of the statement's text, so that an edited migration is noticed. */
  readonly hash: string
  /** Whether it is for tables in the process alone, or for any. */
  readonly embedded: boolean
}

/** `0001-name.sql`, or `0001-name.embedded.sql`. */
const MIGRATION = /^(\d{4})-([a-z0-9-]+?)(\.embedded)?\.sql$/

export const readMigrations = (): readonly Migration[] =>
  readdirSync(new URL('migrations/', SQL))
    .toSorted()
    .map((file) => {
      const [, number = '', name = file, embedded] = MIGRATION.exec(file) ?? []
      const text = read(`migrations/${file}`)
      const hash = createHash('sha256').update(text).digest('hex')
      return { number: Number(number), name, text, hash, embedded: embedded !== undefined }
    })
