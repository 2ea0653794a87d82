/** Opening, migrating, closing; and the weeks that rates are asked for. */
import { parseInstant } from '@ringback/contracts'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openEmbeddedEngine, openFailure } from './engine.ts'
import { migrate } from './migrate.ts'
import { readMigrations } from './statements.ts'
import { contactRow, createTestTables, insertRows, journeyRow, parseConfig, toArray } from './testing/tables.ts'
import { openEmbedded } from './warehouse.ts'

const tables = createTestTables()
afterAll(() => tables.close())

const at = (time: string): number => parseInstant(time) as number
const chdb = createRequire(__filename).resolve('chdb/connection')

describe('migrations', () => {
  test('are numbered without a gap, one statement each', () => {
    const migrations = readMigrations()
    expect(migrations.map(({ number }) => number)).toEqual(migrations.map((_, index) => index + 1))
    for (const { text } of migrations) expect(text.replace(/--.*$/gm, '')).not.toContain(';')
  })

  test('are applied once', async () => {
    const warehouse = await tables.fresh()
    expect(await warehouse.migrate()).toEqual([])
  })

  test('make inserts durable in the process, where there is no replica', async () => {
    const engine = await openEmbeddedEngine({ dataDir: tables.dataDir, database: 'durable' })
    try {
      await migrate(engine)
      const text = `SELECT name, engine_full FROM system.tables WHERE database = 'durable' AND name != 'migrations'`
      const made = await engine.select<{ name: string; engine_full: string }>({ name: 'tables', text })
      expect(made.map(({ name }) => name).toSorted()).toEqual(['bad_rows', 'contacts', 'feeds', 'journeys'])
      for (const { engine_full } of made)
        expect(engine_full).toContain('fsync_after_insert = 1, fsync_part_directory = 1')
    } finally {
      await engine.close()
    }
  })

  test('that were edited, or are of a later version, are refused', async () => {
    const database = 'edited'
    const engine = await openEmbeddedEngine({ dataDir: tables.dataDir, database })
    try {
      await migrate(engine)
      const record = {
        name: 'record',
        text: 'INSERT INTO migrations (number, name, hash) SELECT {number:UInt32}, {name:String}, {hash:String}',
      }
      await engine.run(record, { number: 99, name: 'later', hash: '' })
      await expect(migrate(engine)).rejects.toThrow('later version')
      await engine.run({ name: 'forget', text: 'DELETE FROM migrations WHERE number = 99' })
      await engine.run(record, { number: 1, name: 'journeys', hash: 'another' })
      await expect(migrate(engine)).rejects.toThrow('changed')
    } finally {
      await engine.close()
    }
  })
})

test('rows outlive closing and opening again', async () => {
  const database = 'again'
  const first = await openEmbedded({ dataDir: tables.dataDir, database })
  await first.migrate()
  await insertRows(first, { journeys: [journeyRow()] })
  await first.close()
  const second = await openEmbedded({ dataDir: tables.dataDir, database })
  expect(await second.ping()).toBe(true)
  expect(await toArray(second.journeys())).toHaveLength(1)
  await second.close()
})

describe('a data folder', () => {
  test('is refused while this process works in another', async () => {
    await tables.fresh()
    const other = openEmbedded({ dataDir: `${tables.dataDir}/other` })
    await expect(other).rejects.toMatchObject({ code: 'locked', retryable: false })
  })

  test('is refused to another process', async () => {
    await tables.fresh()
    const script = `require(${JSON.stringify(chdb)}).createChdbConnection({ path: ${JSON.stringify(tables.dataDir)} })`
    const { status, stderr } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' })
    expect(status).not.toBe(0)
    expect(stderr).toContain('Cannot lock file')
  })

  test('that another process has says which; one that nobody has does not', () => {
    const folder = mkdtempSync(join(tmpdir(), 'warehouse-status-'))
    const cause = new Error('Failed to create connection')
    writeFileSync(join(folder, 'status'), `PID: ${process.ppid}\nStarted at: 2026-11-24 03:18:00\n`)
    expect(openFailure(folder, cause)).toMatchObject({ code: 'locked', cause })
    expect(openFailure(folder, cause).message).toContain(String(process.ppid))
    writeFileSync(join(folder, 'status'), 'PID: 999999999\n')
    expect(openFailure(folder, cause)).toMatchObject({ code: 'warehouse' })
    rmSync(folder, { recursive: true })
    expect(openFailure(folder, cause)).toMatchObject({ code: 'warehouse' })
  })
})

test('a setting in a statement holds for that statement alone', async () => {
  const engine = await openEmbeddedEngine({ dataDir: tables.dataDir, database: 'settings' })
  try {
    const text = `SELECT getSetting('max_execution_time') AS seconds`
    const asked = async (more: string) => engine.select<{ seconds: number }>({ name: 'asked', text: text + more })
    const [before] = await asked('')
    expect(await asked(' SETTINGS max_execution_time = 77')).toEqual([{ seconds: 77 }])
    expect(await asked('')).toEqual([before])
  } finally {
    await engine.close()
  }
})

describe('the weeks that rates are asked for', () => {
  const config = parseConfig({
    council: { name: 'Testshire', timezone: 'Europe/London' },
    tasks: [{ id: 'missed-bin' }],
  })
  const weeksOf = async (period: { from?: number; to?: number }) => {
    const warehouse = await weekly
    const question = { config, now: at('2027-06-01T00:00:00Z'), ...period }
    const taskWeeks = (await warehouse.taskRates(question)).map(({ week }) => week)
    expect((await warehouse.contactRates(question)).map(({ week }) => week)).toEqual(taskWeeks)
    return taskWeeks
  }
  const weekly = (async () => {
    const warehouse = await tables.fresh()
    // The last instant of a week in British summer time, the first of the next; around the turn of a year.
    const times = [
      '2026-07-05T22:59:59.999Z',
      '2026-07-05T23:00:00.000Z',
      '2026-12-31T12:00:00.000Z',
      '2027-01-04T00:00:00.000Z',
    ]
    const days = ['2026-07-05', '2026-07-06', '2026-12-31', '2027-01-04']
    await insertRows(warehouse, {
      journeys: times.map((last_at, index) => journeyRow({ journey_id: `j-${index}`, last_at })),
      contacts: times.map((started_at, index) =>
        contactRow({ contact_id: `crm:${index}`, started_at, day: days[index] as string, tasks: ['missed-bin'] }),
      ),
    })
    return warehouse
  })()

  test.each([
    ['all of them', {}, ['2026-W27', '2026-W28', '2026-W53', '2027-W01']],
    ['from local midnight of a Monday', { from: at('2026-07-05T23:00:00Z') }, ['2026-W28', '2026-W53', '2027-W01']],
    ['from midnight in UTC of that Monday', { from: at('2026-07-06T00:00:00Z') }, ['2026-W28', '2026-W53', '2027-W01']],
    ['from the Tuesday', { from: at('2026-07-07T00:00:00Z') }, ['2026-W53', '2027-W01']],
    ['up to a Monday', { to: at('2026-07-06T00:00:00Z') }, ['2026-W27']],
    ['up to the Tuesday', { to: at('2026-07-07T00:00:00Z') }, ['2026-W27', '2026-W28']],
    ['between two Mondays', { from: at('2026-12-28T00:00:00Z'), to: at('2027-01-04T00:00:00Z') }, ['2026-W53']],
  ])('%s', async (_, period, weeks) => {
    expect(await weeksOf(period)).toEqual(weeks)
  })
})
