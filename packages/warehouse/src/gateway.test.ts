/** `infra/native/gateway`: what the official client does with a server, it can do with this one. */
import {
  type ClickHouseClient,
  ClickHouseError,
  ClickHouseLogLevel,
  createClient,
  TupleParam,
} from '@clickhouse/client'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { type Gateway, openGateway } from './testing/gateway.ts'

let gateway: Gateway
let client: ClickHouseClient
const connect = (options: Parameters<typeof createClient>[0] = {}): ClickHouseClient =>
  createClient({ url: gateway.url, log: { level: ClickHouseLogLevel.OFF }, ...options })
beforeAll(async () => {
  gateway = await openGateway()
  client = connect()
  await client.command({ query: 'CREATE DATABASE other' })
})
afterAll(async () => {
  await client.close()
  await gateway.close()
})

const rowsOf = async <Row>(query: string, parameters: Record<string, unknown> = {}): Promise<Row[]> => {
  const result = await client.query({ query, query_params: parameters, format: 'JSONEachRow' })
  return result.json<Row>()
}
let tables = 0
const freshTable = async (columns = 'id UInt32, text String'): Promise<string> => {
  const table = `t_${++tables}`
  await client.command({ query: `CREATE TABLE ${table} (${columns}) ENGINE = MergeTree ORDER BY id` })
  return table
}
const drained = async ({ stream }: { stream: Readable }): Promise<void> => {
  for await (const chunk of stream) void chunk
}
const NASTY = 'a\\b\'c\t\r\n\n"é😀;\n\nDROP TABLE x; -- {p:String} /* \\N'

test('ping, with and without a query', async () => {
  expect(await client.ping()).toEqual({ success: true })
  expect(await client.ping({ select: true })).toEqual({ success: true })
})

describe('inserts', () => {
  const rows = [
    { id: 1, text: NASTY },
    { id: 2, text: '' },
  ]
  const textsIn = (table: string) => rowsOf(`SELECT * FROM ${table} ORDER BY id`)

  test('of an array, with a summary', async () => {
    const table = await freshTable()
    const { summary, query_id } = await client.insert({ table, values: rows, format: 'JSONEachRow', query_id: 'mine' })
    expect(summary?.written_rows).toBe('2')
    expect(query_id).toBe('mine')
    expect(await textsIn(table)).toEqual(rows)
  })

  test('of no row at all', async () => {
    const table = await freshTable()
    await client.insert({ table, values: Readable.from([], { objectMode: true }), format: 'JSONEachRow' })
    expect(await textsIn(table)).toEqual([])
  })

  test('of named columns, positional', async () => {
    const table = await freshTable('id UInt32, text String, more UInt8 DEFAULT 7')
    const columns = ['text', 'id'] as [string, ...string[]]
    await client.insert({ table, columns, values: [[NASTY, 3]], format: 'JSONCompactEachRow' })
    expect(await textsIn(table)).toEqual([{ id: 3, text: NASTY, more: 7 }])
  })

  test('of a stream of objects', async () => {
    const table = await freshTable()
    const values = Readable.from(Array.from({ length: 20_000 }, (_, id) => ({ id, text: `text ${id}` })))
    await client.insert({ table, values, format: 'JSONEachRow' })
    expect(await rowsOf(`SELECT toUInt32(count()) AS n, toUInt32(uniq(text)) > 19000 AS varied FROM ${table}`)).toEqual(
      [{ n: 20_000, varied: 1 }],
    )
  })

  test.each([
    ['CSV', '1,"x;\n\ny"\n2,"; DROP TABLE t; "\n', ['x;\n\ny', '; DROP TABLE t; ']],
    ['CSVWithNames', 'text,id\nx,1\n', ['x']],
    ['TabSeparated', '1\tx;\n2\t  \n', ['x;', '  ']],
  ] as const)('of raw %s, whatever it holds', async (format, text, expected) => {
    const table = await freshTable()
    await client.insert({ table, values: Readable.from([Buffer.from(text)], { objectMode: false }), format })
    const texts = (await textsIn(table)) as { text: string }[]
    expect(texts.map(({ text: found }) => found)).toEqual(expected)
  })

  test('of bytes that are no text', async () => {
    const [from, to] = [await freshTable(), await freshTable()]
    const rowBinary = Buffer.from([10, 10, 10, 10, 3, 10, 10, 59, 7, 0, 0, 0, 1, 0xff])
    await drained(
      await client.exec({ query: `INSERT INTO ${from} FORMAT RowBinary`, values: Readable.from([rowBinary]) }),
    )
    const parquet = await client.exec({ query: `SELECT * FROM ${from} FORMAT Parquet` })
    await drained(await client.exec({ query: `INSERT INTO ${to} FORMAT Parquet`, values: parquet.stream }))
    expect(await rowsOf(`SELECT id, hex(text) AS text FROM ${to} ORDER BY id`)).toEqual([
      { id: 7, text: 'FF' },
      { id: 0x0a0a0a0a, text: '0A0A3B' },
    ])
  })

  test('compressed by the client', async () => {
    const table = await freshTable()
    const packing = connect({ compression: { request: true, response: true } })
    await packing.insert({ table, values: rows, format: 'JSONEachRow' })
    const result = await packing.query({ query: `SELECT * FROM ${table} ORDER BY id`, format: 'JSONEachRow' })
    expect(result.response_headers['content-encoding']).toBe('gzip')
    expect(await result.json()).toEqual(rows)
    await packing.close()
  })

  test('by a statement with its data behind it', async () => {
    const table = await freshTable()
    const line = (row: object): string => JSON.stringify(row)
    await client.command({ query: `INSERT INTO ${table} FORMAT JSONEachRow\n${rows.map(line).join('\n\n')}` })
    await client.command({
      query: `INSERT INTO ${table} (id, text) SETTINGS async_insert = 0 FORMAT JSONEachRow\n{"id":3,"text":"FORMAT"}`,
    })
    await client.command({
      query: `INSERT INTO ${table} VALUES (4, 'a;b'), (5, {five:String})`,
      query_params: { five: '5' },
    })
    await client.command({ query: `INSERT INTO ${table} SELECT 6, 'six'` })
    const found = (await textsIn(table)) as { text: string }[]
    expect(found.map(({ text }) => text)).toEqual([NASTY, '', 'FORMAT', 'a;b', '5', 'six'])
  })

  test('that fail say so, and leave nothing', async () => {
    const table = await freshTable()
    const insert = client.insert({ table, values: [{ id: 1, text: 'x' }, { id: 'no' }], format: 'JSONEachRow' })
    await expect(insert).rejects.toMatchObject({ code: '27', message: expect.stringContaining('(at row 2)') as string })
    await expect(client.insert({ table: 'none', values: rows, format: 'JSONEachRow' })).rejects.toMatchObject({
      code: '60',
    })
    expect(await textsIn(table)).toEqual([])
  })
})

describe('answers', () => {
  test.each(['JSON', 'JSONCompact', 'JSONObjectEachRow'] as const)('in one piece: %s', async (format) => {
    const result = await client.query({ query: 'SELECT number AS n FROM numbers(100000)', format })
    const body = await result.json<unknown>()
    const rows = format === 'JSONObjectEachRow' ? Object.keys(body as object).length : (body as { rows: number }).rows
    expect(rows).toBe(100_000)
  })

  test('as a stream of 100,000 rows, compressed or not', async () => {
    for (const response of [false, true]) {
      const streaming = connect({ compression: { response } })
      const query = "SELECT number AS n, concat('row ', toString(number)) AS text FROM numbers(100000)"
      const result = await streaming.query({ query, format: 'JSONEachRow' })
      let sum = 0
      let count = 0
      for await (const rows of result.stream<{ n: string | number }>())
        for (const row of rows) {
          sum += Number(row.json().n)
          count += 1
        }
      expect([count, sum]).toEqual([100_000, 4_999_950_000])
      await streaming.close()
    }
  })

  test('whose end never comes are not gathered, and can be left', async () => {
    const left = new AbortController()
    const query = 'SELECT number FROM system.numbers'
    const result = await client.query({ query, format: 'JSONEachRow', abort_signal: left.signal })
    for await (const rows of result.stream()) {
      expect(rows.length).toBeGreaterThan(0)
      break
    }
    left.abort()
    result.close()
    expect(await rowsOf('SELECT 1 AS one')).toEqual([{ one: 1 }])
  })

  test('that are not waited for', async () => {
    const controller = new AbortController()
    const asked = client.query({
      query: 'SELECT sum(sleepEachRow(0.05)) FROM numbers(20)',
      abort_signal: controller.signal,
    })
    setTimeout(() => controller.abort(), 100)
    await expect(asked).rejects.toThrow('abort')
    expect(await rowsOf('SELECT 1 AS one')).toEqual([{ one: 1 }])
  })

  test('in the format that the statement names, else in the default one', async () => {
    const text = async (search: string): Promise<string> => (await fetch(`${gateway.url}/?${search}`)).text()
    expect(await text('query=SELECT+1,+2')).toBe('1\t2\n')
    expect(await text('query=SELECT+1,+2&default_format=CSV')).toBe('1,2\n')
    expect(await text('query=SELECT+1,+2+FORMAT+JSONCompactEachRow+--+FORMAT+CSV&default_format=CSV')).toBe('[1, 2]\n')
    expect(await text('query=SHOW+TABLES+FROM+other&default_format=JSONEachRow')).toBe('')
    expect(await text('')).toBe('Ok.\n')
  })

  test('carry the id of the query', async () => {
    const { query_id, response_headers } = await client.query({ query: 'SELECT 1', query_id: 'q-1' })
    expect(query_id).toBe('q-1')
    expect(response_headers['x-clickhouse-query-id']).toBe('q-1')
  })
})

test('parameters of all kinds', async () => {
  const parameters = {
    text: NASTY,
    number: -12.5,
    big: 2n ** 63n,
    yes: true,
    none: null,
    texts: [NASTY, '', "it's"],
    numbers: [1, 2, 3],
    nested: [[1], []],
    tuple: new TupleParam([1, NASTY]),
    map: new Map([[NASTY, 5]]),
    day: '2026-11-16',
    at: new Date('2026-11-16T09:12:03.120Z'),
    name: 'other',
  }
  const query = `SELECT {text:String} AS text, {number:Float64} AS number, toString({big:UInt64}) AS big, {yes:Bool} AS yes,
      {none:Nullable(String)} AS none, {texts:Array(String)} AS texts, {numbers:Array(UInt32)} AS numbers,
      {nested:Array(Array(UInt8))} AS nested, {tuple:Tuple(UInt8, String)} AS tuple, {map:Map(String, UInt8)} AS map,
      {day:Date} AS day, toUnixTimestamp64Milli({at:DateTime64(3, 'UTC')}) = 1794820323120 AS at,
      (SELECT count() FROM system.databases WHERE name = {name:String}) = 1 AS there`
  const expected = {
    text: NASTY,
    number: -12.5,
    big: '9223372036854775808',
    yes: true,
    none: null,
    texts: [NASTY, '', "it's"],
    numbers: [1, 2, 3],
    nested: [[1], []],
    tuple: [1, NASTY],
    map: { [NASTY]: 5 },
    day: '2026-11-16',
    at: 1,
    there: 1,
  }
  expect(await rowsOf(query, parameters)).toEqual([expected])
  const result = await client.query({
    query,
    query_params: parameters,
    format: 'JSONEachRow',
    use_multipart_params: true,
  })
  expect(await result.json()).toEqual([expected])
  expect(
    await rowsOf('SELECT count() > 0 AS any FROM {db:Identifier}.{table:Identifier}', {
      db: 'system',
      table: 'databases',
    }),
  ).toEqual([{ any: 1 }])
})

test('requests at the same time keep their parameters, settings and databases to themselves', async () => {
  const other = connect({ database: 'other' })
  const ask = async (id: number) => {
    const asking = id % 2 === 0 ? client : other
    const result = await asking.query({
      query:
        "SELECT {id:UInt32} AS id, currentDatabase() AS db, toString(getSetting('max_threads')) AS threads, sleep(0.002) AS z",
      query_params: { id },
      clickhouse_settings: { max_threads: 1 + (id % 3) },
      format: 'JSONEachRow',
    })
    return result.json()
  }
  const ids = Array.from({ length: 60 }, (_, id) => id)
  expect((await Promise.all(ids.map(ask))).flat()).toEqual(
    ids.map((id) => ({ id, db: id % 2 === 0 ? 'default' : 'other', threads: String(1 + (id % 3)), z: 0 })),
  )
  const settings = await rowsOf<{ value: string }>("SELECT value FROM system.settings WHERE name = 'max_threads'")
  const once = await client.query({
    query: "SELECT value, changed FROM system.settings WHERE name = 'max_threads'",
    clickhouse_settings: { max_threads: 3 },
    format: 'JSONEachRow',
  })
  expect(await once.json()).toEqual([{ value: '3', changed: 1 }])
  expect(await rowsOf("SELECT value FROM system.settings WHERE name = 'max_threads'")).toEqual(settings)
  await other.close()
})

describe('exceptions', () => {
  test.each([
    ['SELEC 1', '62', 'SYNTAX_ERROR', 400],
    ['SELECT * FROM missing', '60', 'UNKNOWN_TABLE', 404],
    ['SELECT {p:String}', '456', 'UNKNOWN_QUERY_PARAMETER', 400],
    ["SELECT throwIf(1, 'boom')", '395', 'FUNCTION_THROW_IF_VALUE_IS_NON_ZERO', 500],
    ['SELECT 1; DROP DATABASE other', '62', 'SYNTAX_ERROR', 400],
  ])('%s', async (query, code, type, status) => {
    await expect(client.query({ query })).rejects.toMatchObject({ code, type })
    await expect(client.query({ query })).rejects.toBeInstanceOf(ClickHouseError)
    const response = await fetch(gateway.url, { method: 'POST', body: query })
    expect([response.status, response.headers.get('x-clickhouse-exception-code')]).toEqual([status, code])
    expect(await response.text()).toContain(`Code: ${code}. DB::Exception: `)
  })

  test('of a setting and of a database that are not there', async () => {
    const settings = { no_such_setting: '1' } as Record<string, string>
    await expect(client.command({ query: 'SELECT 1', clickhouse_settings: settings })).rejects.toMatchObject({
      code: '115',
    })
    const nowhere = connect({ database: 'nowhere' })
    await expect(nowhere.command({ query: 'SELECT 1' })).rejects.toMatchObject({ code: '81', type: 'UNKNOWN_DATABASE' })
    await nowhere.close()
  })

  test.each([false, true])('in the middle of an answer (compressed: %s)', async (response) => {
    const streaming = connect({ compression: { response } })
    const query = "SELECT number, throwIf(number = 900000, 'boom') FROM numbers(1000000)"
    const result = await streaming.query({ query, format: 'JSONEachRow' })
    await expect(result.json()).rejects.toMatchObject({ code: '395' })
    await streaming.close()
  })

  test('of a body that is not what it says', async () => {
    const post = (body: Buffer, encoding: string) =>
      fetch(gateway.url, { method: 'POST', body: new Uint8Array(body), headers: { 'content-encoding': encoding } })
    const whole = gzipSync('SELECT 1')
    expect(await (await post(whole, 'gzip')).text()).toBe('1\n')
    expect((await post(whole.subarray(0, 12), 'gzip')).status).toBe(500)
    expect((await post(whole, 'lz4')).status).toBe(501)
  })
})

test('an insert whose sender goes away inserts nothing', async () => {
  const table = await freshTable()
  const controller = new AbortController()
  const body = new ReadableStream({
    start: (stream) => {
      stream.enqueue(new TextEncoder().encode('{"id":1,"text":"x"}\n'))
      setTimeout(() => controller.abort(), 200)
    },
  })
  const query = encodeURIComponent(`INSERT INTO ${table} FORMAT JSONEachRow`)
  const sent = fetch(`${gateway.url}/?query=${query}`, {
    method: 'POST',
    body,
    signal: controller.signal,
    duplex: 'half',
  } as RequestInit)
  await expect(sent).rejects.toThrow('abort')
  expect(await rowsOf(`SELECT * FROM ${table}`)).toEqual([])
})

test('what was acknowledged outlives an orderly end, and a violent one', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'gateway-'))
  const values = [{ id: 1 }]
  for (const [round, signal] of (['SIGTERM', 'SIGKILL', 'SIGTERM'] as const).entries()) {
    const opened = await openGateway(dir)
    const inside = createClient({ url: opened.url })
    await inside.command({ query: 'CREATE TABLE IF NOT EXISTS kept (id UInt32) ENGINE = MergeTree ORDER BY id' })
    await inside.insert({ table: 'kept', values, format: 'JSONEachRow' })
    const result = await inside.query({ query: 'SELECT id FROM kept', format: 'JSONEachRow' })
    expect(await result.json()).toHaveLength(round + 1)
    await inside.close()
    await opened.end(signal)
  }
  rmSync(dir, { recursive: true })
})

test('a password is asked for where one is set', async () => {
  const guarded = await openGateway(undefined, { RINGBACK_GATEWAY_PASSWORD: 'secret' })
  const ask = async (password: string): Promise<unknown> => {
    const asking = createClient({ url: guarded.url, password, log: { level: ClickHouseLogLevel.OFF } })
    try {
      return await (await asking.query({ query: 'SELECT 1 AS one', format: 'JSONEachRow' })).json()
    } finally {
      await asking.close()
    }
  }
  expect(await ask('secret')).toEqual([{ one: 1 }])
  await expect(ask('other')).rejects.toMatchObject({ code: '516' })
  await guarded.close()
})
