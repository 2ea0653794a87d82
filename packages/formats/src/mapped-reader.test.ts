import iconv from 'iconv-lite'
import type { InputProblem } from './input-problem.ts'
import { splitBlocks, type BlockOptions } from './line-blocks.ts'
import { createMappedReader } from './mapped-reader.ts'
import { parseMapping, type Mapping } from './mapping.ts'
import { readBatches, type Row } from './reader.ts'

const mappingOf = (yaml: string): Mapping => {
  const result = parseMapping(yaml)
  if (result.kind === 'bad') throw new Error(JSON.stringify(result.problems))
  return result.value
}

const read = async (text: string | Uint8Array, mapping: Mapping, options?: BlockOptions) => {
  async function* chunks() {
    yield Buffer.from(text)
  }
  const rows: Row[] = []
  let skipped = 0
  let ambiguousTimes = 0
  let problem: InputProblem | undefined
  for await (const batch of readBatches(splitBlocks(chunks(), options), createMappedReader(mapping, 'x.csv'))) {
    if (batch.kind !== 'batch') {
      problem = batch
      break
    }
    for (const row of batch.rows) rows.push(row)
    skipped += batch.skipped
    ambiguousTimes += batch.ambiguousTimes
  }
  return { rows, skipped, ambiguousTimes, problem }
}

/** Two columns, read as they are: `queue` and `category`. */
const PLAIN = `
kind: contacts
fields: { id: ID, channel: { value: phone }, date: { column: ID, map: { "*": 2026-11-16 } }, queue: A, category: B }
`
/** Rows of a file with the columns ID, A, B as `line: A|B`, refused ones as `line: reason at pointer`. */
const told = async (text: string | Uint8Array, yaml = PLAIN, options?: BlockOptions): Promise<string[]> => {
  const { rows, problem } = await read(text, mappingOf(yaml), options)
  if (problem !== undefined) return [`${problem.line ?? ''}: ${problem.message}. ${problem.advice}`]
  return rows.map((row) => {
    if ('refusal' in row)
      return `${row.line}: ${row.refusal.reason}${row.refusal.pointer && ` at ${row.refusal.pointer}`}`
    const { queue = '', category = '' } = row.value as Record<string, string>
    return `${row.line}: ${queue}|${category}`
  })
}

describe('rows', () => {
  const table: readonly (readonly [string, string, readonly string[]])[] = [
    ['are told by commas', 'ID,A,B\n1,x,y\n', ['2: x|y']],
    ['are told by semicolons', 'ID;A;B\n1;x,1;y\n', ['2: x,1|y']],
    ['are told by tabs', 'ID\tA\tB\n1\tx\ty, "z"\n', ['2: x|y, "z"']],
    ['are told by bars', 'ID|A|B\n1|x|y\n', ['2: x|y']],
    ['are told as Excel says', 'sep=;\r\nID;A;B\r\n1;x;y\r\n', ['3: x|y']],
    ['are told by the delimiter that finds the mapped columns', 'ID;A;B;C,D,E,F,G\n1;x;y;z\n', ['2: x|y']],
    ['end in every way at once', 'ID,A,B\r\n1,x,y\r2,x,z\n3,a,b', ['2: x|y', '3: x|z', '4: a|b']],
    ['may be blank, or nothing but delimiters, between others', 'ID,A,B\n\n,,\n1,x,y\n  \n2,a,b\n', ['4: x|y', '6: a|b']],
    ['may follow blank lines and a byte order mark', '\ufeff\n\nID,A,B\n1,x,y', ['4: x|y']],
    ['may hold quoted delimiters, quotes and line ends', 'ID,A,B\n1,"x,1","say ""y""\r\nz"\n2,a,b', ['2: x,1|say "y"\r\nz', '4: a|b']],
    ['may have blanks round quotes', 'ID, A ,B\n1, "x, 1" ,y\n', ['2: x, 1|y']],
    ['may be quoted by another sign', "'ID','A','B'\n'1','x,1','it''s'\n", ["2: x,1|it's"]],
    ['may hold a quote within an unquoted cell', 'ID,A,B\n1,6" pipe,y\n', ['2: 6" pipe|y']],
    ['may have nameless columns at the end', 'ID,A,B,,\n1,x,y,,\n2,x,y\n3,x,y,z\n4,x,y,,,\n', ['2: x|y', '3: x|y', '4: x|y', '5: csv_row']],
    ['may have columns twice that nobody mapped', 'ID,N,A,N,B\n1,,x,,y\n', ['2: x|y']],
    ['hold numbers as Excel protects them', `ID,A,B\n1,"=""0123""",="045"\n2,'+44,'=x\n`, ['2: 0123|045', '3: +44|=x']],
    ['keep an apostrophe that protects nothing', "ID,A,B\n1,'s-Graven,'tis\n", ["2: 's-Graven|'tis"]],
    ['may be none', 'ID,A,B\n', []],
  ] // prettier-ignore
  test.each(table)('%s', async (_, text, expected) => {
    expect(await told(text)).toEqual(expected)
  })

  test('are refused alone, and the next line is read', async () => {
    const table: readonly (readonly [string, readonly string[]])[] = [
      ['1,x\n2,x,y', ['2: csv_row', '3: x|y']],
      ['1,x,y,z\n2,x,y', ['2: csv_row', '3: x|y']],
      ['1,"x,y\n2,x,y\n3,a,b', ['2: csv_row', '3: x|y', '4: a|b']],
      ['1,"x,y\n2,"x",y\n3,a,b', ['2: csv_row', '3: x|y', '4: a|b']],
      ['1,"x"1,y\n2,x,y', ['2: csv_row', '3: x|y']],
      ['1,"x\n2,"",b\n3,"c",d', ['2: csv_row', '3: |b', '4: c|d']],
      ['1,x,"y\n2,x,y\n3,"a ""b""",c', ['2: csv_row', '3: x|y', '4: a "b"|c']],
      [`1,${'x'.repeat(70_000)},y\n2,x,y`, ['2: too_large', '3: x|y']],
      [`1,"${'x'.repeat(70_000)}",y\n2,x,y`, ['2: too_large', '3: x|y']],
      [`1,${'x'.repeat(2_000_000)},y\n2,x,y`, ['2: too_large', '3: x|y']],
      // A stray quote, and no other for long: the row that it began could be as long as that.
      [`1,"x,y\n${'2,x,y\n'.repeat(12_000)}`, ['2: too_large', ...Array.from({ length: 12_000 }, (_, i) => `${i + 3}: x|y`)]],
      ['1,x,y\0\n2,x,y', ['2: encoding at B', '3: x|y']],
    ] // prettier-ignore
    for (const [text, expected] of table) {
      // NUL in the first block would have been refused by openInput.
      const all = await told(`ID,A,B\n${text}`)
      expect(all.length).toBe(expected.length)
      expect(all).toEqual(expected)
    }
  })

  test('may go over the ends of blocks', async () => {
    const rows = Array.from({ length: 50 }, (_, i) => `${i},"x\n""${i}""",y\n`).join('')
    const whole = await told(`ID,A,B\n${rows}`)
    expect(whole[49]).toBe('100: x\n"49"|y')
    for (const blockBytes of [20, 33, 64, 100]) {
      const options = { blockBytes, lineBytes: 9 }
      expect(await told(`ID,A,B\n${rows}`, PLAIN, options)).toEqual(whole)
    }
  })
})

describe('the encoding', () => {
  const csv = 'ID,A,B\n1,Siân,€5 – “ok”\n'
  const expected = ['2: Siân|€5 – “ok”']
  test('is told by the bytes', async () => {
    expect(await told(csv)).toEqual(expected)
    expect(await told(iconv.encode(csv, 'windows-1252'))).toEqual(expected)
  })
  test('is told late, where all before is ASCII', async () => {
    const ascii = '0,a,b\n'.repeat(400_000)
    const late = Buffer.concat([Buffer.from(`ID,A,B\n${ascii}`), iconv.encode('1,Siân,–\n', 'windows-1252')])
    expect((await told(late)).at(-1)).toBe('400002: Siân|–')
  })
  test('is as stated', async () => {
    const stated = (encoding: string) => `${PLAIN}\ncsv: { encoding: ${encoding} }`
    expect(await told(iconv.encode('ID,A,B\n1,Siân,\u0085\n', 'latin1'), stated('latin-1'))).toEqual(['2: Siân|\u0085'])
    expect(await told(iconv.encode(csv, 'windows-1252'), stated('windows-1252'))).toEqual(expected)
    expect(await told(csv, stated('windows-1252'))).toEqual(['2: SiÃ¢n|â‚¬5 â€“ â€œokâ€\x9d'])
    expect(await told(`\ufeff${csv}`, stated('windows-1252'))).toEqual(expected)
    expect(await told(iconv.encode(csv, 'windows-1252'), stated('utf-8'))).toEqual(['2: encoding at A'])
  })
  test('of a damaged cell refuses its row, and only if the cell is mapped', async () => {
    const damaged = Buffer.from('ID,A,B,N\n1,Si\xc3\xa2n,\xc3\xa9,\xe9\n2,Si\xe2n,x,\n3,\xc3\xa2,y,', 'latin1')
    expect(await told(damaged)).toEqual(['2: Siân|é', '3: encoding at A', '4: â|y'])
  })
  test('of every byte in Windows-1252 is what iconv makes of it, but for five that it does not have', async () => {
    const bytes = Array.from({ length: 128 }, (_, i) => i + 128).filter(
      (byte) => ![0x81, 0x8d, 0x8f, 0x90, 0x9d].includes(byte),
    )
    const rows = bytes.flatMap((byte) => [Buffer.from('1,('), Buffer.from([byte]), Buffer.from('),\n')])
    const found = await told(Buffer.concat([Buffer.from('ID,A,B\n'), ...rows]))
    expect(found).toEqual(bytes.map((byte, i) => `${i + 2}: (${iconv.decode(Buffer.from([byte]), 'win1252')})|`))
  })
})

describe('a file is refused as a whole', () => {
  test.each([
    [
      'ID,A\n1,x',
      '1: the mapped column "B" is not in the file. Correct the mapping, or the delimiter; the file has 2 columns: "ID", "A"',
    ],
    ['id,a,b\n1,x,y', '1: 3 mapped columns are not in the file: "ID", "A", "B".'],
    ['id,a,b\n1,x,y', 'Is it "id", "a", "b"?'],
    ['\n\nID,A,C\n', '3: the mapped column "B" is not in the file.'],
    [
      'ID,A,B,A\n1,x,y,z',
      '1: the mapped column "A" is there twice (columns 2 and 4). Rename one of them in the header',
    ],
  ])('%j', async (text, expected) => {
    expect((await told(text)).join()).toContain(expected)
  })

  test('whose header has broken quotes', async () => {
    const stated = `${PLAIN}csv: { quote: "'", delimiter: "," }`
    expect((await told("ID,A,'B\n1,x,y", stated)).join()).toContain('the header row cannot be read')
    expect((await told('ID,A,"B\n1,x,y')).join()).toContain('the mapped column "B" is not in the file')
  })

  test('without a word of the data, where its first row is no header', async () => {
    const { problem, rows } = await read('1,alice@example.org,07700 900123\n2,b,c\n', mappingOf(PLAIN))
    expect(rows).toEqual([])
    expect(problem?.advice).toContain('does not look like a header')
    expect(JSON.stringify(problem)).not.toMatch(/alice|07700/)
    for (const data of ['Jo Smith;ACC-47;K7M-4QX\nx;y;z\n', 'Jo Smith\n']) {
      const told = await read(data, mappingOf(PLAIN))
      expect(told.problem?.advice).toContain('names none of them')
      expect(JSON.stringify(told.problem)).not.toMatch(/Jo|ACC|K7M/)
    }
  })

  test('but not when it is empty', async () => {
    for (const text of ['', '\ufeff', '\n\r\n \n']) expect(await told(text)).toEqual([])
  })
})

describe('fields', () => {
  const mapped = async (header: string, cells: string, ...fields: readonly string[]): Promise<unknown> => {
    const yaml = ['kind: contacts', 'timezone: Europe/London', 'fields:', '  id: ID', '  channel: { value: phone }']
    const time = fields.some((field) => /^(?:time|date):/.test(field)) ? [] : ['time: { column: T, format: epoch_s }']
    const all = [...yaml, ...[...time, ...fields].map((field) => `  ${field}`)].join('\n')
    const { rows } = await read(`ID;T;${header}\n7;1;${cells}\n`, mappingOf(all))
    const [row] = rows
    if (row === undefined) return undefined
    if ('refusal' in row) return `${row.refusal.reason} at ${row.refusal.pointer}`
    const { id: _, channel: __, ...rest } = row.value as Record<string, unknown>
    if (time.length > 0) delete rest['time']
    return rest
  }

  const table: readonly (readonly [header: string, cells: string, field: string, expected: unknown])[] = [
    ['A', ' x ', 'queue: A', { queue: 'x' }],
    [' A ', 'x', 'queue: " A"', { queue: 'x' }],
    ['A', '1.01004E+11', 'conversation: A', 'schema at A'],
    ['A', '4.474E+11', 'identifiers.phone: A', { identifiers: { phone: ['4.474E+11'] } }],
    ['A', '  ', 'queue: A', {}],
    ['A', '', 'queue: { column: A, default: none }', { queue: 'none' }],
    ['A', 'x', 'queue: { column: A, prefix: "q-" }', { queue: 'q-x' }],
    ['A', '', 'queue: { column: A, prefix: "q-" }', {}],
    ['A;B', 'x;y', 'queue: { columns: [A, B] }', { queue: 'x y' }],
    ['A;B', 'x;', 'conversation: { columns: [A, B], join: "-" }', { conversation: 'x-' }],
    ['A;B', ';', 'conversation: { columns: [A, B], join: "-" }', {}],
    ['A', 'out', 'direction: { column: A, map: { IN: inbound, OUT: outbound } }', { direction: 'outbound' }],
    ['A', 'x', 'direction: { column: A, map: { IN: inbound } }', 'unmapped_value at A'],
    ['A', 'x', 'direction: { column: A, map: { IN: inbound }, default: internal }', { direction: 'internal' }],
    ['A', 'x', 'direction: { column: A, map: { IN: inbound }, default: null }', {}],
    ['A', '', 'direction: { column: A, map: { IN: inbound } }', {}],
    ['A', '', 'direction: { column: A, map: { IN: inbound }, default: internal }', { direction: 'internal' }],
    ['A', '', 'direction: { column: A, map: { IN: inbound, "": internal } }', { direction: 'internal' }],
    ['A', 'IN', 'direction: { column: A, map: { "*": internal, in: inbound } }', { direction: 'inbound' }],
    ['A', 'in 2', 'direction: { column: A, map: { "*2": internal, "IN*": inbound } }', { direction: 'internal' }],
    ['A', '2', 'direction: { column: A, map: { 2: internal } }', { direction: 'internal' }],
    ['A;B', 'x;y', 'direction: { columns: [A, B], join: "/", map: { "x/*": inbound } }', { direction: 'inbound' }],
    ['A', 'x', 'tasks: A', { tasks: ['x'] }],
    ['A', 'x', 'tasks: { value: bin }', { tasks: ['bin'] }],
    ['A', 'Bin, badge,,BIN x', 'tasks: { column: A, map: { bin*: bin, badge: badge }, split: "," }', { tasks: ['bin', 'badge', 'bin'] }],
    ['A', 'bin,x', 'tasks: { column: A, map: { bin: bin }, split: "," }', 'unmapped_value at A'],
    ['A', 'bin,x', 'tasks: { column: A, map: { bin: bin }, split: ",", default: null }', { tasks: ['bin'] }],
    ['A;B', '07700 900123;', 'identifiers.phone: [A, B]', { identifiers: { phone: ['07700 900123'] } }],
    ['A;B', 'x;y', 'identifiers.phone: [A, B]', { identifiers: { phone: ['x', 'y'] } }],
    ['A;B', ';', 'identifiers.phone: [A, B]', {}],
    ['A', '12', 'revision: A', { revision: 12 }],
    ['A', '1794820323123456', 'revision: A', { revision: 1794820323123456 }],
    ['A', 'x', 'revision: A', 'schema at A'],
    ['A', '16/11/2026 09:12', 'revision: { column: A, format: dd/MM/yyyy HH:mm }', { revision: 1794820320000 }],
    ['A', '341', 'handle_seconds: A', { handle_seconds: 341 }],
    ['A', '341123', 'handle_seconds: { column: A, unit: ms }', { handle_seconds: 341.123 }],
    ['A', '5.7', 'handle_seconds: { column: A, unit: min }', { handle_seconds: 342 }],
    ['A', '75:41', 'handle_seconds: { column: A, unit: "mm:ss" }', { handle_seconds: 4541 }],
    ['A', '1:05:41.5', 'handle_seconds: { column: A, unit: "HH:mm:ss" }', { handle_seconds: 3941.5 }],
    ['A', '05:41', 'handle_seconds: { column: A, unit: "HH:mm:ss" }', 'schema at A'],
    ['A', '1:05:41', 'handle_seconds: { column: A, unit: "mm:ss" }', 'schema at A'],
    ['A', '1:60:00', 'handle_seconds: { column: A, unit: "HH:mm:ss" }', 'schema at A'],
    ['A', '00:61', 'handle_seconds: { column: A, unit: "mm:ss" }', 'schema at A'],
    ['A', '4.5E+02', 'handle_seconds: A', 'schema at A'],
    ['A', '2026-11-16T09:12:03Z', 'time: A', { time: '2026-11-16T09:12:03.000Z' }],
    ['A', '2026-11-16', 'time: A', { date: '2026-11-16' }],
    ['A', '', 'time: A', {}],
    ['A;B', '16/11/2026;09:12', 'time: { columns: [A, B], format: dd/MM/yyyy HH:mm }', { time: '2026-11-16T09:12:00.000Z' }],
    ['A;B', '16/11/2026;', 'time: { columns: [A, B], format: dd/MM/yyyy HH:mm }', 'bad_time at A+B'],
    ['A;B', '16/11/2026;', 'time: { columns: [A, B], format: [dd/MM/yyyy HH:mm, dd/MM/yyyy] }', { date: '2026-11-16' }],
    ['A', '30/02/2026 09:12', 'time: { column: A, format: dd/MM/yyyy HH:mm }', 'bad_time at A'],
    ['A', '16/07/2026', 'date: { column: A, format: dd/MM/yyyy }', { date: '2026-07-16' }],
    ['A', '16/07/2026 00:30', 'date: { column: A, format: dd/MM/yyyy HH:mm }', { date: '2026-07-16' }],
    ['A', '2026-07-15T23:30:00Z', 'date: A', { date: '2026-07-16' }],
  ] // prettier-ignore
  test.each(table)('%s = %j: %s', async (header, cells, field, expected) => {
    expect(await mapped(header, cells, field)).toEqual(expected)
  })

  test('of a web event are numbers and booleans where the contract has such', async () => {
    const yaml = `
kind: web
fields: { id: ID, session: ID, time: { column: T, format: epoch_s }, type: { value: search }, results: R, useful: U }
`
    const useful = async (cell: string) => {
      const { rows } = await read(`ID,T,R,U\n1,1,0,${cell}\n`, mappingOf(yaml))
      const [row] = rows
      return row !== undefined && 'value' in row ? row.value : row?.refusal
    }
    expect(await useful('TRUE')).toMatchObject({ results: 0, useful: true, type: 'search' })
    expect(await useful('n')).toMatchObject({ useful: false })
    expect(await useful('')).not.toHaveProperty('useful')
    expect(await useful('maybe')).toEqual({ reason: 'schema', pointer: 'U' })
  })
})

describe('counts', () => {
  const yaml = `
kind: contacts
source: telephony
timezone: Europe/London
fields: { id: ID, time: { column: T, format: yyyy-MM-dd HH:mm }, channel: { value: phone } }
skip: [{ column: K, is: [INT, "TEST*"] }, { column: ID, is: "" }]
`
  test('what is skipped, without looking any further', async () => {
    const text = 'ID,T,K\n1,2026-11-16 09:00,IN\n2,never,int\n3,2026-11-16 09:00,test 3\n,2026-11-16 09:00,IN\n'
    const { rows, skipped } = await read(text, mappingOf(yaml))
    expect(skipped).toBe(3)
    expect(rows).toEqual([{ line: 2, value: { id: '1', time: '2026-11-16T09:00:00.000Z', channel: 'phone', source: 'telephony' } }]) // prettier-ignore
  })

  test('local times that never were or were twice', async () => {
    const text = 'ID,T,K\n1,2026-03-29 01:30,\n2,2026-10-25 01:30,\n3,2026-10-25 03:30,\n4,2026-10-25 01:30,INT\n'
    const { rows, ambiguousTimes } = await read(text, mappingOf(yaml))
    expect(ambiguousTimes).toBe(2)
    expect(rows.map((row) => 'value' in row && (row.value as Record<string, unknown>)['time'])).toEqual([
      '2026-03-29T01:30:00.000Z',
      '2026-10-25T00:30:00.000Z',
      '2026-10-25T03:30:00.000Z',
    ])
  })
})
