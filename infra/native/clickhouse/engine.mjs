/**
 * The engine in this process. Each request has a connection of its own, which costs 0.2 ms: settings, parameters and the
 * database stick to a connection, and so go with it.
 */
import { randomUUID } from 'node:crypto'
import { createWriteStream, mkdirSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { exception, toException } from './exceptions.mjs'

const require = createRequire(new URL('../../../packages/warehouse/package.json', import.meta.url))
/** @type {typeof import('chdb')} */
const { Session, drainPending } = require('chdb')

/** What may be cut between rows, so that it can be answered piece by piece. In others a piece has a head and a foot. */
const STREAMED = new Set([
  'JSONEachRow',
  'JSONLines',
  'NDJSON',
  'JSONStringsEachRow',
  'JSONCompactEachRow',
  'JSONCompactStringsEachRow',
  'CSV',
  'TabSeparated',
  'TSV',
  'TabSeparatedRaw',
  'TSVRaw',
  'RowBinary',
])

/** @param {string} value */
const literal = (value) => `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
/** @param {string} name */
const identifier = (name) => `\`${name.replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\``

/**
 * @typedef {object} Context
 * @property {string} database
 * @property {readonly (readonly [name: string, value: string])[]} settings with parameters as `param_NAME`, escaped as on the wire
 *
 * @typedef {object} Written
 * @property {number} rows
 * @property {number} bytes
 */

/** @param {string} dir */
export const openEngine = (dir) => {
  const tables = resolve(dir, 'tables')
  const incoming = resolve(dir, 'incoming')
  mkdirSync(tables, { recursive: true })
  rmSync(incoming, { recursive: true, force: true })
  mkdirSync(incoming)
  // Holds the engine open while no request does.
  const holder = new Session(tables)

  /**
   * @template T
   * @param {Context} context
   * @param {(session: import('chdb').Session) => Promise<T>} work
   */
  const withSession = async ({ database, settings }, work) => {
    const session = new Session(tables)
    try {
      if (database !== 'default') await session.queryAsync(`USE ${identifier(database)}`)
      for (const [name] of settings)
        if (!/^\w+$/.test(name)) throw exception(115, 'UNKNOWN_SETTING', `Unknown setting '${name}'`)
      if (settings.length > 0)
        await session.queryAsync(`SET ${settings.map(([name, value]) => `${name} = ${literal(value)}`).join(', ')}`)
      return await work(session)
    } catch (error) {
      throw toException(error)
    } finally {
      session.close()
    }
  }

  /**
   * @param {import('chdb').Session} session
   * @param {string} text
   * @param {string} format
   * @param {boolean} isRows
   * @param {AbortSignal} signal
   */
  async function* piecesOf(session, text, format, isRows, signal) {
    if (isRows) {
      let hasBegun = false
      try {
        for await (const piece of session.queryStream(text, { format, signal })) {
          hasBegun = true
          yield piece.raw()
        }
        return
      } catch (error) {
        // Only SELECT can be answered piece by piece; what else there is was not executed yet.
        if (hasBegun || !toException(error).message.includes('Streaming query is not supported')) throw error
      }
    }
    yield (await session.queryAsync(text, { format })).bytes()
  }

  return {
    /**
     * Runs a statement; `use` gets its answer in pieces, while the connection is there.
     * @param {Context} context
     * @param {{ text: string, format: string, signal: AbortSignal }} statement
     * @param {(pieces: AsyncGenerator<Uint8Array>) => Promise<void>} use
     */
    query: (context, { text, format, signal }, use) =>
      withSession(context, (session) => use(piecesOf(session, text, format, STREAMED.has(format), signal))),

    /**
     * Inserts what a stream brings. By way of a file: behind a statement the engine would take what follows an empty line
     * for the next statement, and text that is not UTF-8 would be changed.
     * @param {Context} context
     * @param {{ before: string, after: string, format: string }} insert
     * @param {AsyncIterable<Uint8Array>} data
     * @returns {Promise<Written>}
     */
    insert: async (context, { before, after, format }, data) => {
      const file = join(incoming, randomUUID())
      try {
        const sink = createWriteStream(file)
        await pipeline(data, sink)
        if (sink.bytesWritten === 0) return { rows: 0, bytes: 0 }
        const text = `${before}\nFROM INFILE ${literal(file)} COMPRESSION 'none' ${after}\nFORMAT ${format}`
        return await withSession(context, async (session) => {
          const { rowsRead, bytesRead } = await session.queryAsync(text)
          return { rows: rowsRead, bytes: bytesRead }
        })
      } finally {
        rmSync(file, { force: true })
      }
    },

    close: async () => {
      holder.close()
      await drainPending()
    },
  }
}
