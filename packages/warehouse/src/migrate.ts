/** Numbered migrations: each is one statement that may be repeated, applied once in the order of their numbers. */
import { RingbackError } from '@ringback/pipeline'
import type { Engine } from './engine.ts'
import { type Migration, readMigrations, readStatement } from './statements.ts'

const CREATE_MIGRATIONS = readStatement('create-migrations')
const APPLIED_MIGRATIONS = readStatement('applied-migrations')
const RECORD_MIGRATION = readStatement('record-migration')

interface Applied {
  readonly number: number
  readonly name: string
  readonly hash: string
}

/** Those that the tables lack. Refuses tables of a later version, and a migration that was edited after it was applied. */
const findMissing = async (engine: Engine): Promise<readonly Migration[]> => {
  const applied = await engine.select<Applied>(APPLIED_MIGRATIONS)
  const migrations = readMigrations().filter(({ embedded }) => engine.embedded || !embedded)
  checkHistory(migrations, applied)
  const done = new Set(applied.map(({ number }) => number))
  return migrations.filter(({ number }) => !done.has(number))
}

const namesOf = (migrations: readonly Migration[]): readonly string[] => migrations.map(({ name }) => name)

/**
 * Brings the tables to the shape that this version of the program expects; returns the names of what it applied.
 * A crash between a migration and its record applies it again, which changes nothing.
 */
export const migrate = async (engine: Engine): Promise<readonly string[]> => {
  await engine.createDatabase()
  await engine.run(CREATE_MIGRATIONS)
  const missing = await findMissing(engine)
  for (const migration of missing) {
    await engine.run(migration)
    await engine.run(RECORD_MIGRATION, { number: migration.number, name: migration.name, hash: migration.hash })
  }
  return namesOf(missing)
}

/** What `migrate` would apply; changes nothing. Rejects where no table was made yet. */
export const missingMigrations = async (engine: Engine): Promise<readonly string[]> =>
  namesOf(await findMissing(engine))

const checkHistory = (migrations: readonly Migration[], applied: readonly Applied[]): void => {
  const known = new Map(migrations.map((migration) => [migration.number, migration]))
  for (const { number, name, hash } of applied) {
    const migration = known.get(number)
    if (migration === undefined)
      throw new RingbackError(
        'warehouse',
        `The tables are of a later version: migration ${number} (${name}) is unknown.`,
      )
    if (migration.hash !== hash)
      throw new RingbackError('warehouse', `Migration ${number} (${name}) was changed after it had been applied.`)
  }
}
