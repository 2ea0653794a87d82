/** ClickHouse's HTTP interface, as far as the official client and simple tools use it, in front of the engine. */
import { randomBytes, randomUUID, timingSafeEqual } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { createGzip } from 'node:zlib'
import { exception, toException } from './exceptions.mjs'
import { readRequest, wholeOf } from './request.mjs'
import { readStatement } from './statement.mjs'

const TYPES = /** @type {[RegExp, string][]} */ ([
  [/^JSON.*EachRow|^JSONLines|^NDJSON/, 'application/x-ndjson; charset=UTF-8'],
  [/^JSON/, 'application/json; charset=UTF-8'],
  [/^CSV/, 'text/csv; charset=UTF-8; header=absent'],
  [/^(TabSeparated|TSV)/, 'text/tab-separated-values; charset=UTF-8'],
  [/Binary|^Native|^Parquet|^Arrow|^ORC/, 'application/octet-stream'],
  [/(?:)/, 'text/plain; charset=UTF-8'],
])
/** How long requests may take to end in order. */
const GRACE_MS = 10_000

/** @param {string} format */
const typeOf = (format) => TYPES.find(([pattern]) => pattern.test(format))?.[1] ?? ''

/** @param {import('./engine.mjs').Written & { ns: number }} written */
const summaryOf = ({ rows, bytes, ns }) =>
  JSON.stringify({
    read_rows: String(rows),
    read_bytes: String(bytes),
    written_rows: String(rows),
    written_bytes: String(bytes),
    total_rows_to_read: '0',
    result_rows: String(rows),
    result_bytes: String(bytes),
    elapsed_ns: String(Math.round(ns)),
  })

/** @param {import('node:http').IncomingMessage} request */
const passwordOf = (request, parameters) => {
  const basic = /^Basic (.*)$/.exec(request.headers.authorization ?? '')?.[1]
  if (basic !== undefined)
    return Buffer.from(basic, 'base64')
      .toString('utf8')
      .replace(/^[^:]*:/, '')
  return request.headers['x-clickhouse-key'] ?? parameters.get('password') ?? ''
}

/**
 * @param {string} given
 * @param {string} expected
 */
const isSame = (given, expected) => {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)]
  return a.length === b.length && timingSafeEqual(a, b)
}

/**
 * Behind what was sent already, as the server does since 25.11: the client finds it by the tag in the header.
 * @param {string} message
 * @param {string} tag
 */
const trailerOf = (message, tag) => {
  const text = `${message}\n`
  return `\r\n__exception__\r\n${tag}\r\n${text}${Buffer.byteLength(text)} ${tag}\r\n__exception__\r\n`
}

/**
 * The first piece by itself, so that what fails at once can be told by the status.
 * @param {AsyncGenerator<Uint8Array>} pieces
 * @param {string} tag
 */
const begin = async (pieces, tag) => {
  const first = await pieces.next()
  return (async function* () {
    try {
      if (!first.done) yield first.value
      yield* pieces
    } catch (error) {
      yield Buffer.from(trailerOf(toException(error).message, tag))
    }
  })()
}

/**
 * @param {ReturnType<typeof import('./engine.mjs').openEngine>} engine
 * @param {import('node:http').ServerResponse} response
 * @param {import('./request.mjs').Asked} asked
 */
const run = async (engine, response, asked) => {
  const began = performance.now()
  const { parameters, query, body, context } = asked
  const behind = query === '' || readStatement(query).kind === 'other' ? await wholeOf(body) : undefined
  // Positions in Latin-1 are positions in bytes, and what is not ASCII is no syntax.
  const bytes = behind === undefined ? Buffer.from(query) : Buffer.concat([Buffer.from(query && `${query}\n`), behind])
  if (bytes.toString('latin1').trim() === '') {
    response.end('Ok.\n')
    return
  }
  const syntax = readStatement(bytes.toString('latin1'))
  const utf8 = (latin1) => Buffer.from(latin1, 'latin1').toString('utf8')
  if (syntax.kind === 'insert') {
    const inline = bytes.subarray(syntax.dataAt)
    const data = (async function* () {
      if (inline.length > 0) yield inline
      if (behind === undefined) yield* body
    })()
    const parts = { before: utf8(syntax.before), after: utf8(syntax.after), format: syntax.format }
    const written = await engine.insert(context, parts, data)
    response.setHeader('X-ClickHouse-Summary', summaryOf({ ...written, ns: (performance.now() - began) * 1e6 }))
    response.end()
    return
  }
  if (syntax.second !== undefined)
    throw exception(62, 'SYNTAX_ERROR', `Syntax error (Multi-statements are not allowed): at ${syntax.second + 1}`)
  const format = syntax.format ?? parameters.get('default_format') ?? 'TabSeparated'
  const aborted = new AbortController()
  response.once('close', () => aborted.abort())
  const statement = { text: bytes.toString('utf8'), format, signal: aborted.signal }
  await engine.query(context, statement, async (pieces) => {
    const tag = randomBytes(8).toString('hex')
    const answer = asked.waitsForEnd ? Readable.from([await wholeOf(pieces)]) : await begin(pieces, tag)
    response.setHeader('Content-Type', typeOf(format))
    response.setHeader('X-ClickHouse-Format', format)
    response.setHeader('X-ClickHouse-Exception-Tag', tag)
    response.setHeader('X-ClickHouse-Summary', summaryOf({ rows: 0, bytes: 0, ns: (performance.now() - began) * 1e6 }))
    if (asked.encoding === 'gzip') {
      response.setHeader('Content-Encoding', 'gzip')
      await pipeline(answer, createGzip({ level: 1 }), response)
    } else await pipeline(answer, response)
  })
}

/**
 * @param {import('node:http').ServerResponse} response
 * @param {unknown} error
 */
const refuse = (response, error) => {
  // Nobody is there any more, or a part of the answer is: then only breaking off tells that it is not whole.
  if (response.headersSent || response.destroyed) {
    response.destroy()
    return
  }
  const { code, status, message } = toException(error)
  response.statusCode = status
  for (const name of ['Content-Encoding', 'X-ClickHouse-Exception-Tag']) response.removeHeader(name)
  response.setHeader('Content-Type', 'text/plain; charset=UTF-8')
  response.setHeader('X-ClickHouse-Exception-Code', String(code))
  response.end(`${message}\n`)
}

/**
 * @param {object} options
 * @param {ReturnType<typeof import('./engine.mjs').openEngine>} options.engine
 * @param {string | undefined} options.password asked of everyone but `/ping`, whatever the user; undefined: of nobody
 * @param {(line: object) => void} options.log what came of a request; never values, which may be personal
 */
export const createGateway = ({ engine, password, log }) => {
  let underWay = 0
  /**
   * @param {import('node:http').IncomingMessage} request
   * @param {import('node:http').ServerResponse} response
   */
  const answer = async (request, response) => {
    const url = new URL(request.url ?? '', 'http://gateway')
    if (url.pathname === '/ping' || url.pathname === '/replicas_status') {
      response.end('Ok.\n')
      return
    }
    if (url.pathname !== '/') {
      response.statusCode = 404
      response.end(`There is no handle ${url.pathname}\n`)
      return
    }
    const queryId = url.searchParams.get('query_id') || randomUUID()
    const names = [...url.searchParams.keys()]
    underWay += 1
    response.once('close', () => {
      underWay -= 1
      log({ query_id: queryId, parameters: names, status: response.statusCode })
    })
    response.setHeader('X-ClickHouse-Query-Id', queryId)
    response.setHeader('X-ClickHouse-Server-Display-Name', 'ringback-gateway')
    response.setHeader('X-ClickHouse-Timezone', 'UTC')
    try {
      if (password !== undefined && !isSame(passwordOf(request, url.searchParams), password))
        throw exception(516, 'AUTHENTICATION_FAILED', 'Authentication failed: password is incorrect')
      await run(engine, response, await readRequest(request, url))
    } catch (error) {
      refuse(response, error)
    }
  }
  const server = createServer({ keepAlive: true, requestTimeout: 0 }, (request, response) => {
    void answer(request, response).catch((error) => response.destroy(error))
  })
  // Longer than clients keep a connection for the next request.
  server.keepAliveTimeout = 30_000
  return {
    server,
    /**
     * Takes no more requests, and waits for those under way. Connections are closed here, since a server that is closed still
     * waits for one on which nothing was ever asked.
     */
    close: async () => {
      const closed = once(server, 'close')
      server.close()
      const until = performance.now() + GRACE_MS
      while (underWay > 0 && performance.now() < until) await delay(20)
      server.closeAllConnections()
      await closed
    },
  }
}
