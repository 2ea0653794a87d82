/** A request to ClickHouse's HTTP interface: where and how to run, and the body. */
import { Readable } from 'node:stream'
import zlib from 'node:zlib'
import { exception } from './exceptions.mjs'

/** For the HTTP layer alone; the engine knows some of them not at all. */
const HTTP_ONLY = new Set([
  'query',
  'query_id',
  'database',
  'default_format',
  'user',
  'password',
  'quota_key',
  'role',
  'stacktrace',
  'compress',
  'client_protocol_version',
  'wait_end_of_query',
  'buffer_size',
  'enable_http_compression',
  'http_zlib_compression_level',
])

const DECODERS = new Map(
  /** @type {[string, (() => import('node:stream').Transform) | undefined][]} */ ([
    ['gzip', zlib.createGunzip],
    ['deflate', zlib.createInflate],
    ['br', zlib.createBrotliDecompress],
    // Not in every Node.
    ['zstd', /** @type {any} */ (zlib).createZstdDecompress],
  ]),
)

/**
 * @param {import('node:http').IncomingMessage} request
 * @returns {Readable}
 */
export const bodyOf = (request) => {
  const encoding = request.headers['content-encoding'] ?? 'identity'
  if (encoding === 'identity') return request
  const decoder = DECODERS.get(encoding)
  if (!decoder) throw exception(48, 'NOT_IMPLEMENTED', `Unknown Content-Encoding: ${encoding}`)
  const decoded = decoder()
  request.once('error', (error) => decoded.destroy(error))
  // A sender that goes away in the middle must not look like one that is done.
  request.once('close', () => {
    if (!request.complete) decoded.destroy(new Error('the request was aborted'))
  })
  return request.pipe(decoded)
}

const MOST_BYTES = 1024 ** 3

/**
 * What has to be in memory as a whole: a statement, an answer that is waited for.
 * @param {AsyncIterable<Uint8Array>} body
 * @returns {Promise<Buffer>}
 */
export const wholeOf = async (body) => {
  const chunks = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.length
    if (size > MOST_BYTES) throw exception(229, 'QUERY_IS_TOO_LARGE', 'More than 1 GiB in one piece')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/**
 * @typedef {object} Asked
 * @property {URLSearchParams} parameters
 * @property {string} query of the URL or the form; may be empty: then it is in the body
 * @property {Readable} body
 * @property {import('./engine.mjs').Context} context
 * @property {boolean} waitsForEnd
 * @property {'gzip' | undefined} encoding of the answer
 *
 * @param {import('node:http').IncomingMessage} request
 * @param {URL} url
 * @returns {Promise<Asked>}
 */
export const readRequest = async (request, url) => {
  const parameters = new URLSearchParams(url.search)
  let body = bodyOf(request)
  const type = request.headers['content-type'] ?? ''
  if (type.startsWith('multipart/form-data')) {
    const form = await new Response(await wholeOf(body), { headers: { 'content-type': type } }).formData()
    for (const [name, value] of form) {
      if (typeof value !== 'string') throw exception(48, 'NOT_IMPLEMENTED', 'External tables are not implemented here')
      parameters.append(name, value)
    }
    body = Readable.from([])
  }
  for (const name of ['session_id', 'decompress'])
    if (parameters.has(name)) throw exception(48, 'NOT_IMPLEMENTED', `${name} is not implemented here`)
  const isOn = (name) => !['0', 'false', ''].includes(parameters.get(name) ?? '')
  const header = (name) => /** @type {string | undefined} */ (request.headers[name])
  return {
    parameters,
    query: parameters.get('query') ?? '',
    body,
    context: {
      database: parameters.get('database') ?? header('x-clickhouse-database') ?? 'default',
      settings: [...parameters].filter(([name]) => !HTTP_ONLY.has(name)),
    },
    waitsForEnd: isOn('wait_end_of_query'),
    encoding: isOn('enable_http_compression') && /\bgzip\b/.test(header('accept-encoding') ?? '') ? 'gzip' : undefined,
  }
}
