import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { describeInputProblem, type InputProblem } from './input-problem.ts'
import { openInput } from './input.ts'

const folder = mkdtempSync(join(tmpdir(), 'formats-input-'))
afterAll(() => rmSync(folder, { recursive: true }))

const file = (name: string, bytes: string | Uint8Array): string => {
  const path = join(folder, name)
  writeFileSync(path, bytes)
  return path
}
const nothing = () => Readable.from([])

/** The bytes, then the problem if reading failed on the way. */
const readAll = async (path: string, stdin: Readable = nothing()) => {
  const result = await openInput(path, stdin)
  if (result.kind === 'bad') return { problem: result.problem, bytes: undefined }
  const chunks: Buffer[] = []
  let problem: InputProblem | undefined
  for await (const chunk of result.input.chunks)
    if (Buffer.isBuffer(chunk)) chunks.push(chunk)
    else problem = chunk
  return { input: result.input, bytes: Buffer.concat(chunks), problem }
}

const LINES = Array.from({ length: 20_000 }, (_, i) => `{"id":"${i}","town":"Siân"}\n`).join('')

describe('openInput', () => {
  test('reads a file and counts its bytes', async () => {
    const { bytes, input } = await readAll(file('a.ndjson', LINES))
    expect(bytes?.toString()).toBe(LINES)
    expect(input?.bytes).toBe(Buffer.byteLength(LINES))
    expect(input?.bytesRead()).toBe(Buffer.byteLength(LINES))
  })

  test.each(['a.ndjson.gz', 'gzip-without-its-name.ndjson'])('unpacks gzip by its bytes: %s', async (name) => {
    const packed = gzipSync(LINES)
    const { bytes, input } = await readAll(file(name, packed))
    expect(bytes?.toString()).toBe(LINES)
    expect(input?.bytesRead()).toBe(packed.length)
    expect(input?.bytes).toBe(packed.length)
  })

  test('reads text that is only called .gz, and gzips one after another', async () => {
    expect((await readAll(file('plain.gz', LINES))).bytes?.toString()).toBe(LINES)
    const twice = Buffer.concat([gzipSync('one\n'), gzipSync('two\n')])
    expect((await readAll(file('twice.gz', twice))).bytes?.toString()).toBe('one\ntwo\n')
  })

  test('reads standard input for -, gzip and text pieces too', async () => {
    expect((await readAll('-', Readable.from([Buffer.from('on'), Buffer.from('e')]))).bytes?.toString()).toBe('one')
    expect((await readAll('-', Readable.from(['t', 'w', 'o']))).bytes?.toString()).toBe('two')
    expect((await readAll('-', Readable.from([gzipSync(LINES)]))).bytes?.toString()).toBe(LINES)
    const { input } = await readAll('-', Readable.from([]))
    expect(input?.bytes).toBeUndefined()
  })

  test('reads an empty file as nothing', async () => {
    for (const path of [file('empty.csv', ''), file('empty.gz', gzipSync(''))])
      expect(await readAll(path)).toMatchObject({ bytes: Buffer.alloc(0), problem: undefined })
  })

  test('converts UTF-16 with a byte order mark, in any pieces', async () => {
    const text = '\ufeffid;town\r\n1;Siân 😀\r\n'
    const little = Buffer.from(text, 'utf16le')
    const big = Buffer.from(little).swap16()
    for (const whole of [little, big])
      for (const size of [1, 2, 3, 7, 1000]) {
        const pieces = Array.from({ length: Math.ceil(whole.length / size) }, (_, i) =>
          whole.subarray(i * size, (i + 1) * size),
        )
        expect((await readAll('-', Readable.from(pieces))).bytes?.toString()).toBe(text)
      }
  })

  test('leaves damaged UTF-16 damaged, for its line to be refused', async () => {
    const half = Buffer.from('\ufeffa\ud83d b\n', 'utf16le')
    expect((await readAll(file('half.txt', half))).bytes?.toString('latin1')).toBe('\xef\xbb\xbfa\xff b\n')
    const odd = Buffer.from('\ufeffa\n', 'utf16le').subarray(0, -1)
    expect((await readAll(file('odd.txt', odd))).bytes?.toString('latin1')).toBe('\xef\xbb\xbfa\xff')
  })

  test('gives all of a cut gzip that can be unpacked, then says that it is cut', async () => {
    const packed = gzipSync(LINES)
    const { bytes, problem } = await readAll(file('cut.gz', packed.subarray(0, packed.length - 9)))
    expect(LINES.startsWith(bytes?.toString() ?? '-')).toBe(true)
    expect(bytes?.length).toBeGreaterThan(Buffer.byteLength(LINES) * 0.9)
    expect(problem).toMatchObject({ kind: 'broken', message: expect.stringContaining('gzip archive is cut') })
    const small = gzipSync('one\ntwo\n')
    expect(await readAll(file('small.gz', small.subarray(0, -3)))).toMatchObject({
      bytes: Buffer.from('one\ntwo\n'),
      problem: { kind: 'broken' },
    })
  })

  test('says that a gzip is damaged when nothing of it can be unpacked', async () => {
    const path = file('damaged.gz', Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0xff, 0xff, 0xff]))
    expect((await readAll(path)).problem).toMatchObject({ kind: 'broken', file: path })
  })

  const zip = (name: string) =>
    Buffer.concat([Buffer.from('PK\x03\x04\x14\0\x06\0'), Buffer.alloc(18), Buffer.from(name)])
  const refused: readonly (readonly [string, Uint8Array, string])[] = [
    ['a workbook', zip('[Content_Types].xml'), 'Excel workbook (.xlsx)'],
    ['an old workbook', Buffer.from('\xd0\xcf\x11\xe0\xa1\xb1', 'latin1'), 'Excel workbook (.xls)'],
    ['another zip', zip('calls.csv'), 'zip archive'],
    ['a packed zip', gzipSync(zip('calls.csv')), 'zip archive'],
    ['a PDF', Buffer.from('%PDF-1.7\n'), 'PDF'],
    ['Parquet', Buffer.from('PAR1\x15\x04'), 'Parquet'],
    ['a database', Buffer.from('SQLite format 3\0'), 'SQLite'],
    ['a picture', Buffer.from('\x89PNG\r\n', 'latin1'), 'picture'],
    ['anything with NUL bytes', Buffer.from('id\0time'), 'NUL bytes'],
    ['NUL behind a mark of UTF-16', Buffer.from('\ufeffid\0', 'utf16le'), 'NUL bytes'],
    [
      'bytes without NUL that are no text',
      Buffer.from(Array.from({ length: 255 }, (_, i) => i + 1)),
      'control characters',
    ],
    ['UTF-16 without a mark', Buffer.from('id;time', 'utf16le'), 'NUL bytes'],
  ]
  test.each(refused)('refuses %s', async (_, bytes, looks) => {
    const path = file('binary', bytes)
    const { problem } = await readAll(path)
    expect(problem).toMatchObject({ kind: 'binary', file: path, message: expect.stringContaining(looks) })
    expect(problem?.advice).toMatch(/./)
  })

  test('refuses what is not there, or is a folder', async () => {
    expect((await readAll(join(folder, 'none.csv'))).problem?.kind).toBe('missing')
    expect((await readAll(join(file('a', 'x'), 'b.csv'))).problem?.kind).toBe('missing')
    expect((await readAll(folder)).problem?.kind).toBe('directory')
  })

  test('closes the file when the reader stops early, and when it never began', async () => {
    const path = file('long.ndjson', LINES)
    const first = await openInput(path, nothing())
    if (first.kind === 'bad') throw new Error(first.problem.message)
    for await (const _ of first.input.chunks) break
    await first.input.close()
    const second = await openInput(path, nothing())
    if (second.kind === 'pass') await second.input.close()
    expect(second.kind).toBe('pass')
  })
})

test('a problem is one line that a person can act on', () => {
  const problem = { kind: 'header', file: 'calls.csv', line: 1, message: 'no such column', advice: 'Add it.' } as const
  expect(describeInputProblem(problem)).toBe('calls.csv:1: no such column. Add it.')
  expect(describeInputProblem({ ...problem, file: '-', line: undefined })).toMatch(/^\(standard input\): /)
})
