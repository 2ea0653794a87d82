/** What an import makes of its files: the good, the bad and the repeated. CONTRACT sections 3 and 7. */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { comparable, createBench, ndjson, NOW } from './command-line.ts'

const CONFIG = {
  council: { name: 'B', timezone: 'Europe/London' },
  tasks: [{ id: 'bin', family: 'waste', scope: 'household', urls: ['/bins*'] }, { id: 'badge' }],
  costs: { web: 0.15, phone: 2.83 },
  feeds: { tel: { kind: 'contacts', delay: '15m' } },
}
const event = (id: string, more: object = {}) => ({
  id,
  time: '2026-11-16T09:00:00Z',
  session: `s-${id}`,
  type: 'page_view',
  task: 'bin',
  linking: 'consent',
  identifiers: { email: 'jo@example.org', phone: '07700 900123' },
  ...more,
})
const call = (id: string, more: object = {}) => ({
  source: 'tel',
  id,
  time: '2026-11-16T10:00:00Z',
  channel: 'phone',
  tasks: ['bin'],
  identifiers: { phone: '+44 7700 900123' },
  ...more,
})
const RAW = /07700|900123|jo@example/

test('a journey that rings back is flagged, and a second import changes nothing', () => {
  const bench = createBench(CONFIG)
  const file = bench.file(
    'all.ndjson',
    ndjson([event('1'), call('c'), { source: 'crm', id: 'p', identifiers: { email: 'jo@example.org', crm: '7' } }]),
  )
  const first = bench.run(['import', file, '--now', NOW, '--json'])
  expect(first.status).toBe(0)
  expect(JSON.parse(first.stdout)).toMatchObject({ read: 3, accepted: 3, skipped: 0, bad: {} })
  const [journey] = bench.rows('flagged')
  expect(journey).toMatchObject({
    task: 'bin',
    return_kind: 'failed',
    flagged: true,
    basis: 'person',
    gap_seconds: 3600,
    cost: 2.83,
  })
  const tables = [bench.rows('journeys'), bench.rows('contacts')]
  expect(bench.run(['import', file, '--now', NOW]).status).toBe(0)
  expect([bench.rows('journeys'), bench.rows('contacts')]).toEqual(tables)
  const csv = bench.run(['export', 'journeys', '--format', 'csv']).stdout.split('\r\n')
  expect(csv[0]).toMatch(/^journey_id,task,family,intent,resident,household,sessions,.*,version$/)
  expect(csv[1]).toContain('"[""s-1""]"')
  expect(JSON.stringify(tables) + csv.join()).not.toMatch(RAW)
}, 120_000)

test('files may come in pieces, shuffled, twice, packed: the same tables', () => {
  const records = Array.from({ length: 40 }, (_, i) =>
    i % 4 === 0
      ? call(`c${i}`, { time: `2026-11-16T1${i % 10}:00:00Z` })
      : event(`e${i % 7}-${i}`, { session: `s${i % 7}` }),
  )
  const whole = createBench(CONFIG)
  expect(whole.run(['import', whole.file('all.ndjson', ndjson(records)), '--now', NOW]).status).toBe(0)
  const pieces = createBench(CONFIG)
  const names = [0, 1, 2, 3, 4].map((k) =>
    pieces.file(`${k}.ndjson`, ndjson(records.filter((_, i) => i % 5 === k).reverse())),
  )
  names.push(pieces.file('packed.ndjson.gz', gzipSync(ndjson(records.slice(10, 25)))))
  expect(pieces.run(['import', ...names, '--now', NOW]).status).toBe(0)
  expect(pieces.run(['import', '-', '--now', NOW], ndjson(records.slice(0, 9))).status).toBe(0)
  for (const name of ['journeys', 'contacts'])
    expect(comparable(pieces.rows(name))).toEqual(comparable(whole.rows(name)))
}, 180_000)

test('bad rows are kept with place, pointer and reason, and nothing personal; good ones around them are imported', () => {
  const bench = createBench(CONFIG)
  const lines = [
    '\uFEFF' + JSON.stringify(event('1')),
    '{"id": "cut',
    JSON.stringify(event('2', { type: 'dance', identifiers: { email: 'jo@example.org' } })),
    JSON.stringify(event('3', { time: '2026-02-30T09:00:00Z' })),
    JSON.stringify(event('4', { time: '2026-11-16T09:00:00' })),
    JSON.stringify(event('5', { time: '2027-06-01T00:05:00.001Z' })),
    JSON.stringify(event('6', { session: 's'.repeat(201) })),
    JSON.stringify(event('7', { extra: [[[[[[[[1]]]]]]]] })),
    JSON.stringify(event('8', { step: '\ud800' })),
    JSON.stringify(event('9', { padding: 'jo@example.org'.repeat(5000) })),
    '[]',
    JSON.stringify(event('10')),
    '{"id":"11","time":"2026-11-16T09:00:00Z","ses',
  ]
  const file = bench.file('some.ndjson', lines.join('\r\n').replace('\r\n', '\n'))
  const imported = bench.run(['import', file, '--kind', 'web', '--now', NOW, '--json'])
  expect(imported.status).toBe(1)
  const bad = { json: 2, unknown_type: 1, bad_time: 2, future: 1, schema: 2, too_deep: 1, encoding: 1, too_large: 1 }
  expect(JSON.parse(imported.stdout)).toMatchObject({ read: 13, accepted: 2, skipped: 0, bad })
  expect(imported.stderr).toContain('11 bad rows')
  const rows = bench.rows('bad-rows')
  const told = new Map(rows.map((row) => [row['place'], `${String(row['reason'])} ${String(row['pointer'])}`]))
  expect(told).toEqual(
    new Map([
      [`${file}:2`, 'json '],
      [`${file}:3`, 'unknown_type /type'],
      [`${file}:4`, 'bad_time /time'],
      [`${file}:5`, 'bad_time /time'],
      [`${file}:6`, 'future /time'],
      [`${file}:7`, 'schema /session'],
      [`${file}:8`, 'too_deep '],
      [`${file}:9`, 'encoding /step'],
      [`${file}:10`, 'too_large '],
      [`${file}:11`, 'schema '],
      [`${file}:13`, 'json '],
    ]),
  )
  expect(JSON.stringify(rows) + imported.stderr).not.toMatch(RAW)
  bench.run(['import', file, '--kind', 'web', '--now', NOW])
  expect(bench.rows('bad-rows')).toEqual(rows)
  expect(bench.rows('journeys')).toHaveLength(1)
}, 180_000)

test('a line of 50 MB is one bad row', () => {
  const bench = createBench(CONFIG)
  const file = bench.file(
    'long.ndjson',
    `${JSON.stringify(event('1'))}\n${'x'.repeat(50 << 20)}\n${JSON.stringify(event('2'))}\n`,
  )
  const imported = bench.run(['import', file, '--now', NOW, '--json'])
  expect(JSON.parse(imported.stdout)).toMatchObject({ read: 3, accepted: 2, bad: { too_large: 1 } })
}, 120_000)

test.each([
  ['missing', ['nowhere.ndjson'], /nowhere\.ndjson.*no such file/],
  ['a folder', ['data'], /folder/],
  ['binary', ['picture.png'], /picture\.png/],
  ['without a mapped column', ['--mapping', 'mapping.yaml', 'calls.csv'], /calls\.csv:1.*Number/],
  ['a wrong mapping', ['--mapping', 'wrong.yaml', 'calls.csv'], /wrong\.yaml:2.*colour/],
  ['an unknown format', ['--format', 'morse', 'good.ndjson'], /--format/],
  ['an unknown option', ['--quickly', 'good.ndjson'], /--quickly/],
  ['an unknown kind', ['--kind', 'songs', 'good.ndjson'], /--kind/],
  ['no file', [], /FILE/],
])(
  '%s: status 2, and nothing is imported',
  (_name, args, message) => {
    const bench = createBench(CONFIG)
    bench.file('good.ndjson', ndjson([event('1')]))
    bench.file('picture.png', Buffer.from('89504e470d0a1a0a0000000d49484452000000', 'hex'))
    bench.file('calls.csv', 'Call ID,Start\n1,2026-11-16T09:00:00Z\n')
    bench.file('wrong.yaml', 'kind: contacts\ncolour: red\nfields: {}\n')
    bench.file(
      'mapping.yaml',
      'kind: contacts\nsource: tel\nfields: { id: Call ID, time: { column: Start, format: iso }, channel: { value: phone }, identifiers.phone: Number }\n',
    )
    const imported = bench.run([
      'import',
      ...args,
      ...(args.length > 0 && args[0] !== '--format' ? ['good.ndjson'] : []),
      '--now',
      NOW,
    ])
    expect(imported.stderr).toMatch(message)
    expect(imported.status).toBe(2)
    expect(bench.rows('journeys')).toEqual([])
  },
  120_000,
)

test('an empty file is no mistake', () => {
  const bench = createBench(CONFIG)
  expect(bench.run(['import', bench.file('empty.ndjson', ''), '--json'])).toMatchObject({ status: 0 })
}, 60_000)

test('a pipe that is named as a file is read whole, and before any file', () => {
  const bench = createBench(CONFIG)
  const records = ndjson(Array.from({ length: 3_000 }, (_, i) => event(String(i), { session: `s${i % 9}` })))
  const pipe = join(bench.folder, 'pipe')
  const fed = (content: string) => {
    const script = 'rm -f "$0" && mkfifo "$0" && cat "$1" > "$0"'
    spawn('sh', ['-c', script, pipe, bench.file('fed', content)], { stdio: 'ignore' })
    while (!existsSync(pipe)) spawnSync('sleep', ['0.01'])
  }
  fed(records)
  const read = bench.run(['import', pipe, '--now', NOW, '--json'])
  expect(JSON.parse(read.stdout)).toMatchObject({ read: 3_000, accepted: 3_000, bad: {} })
  fed('a,b\n')
  bench.file('mapping.yaml', 'kind: contacts\nfields: { id: A, time: B, channel: { value: phone } }\nsource: x\n')
  const other = bench.file('other.csv', 'A,B\n1,2026-11-16T09:00:00Z\n')
  expect(bench.run(['import', '--mapping', 'mapping.yaml', other, pipe, '--now', NOW]).status).toBe(2)
  expect(bench.rows('contacts')).toEqual([])
}, 120_000)

test('what is received by an earlier clock is no less there', () => {
  const bench = createBench(CONFIG)
  const first = bench.file('first.ndjson', ndjson([call('a')]))
  const second = bench.file(
    'second.ndjson',
    ndjson([call('b', { identifiers: {} }), call('c', { time: '2026-11-21T00:00:00Z' })]),
  )
  expect(bench.run(['import', first, '--now', NOW]).status).toBe(0)
  const imported = bench.run(['import', second, '--now', '2026-11-20T00:00:00Z', '--json'])
  // The future is still that of the command's own clock.
  expect(JSON.parse(imported.stdout)).toMatchObject({ accepted: 1, bad: { future: 1 } })
  expect(bench.rows('contacts').map((row) => row['contact_id'])).toEqual(['tel:a', 'tel:b'])
  expect(bench.rows('bad-rows')).toMatchObject([{ received_at: '2026-11-20T00:00:00.000Z' }])
}, 60_000)

test('values that no entry of a map matches are told once a file, with their number', () => {
  const bench = createBench(CONFIG)
  const mapping = [
    'kind: contacts',
    'source: tel',
    'fields:',
    '  id: ID',
    '  time: T',
    '  channel: { column: C, map: { call: phone } }',
    '  direction: { column: D, map: { IN: inbound } }',
  ].join('\n')
  bench.file('mapping.yaml', mapping)
  const time = '2026-11-16T09:00:00Z'
  bench.file('a.csv', `ID,T,C,D\n1,${time},call,IN\n2,${time},call,07700 900123\n3,${time},call,X\n4,${time},walk,IN\n`)
  bench.file('b.csv', `ID,T,C,D\n5,${time},call,X\n`)
  const imported = bench.run(['import', 'a.csv', 'b.csv', '--mapping', 'mapping.yaml', '--now', NOW, '--json'])
  expect(imported.status).toBe(1)
  expect(JSON.parse(imported.stdout)).toMatchObject({ read: 5, accepted: 1, bad: { unmapped_value: 4 } })
  const told = imported.stderr.split('\n').filter((line) => line.includes('.csv'))
  expect(told).toEqual([
    'a.csv: 2 rows have a value in D that no entry of its map matches: add one, or a default',
    'a.csv: 1 row has a value in C that no entry of its map matches: add one, or a default',
    'b.csv: 1 row has a value in D that no entry of its map matches: add one, or a default',
  ])
  expect(imported.stderr).not.toMatch(RAW)
}, 120_000)

test('a data folder that cannot be one is told in a sentence, with status 3', () => {
  const bench = createBench(CONFIG)
  bench.file('data', '')
  const ran = bench.run(['export', 'journeys'])
  expect(ran).toMatchObject({ status: 3, stdout: '' })
  expect(ran.stderr).toMatch(/^The data folder .* cannot be made: .*\n$/)
  rmSync(join(bench.folder, 'data'))
  mkdirSync(join(bench.folder, 'data'))
  bench.file('data/state', '')
  expect(bench.run(['doctor'])).toMatchObject({ status: 3, stdout: expect.stringMatching(/^fail store: .*state.*\n$/) })
}, 60_000)

test('the key is made once, for its owner alone, and another one is refused', () => {
  const bench = createBench(CONFIG)
  const file = bench.file('one.ndjson', ndjson([event('1')]))
  const ownKey = { RINGBACK_LINK_KEY: '' }
  expect(bench.run(['import', file, '--now', NOW], '', ownKey).status).toBe(0)
  const keyFile = join(bench.folder, 'data', 'link.key')
  expect(statSync(keyFile).mode & 0o777).toBe(0o600)
  const key = readFileSync(keyFile, 'utf8')
  expect(bench.run(['import', file, '--now', NOW], '', ownKey).status).toBe(0)
  expect(readFileSync(keyFile, 'utf8')).toBe(key)
  for (const command of [['import', file], ['export', 'journeys'], ['doctor']]) {
    const refused = bench.run(command, '', { RINGBACK_LINK_KEY: 'another key altogether' })
    expect(refused.status).toBe(2)
    expect(refused.stderr + refused.stdout).toContain('link key')
  }
}, 120_000)

test('a configuration that is wrong names its line, and nothing starts', () => {
  const bench = createBench(
    'council: { name: B, timezone: Europe/London }\ntasks:\n  - id: bin\n    resumeWithin: 59m\n',
  )
  for (const command of [
    ['import', 'x'],
    ['export', 'journeys'],
    ['start', '--port', '0'],
  ]) {
    const ran = bench.run(command)
    expect(ran.status).toBe(2)
    expect(ran.stderr).toMatch(/ringback\.yaml:4: tasks\[0\]\.resumeWithin: expected at least 1h/)
  }
  expect(existsSync(join(bench.folder, 'data'))).toBe(false)
}, 60_000)

test('a table lists what was asked for: [from, to)', () => {
  const bench = createBench(CONFIG)
  const file = bench.file(
    'two.ndjson',
    ndjson([
      event('1'),
      event('2', { time: '2026-11-20T09:00:00Z' }),
      call('a'),
      call('b', { time: undefined, date: '2026-11-20' }),
    ]),
  )
  expect(bench.run(['import', file, '--now', NOW]).status).toBe(0)
  expect(bench.rows('journeys', '--from', '2026-11-16T09:00:00Z', '--to', '2026-11-20T09:00:00Z')).toHaveLength(1)
  expect(bench.rows('contacts', '--from', '2026-11-20', '--to', '2026-11-21').map((row) => row['contact_id'])).toEqual([
    'tel:b',
  ])
}, 120_000)

test("files that hold data are their owner's", () => {
  const bench = createBench(CONFIG)
  bench.run(['import', bench.file('one.ndjson', ndjson([event('1')])), '--now', NOW])
  expect(statSync(join(bench.folder, 'data')).mode & 0o077).toBe(0)
  expect(readFileSync(join(bench.folder, 'data', 'state', 'data.mdb')).includes('jo@example.org')).toBe(false)
}, 60_000)
