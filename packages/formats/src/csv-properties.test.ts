import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import iconv from 'iconv-lite'
import { createRowScanner } from './csv-rows.ts'
import { splitBlocks } from './line-blocks.ts'
import { createMappedReader } from './mapped-reader.ts'
import { parseMapping } from './mapping.ts'
import { readBatches, type Row } from './reader.ts'

const COLUMNS = ['ID', 'A', 'B', 'N']
const mapping = (csv: string) => {
  const result = parseMapping(`
kind: profiles
fields: { id: ID, identifiers.crm: A, identifiers.account: B }
skip: [{ column: A, is: SKIP }]
csv: ${csv}
`)
  if (result.kind === 'bad') throw new Error(JSON.stringify(result.problems))
  return result.value
}

const read = async (
  pieces: readonly Buffer[],
  csv: string,
  blockBytes: number,
  lineBytes = Math.floor(blockBytes / 3),
) => {
  async function* chunks() {
    yield* pieces
  }
  const rows: Row[] = []
  let skipped = 0
  const blocks = splitBlocks(chunks(), { blockBytes, lineBytes })
  for await (const batch of readBatches(blocks, createMappedReader(mapping(csv), 'x.csv'))) {
    if (batch.kind !== 'batch') throw new Error(batch.message)
    rows.push(...batch.rows)
    skipped += batch.skipped
  }
  return { rows, skipped }
}

const cutAt = (buffer: Buffer, at: readonly number[]): Buffer[] => {
  const ends = [...at.filter((cut) => cut < buffer.length).sort((a, b) => a - b), buffer.length]
  return ends.map((end, i) => buffer.subarray(ends[i - 1] ?? 0, end))
}
const cuts = fc.array(fc.nat({ max: 2_000 }), { maxLength: 8 })

/** Cells as they come back: no blanks around them, nothing that a spreadsheet would have marked. */
const cell = (characters: readonly string[]) =>
  fc
    .array(fc.constantFrom(...characters), { maxLength: 6 })
    .map((pieces) => pieces.join('').trim())
    .filter((text) => !/^['=]/.test(text))
const COMMON = ['a', 'b', '7', ' ', ',', ';', '\t', '|', '"', '""', "'", '\n', '\r\n', '\r', 'é', '€']

test('what was written as CSV comes back, whatever the delimiter, quote, encoding, line end and pieces', async () => {
  const documents = fc.record({
    encoding: fc.constantFrom('utf-8', 'windows-1252'),
    delimiter: fc.constantFrom(',', ';', '\t', '|'),
    quote: fc.constantFrom('"', "'"),
    end: fc.constantFrom('\n', '\r\n', '\r'),
    stated: fc.boolean(),
    rows: fc.array(fc.tuple(cell(COMMON), cell(COMMON), cell([...COMMON, 'SKIP'])), { maxLength: 12 }),
    always: fc.boolean(),
    at: cuts,
    blockBytes: fc.integer({ min: 300, max: 2_000 }),
  })
  await fc.assert(
    fc.asyncProperty(documents, async ({ encoding, delimiter, quote, end, stated, rows, always, at, blockBytes }) => {
      const write = (text: string): string =>
        always || /^\s|\s$|[,;\t|\r\n"']/.test(text) ? quote + text.replaceAll(quote, quote + quote) + quote : text
      const table = [COLUMNS, ...rows.map(([a, b, n], i) => [`id ${i}`, a, b, n])]
      const text = table.map((cells) => cells.map(write).join(delimiter) + end).join('')
      // The header tells the quote, so it must show it unless the file's quote is the usual one.
      const isTold = quote === '"' || always
      const csv = stated || !isTold ? JSON.stringify({ delimiter, quote, encoding }) : '{}'
      const found = await read(cutAt(iconv.encode(text, encoding), at), csv, blockBytes)
      const expected = rows.flatMap(([a, b], i) =>
        a === 'SKIP'
          ? []
          : [
              {
                id: `id ${i}`,
                ...(a || b ? { identifiers: { ...(a && { crm: [a] }), ...(b && { account: [b] }) } } : {}),
              },
            ],
      )
      expect(found.rows.map((row) => 'value' in row && row.value)).toEqual(expected)
      expect(found.rows.length + found.skipped).toBe(rows.length)
    }),
    { numRuns: 400 },
  )
})

/** Anything: broken quotes, too few cells, damage. */
const anything = fc
  .tuple(
    fc.array(
      fc.oneof(
        fc.constantFrom('"', ',', '\n', '\r\n', '\r', ' ', '""', 'x'),
        fc.constantFrom('1,a,b,\n', '"2","a","b",""\n', '3,SKIP,,\n', '4,"a\n"",b",,\n'),
      ),
      { minLength: 1, maxLength: 250 },
    ),
    fc.array(fc.nat({ max: 500 }), { maxLength: 2 }),
  )
  .map(([pieces, damage]) => {
    const buffer = Buffer.from(`ID,A,B,N\n${pieces.join('')}`)
    for (const at of damage) if (at > 8 && at < buffer.length) buffer[at] = 0xe9
    return buffer
  })

test('rows do not depend on how the bytes arrive, nor on where blocks end', async () => {
  await fc.assert(
    fc.asyncProperty(anything, cuts, fc.integer({ min: 120, max: 600 }), async (buffer, at, blockBytes) => {
      const lineBytes = 50
      // A line that is too long for its block is cut, which is another property.
      fc.pre(
        buffer
          .toString('latin1')
          .split(/[\r\n]/)
          .every((line) => line.length <= lineBytes),
      )
      const whole = await read([buffer], '{ encoding: utf-8 }', 1_000_000)
      expect(await read(cutAt(buffer, at), '{ encoding: utf-8 }', blockBytes, lineBytes)).toEqual(whole)
    }),
    { numRuns: 300 },
  )
})

test('every byte belongs to one row, good, bad or blank, and rows begin where lines begin', () => {
  fc.assert(
    fc.property(anything, fc.integer({ min: 10, max: 200 }), (buffer, rowBytes) => {
      const scanner = createRowScanner({ delimiter: ',', quote: '"' }, rowBytes)
      for (let at = 0; at < buffer.length; at = scanner.next) {
        const before = buffer.subarray(0, at).toString('latin1')
        expect(at === 0 || /[\r\n]$/.test(before)).toBe(true)
        expect(before.endsWith('\r') && buffer[at] === 10).toBe(false)
        const finding = scanner.scan(buffer, at, true)
        expect(finding).not.toBe('open')
        expect(scanner.next).toBeGreaterThan(at)
      }
    }),
    { numRuns: 500 },
  )
})

test('a document that csv-parse takes gives the same cells', () => {
  fc.assert(
    fc.property(anything, (buffer) => {
      let expected: string[][]
      try {
        expected = parse(buffer, {
          relax_quotes: false,
          relax_column_count: true,
          record_delimiter: ['\r\n', '\n', '\r'],
        })
      } catch {
        return
      }
      const scanner = createRowScanner({ delimiter: ',', quote: '"' })
      const found: string[][] = []
      for (let at = 0; at < buffer.length; at = scanner.next) {
        const finding = scanner.scan(buffer, at, true)
        expect(finding).not.toBe('bad')
        if (finding === 'blank') continue
        const cells = Array.from({ length: scanner.count }, (_, i) => {
          const text = buffer.toString('utf8', scanner.start(i), scanner.end(i))
          return scanner.isEscaped(i) ? text.replaceAll('""', '"') : text
        })
        found.push(cells)
      }
      const isBlank = (cells: readonly string[]): boolean => cells.every((text) => text.trim() === '')
      const filled = (rows: readonly string[][]) => rows.filter((cells) => !isBlank(cells))
      expect(filled(found)).toEqual(filled(expected))
    }),
    { numRuns: 1_000 },
  )
})
