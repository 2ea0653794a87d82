/**
 * The one place that knows the official client. It offers less than the client does, on purpose: statements of `sql/`
 * with bound parameters, and no settings, since in the process they stick to the connection (a leaked deduplication
 * token would silently drop the next insert). Settings stand in the SQL.
 */
import {
  type ClickHouseClient,
  type ClickHouseClientConfigOptions,
  ClickHouseLogLevel,
  createClient,
} from '@clickhouse/client'
import { RingbackError } from '@ringback/pipeline'
import { drainPending } from 'chdb'
import { createChdbConnection } from 'chdb/connection'
import { mkdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { toFailure } from './failures.ts'
import { readStatement, type Statement } from './statements.ts'

export type Parameter = string | number | boolean
export type Parameters = Readonly<Record<string, Parameter>>

export interface Engine {
  readonly embedded: boolean
  /** Makes the database, unless it is there. */
  readonly createDatabase: () => Promise<void>
  /** The rows of a query, all at once: page what may be long. */
  readonly select: <Row>(statement: Statement, parameters?: Parameters) => Promise<Row[]>
  readonly run: (statement: Statement, parameters?: Parameters) => Promise<void>
  /** Runs an `INSERT … FORMAT JSONEachRow` with pre-encoded lines. In the process it is on disk when it resolves. */
  readonly insert: (statement: Statement, lines: string) => Promise<void>
  /** Whether the engine answers. */
  readonly ping: () => Promise<boolean>
  /** Waits for what is under way. */
  readonly close: () => Promise<void>
}

/** Where the tables are. */
export interface EmbeddedTables {
  /** The folder of the tables; made if it is missing. A process works in one such folder, and a folder has one process. */
  readonly dataDir: string
  readonly database?: string | undefined
}
export interface ServerTables {
  readonly url: string
  readonly database: string
  readonly username?: string | undefined
  readonly password?: string | undefined
}

const DATABASE = 'ringback'
const CREATE_DATABASE = readStatement('create-database')
const USE_DATABASE = readStatement('use-database')

/** Longer than the longest `max_execution_time` of the statements. */
const REQUEST_TIMEOUT_MS = 630_000
/** The client would print failed requests, parameters included. */
const SILENT = { level: ClickHouseLogLevel.OFF }

const select = async <Row>(client: ClickHouseClient, statement: Statement, parameters: Parameters): Promise<Row[]> => {
  try {
    const result = await client.query({ query: statement.text, query_params: parameters, format: 'JSONEachRow' })
    return await result.json<Row>()
  } catch (cause) {
    throw toFailure(statement.name, cause)
  }
}

/** `lines` go behind the statement: the engine reads them as data, whatever they hold. */
const run = async (
  client: ClickHouseClient,
  statement: Statement,
  parameters: Parameters,
  lines?: string,
): Promise<void> => {
  const query = lines === undefined ? statement.text : `${statement.text}\n${lines}`
  try {
    await client.command({ query, query_params: parameters })
  } catch (cause) {
    throw toFailure(statement.name, cause)
  }
}

interface Clients {
  readonly embedded: boolean
  /** One client is one queue in the process: a long question must not hold up the inserts. */
  readonly writing: ClickHouseClient
  readonly reading: ClickHouseClient
  readonly createDatabase: () => Promise<void>
  readonly afterClose: () => Promise<void>
}

const createEngine = ({ embedded, writing, reading, createDatabase, afterClose }: Clients): Engine => ({
  embedded,
  createDatabase,
  select: (statement, parameters = {}) => select(reading, statement, parameters),
  run: (statement, parameters = {}) => run(writing, statement, parameters),
  insert: (statement, lines) => run(writing, statement, {}, lines),
  ping: async () => (await reading.ping({ select: true })).success,
  close: async () => {
    await Promise.all([writing.close(), reading.close()])
    await afterClose()
  },
})

/** The process that holds a folder's lock, by the engine's own `status` file, if it lives and is another one. */
const ownerOf = (dataDir: string): number | undefined => {
  let pid: number
  try {
    pid = Number(/^PID: (\d+)/.exec(readFileSync(join(dataDir, 'status'), 'utf8'))?.[1])
  } catch {
    return undefined
  }
  if (!(pid > 0) || pid === process.pid) return undefined
  try {
    process.kill(pid, 0)
    return pid
  } catch (cause) {
    const isAnothers = cause instanceof Error && 'code' in cause && cause.code === 'EPERM'
    return isAnothers ? pid : undefined
  }
}

/** Why a folder did not open, and what to do. */
export const openFailure = (dataDir: string, cause: unknown): RingbackError => {
  if (cause instanceof Error && cause.message.includes('one active data directory per process'))
    return new RingbackError(
      'locked',
      `This process has tables open in another folder than ${dataDir}: close them first.`,
      { cause },
    )
  const owner = ownerOf(dataDir)
  return owner === undefined
    ? new RingbackError('warehouse', `The tables in ${dataDir} could not be opened: is the folder writable?`, { cause })
    : new RingbackError('locked', `The tables in ${dataDir} are in use by process ${owner}: stop it first.`, { cause })
}

/** The two packages each bring a copy of the client's types, and the copies do not know each other. */
const connectionTo = (path: string): NonNullable<ClickHouseClientConfigOptions['connection']> =>
  createChdbConnection({ path }) as object as NonNullable<ClickHouseClientConfigOptions['connection']>

export const openEmbeddedEngine = async ({ dataDir, database = DATABASE }: EmbeddedTables): Promise<Engine> => {
  const path = resolve(dataDir)
  const open = (): ClickHouseClient => {
    try {
      mkdirSync(path, { recursive: true })
      return createClient({ connection: connectionTo(path), log: SILENT })
    } catch (cause) {
      throw openFailure(path, cause)
    }
  }
  const writing = open()
  const reading = open()
  await run(writing, CREATE_DATABASE, { database })
  await run(writing, USE_DATABASE, { database })
  await run(reading, USE_DATABASE, { database })
  return createEngine({
    embedded: true,
    writing,
    reading,
    createDatabase: async () => {},
    // close() returns before a connection with something under way is gone; the folder is free only after the drain.
    afterClose: drainPending,
  })
}

/** Nothing is asked of the server yet. */
export const openServerEngine = ({ url, database, username, password }: ServerTables): Engine => {
  const signIn = { ...(username !== undefined && { username }), ...(password !== undefined && { password }) }
  const open = (name: string): ClickHouseClient =>
    createClient({ url, database: name, ...signIn, log: SILENT, request_timeout: REQUEST_TIMEOUT_MS })
  return createEngine({
    embedded: false,
    writing: open(database),
    reading: open(database),
    createDatabase: async () => {
      // A request that names a database which is not there is refused, so it is made from another one.
      const outside = open('default')
      try {
        await run(outside, CREATE_DATABASE, { database })
      } finally {
        await outside.close()
      }
    },
    afterClose: async () => {},
  })
}
