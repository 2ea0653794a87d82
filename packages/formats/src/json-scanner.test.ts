import fc from 'fast-check'
import { createJsonScanner } from './json-scanner.ts'

interface Found {
  readonly unit: string
  readonly line: number
}

const scan = (text: string, cuts: readonly number[], isLines: boolean, unitBytes = 1_000): readonly Found[] => {
  const found: Found[] = []
  const scanner = createJsonScanner({
    lists: ['tickets', 'results'],
    isLines,
    unitBytes,
    visit: (unit, line) => found.push({ unit: typeof unit === 'string' ? unit : unit.toString().trim(), line }),
  })
  const bytes = Buffer.from(text)
  const ends = [...cuts.filter((cut) => cut < bytes.length), bytes.length].sort((a, b) => a - b)
  ends.forEach((end, i) => scanner.scan(bytes.subarray(ends[i - 1] ?? 0, end)))
  scanner.end()
  return found
}

const lineOf = (text: string, at: number): number => text.slice(0, at).split('\n').length

const nasty = fc.constantFrom('{', '}', '[', ']', '"', '\\', '\\"', ',', ':', '\n', '{"tickets":[', 'é😀', 'a')
const string = fc.array(nasty, { maxLength: 6 }).map((pieces) => pieces.join(''))
const value = fc.letrec((tie) => ({
  leaf: fc.oneof(string, fc.integer(), fc.constant(null), fc.boolean()),
  node: fc.oneof(
    { maxDepth: 3 },
    tie('leaf'),
    fc.array(tie('node'), { maxLength: 3 }),
    fc.dictionary(string, tie('node'), { maxKeys: 3 }),
  ),
})).node
const unit = fc.dictionary(
  string.filter((name) => name !== 'tickets' && name !== 'results'),
  value,
  { maxKeys: 4 },
)
const units = fc.array(unit, { maxLength: 5 })
const cuts = fc.array(fc.nat({ max: 600 }), { maxLength: 8 })
const indent = fc.constantFrom(undefined, 1)

describe('units are found, each with the line it begins on, in whatever pieces the bytes come', () => {
  const layouts: Readonly<Record<string, (texts: readonly string[]) => string>> = {
    'one array': (texts) => `[${texts.join(',\n')}]`,
    'one array, over lines': (texts) => `\n[\n  ${texts.join(' ,\n\n  ')}\n]\n`,
    'a page': (texts) =>
      `{"count": 3, "users": [{"tickets": [1]}], "tickets": [${texts.join(',')}], "meta": {"results": [2]}}`,
    'pages one after the other': (texts) => texts.map((text) => `{"results":[\n${text}],"next":"{["}`).join('\n'),
    'values one after the other': (texts) => texts.join(''),
    'a list and a value': (texts) => `[${texts.slice(1).join(',')}]\n${texts.slice(0, 1).join('')}`,
  }
  test.each(Object.entries(layouts))('%s', (_, layout) => {
    fc.assert(
      fc.property(units, cuts, indent, (values, at, space) => {
        // A mark in each tells which text it is, and where.
        const texts = values.map((one, i) => JSON.stringify({ ...one, mark: i }, null, space))
        const text = layout(texts)
        const found = scan(text, at, false)
        expect(found.map(({ unit: one }) => one).sort()).toEqual([...texts].sort())
        for (const { unit: one, line } of found) {
          const begins = [...text].length === 0 ? [] : starts(text, one)
          expect(begins.map((start) => lineOf(text, start))).toContain(line)
        }
      }),
      { numRuns: 300 },
    )
  })

  test('a line each', () => {
    fc.assert(
      fc.property(units, cuts, (values, at) => {
        const texts = values.map((one) => JSON.stringify(one))
        const expected = texts.map((one, i) => ({ unit: one, line: i + 1 }))
        expect(scan(texts.join('\r\n'), at, true)).toEqual(expected)
      }),
    )
  })
})

const starts = (text: string, part: string): readonly number[] => {
  const found: number[] = []
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + 1)) found.push(at)
  return found
}

describe('damage costs as little as can be', () => {
  test('a line that is cut costs itself alone', () => {
    fc.assert(
      fc.property(unit, fc.nat({ max: 200 }), cuts, (one, length, at) => {
        const whole = JSON.stringify({ ...one, mark: 1 })
        const cut = whole.slice(0, 1 + (length % (whole.length - 1)))
        const found = scan(`{"a":1}\n${cut}\n{"b":2}\n`, at, true)
        expect(found[0]).toEqual({ unit: '{"a":1}', line: 1 })
        expect(found.at(-1)).toEqual({ unit: '{"b":2}', line: 3 })
        expect(found.length).toBe(3)
      }),
    )
  })

  test.each([
    ['a bracket too few', '[{"a":[1},{"b":2}]', ['{"a":[1}', '{"b":2}']],
    ['a bracket too many', '[{"a":1}},{"b":2}]', ['{"a":1}', '{"b":2}']],
    ['a quote that the line ends', '[{"a":"x},\n{"b":2}]', ['{"a":"x},\n{"b":2}']],
    ['no object', '[{"a":1}, 7 ,"x,y", [1,2], null]', ['{"a":1}', '7', '"x,y"', '[1,2]', 'null']],
    ['text that is no JSON', 'hello\n{"a":1}', ['hello', '{"a":1}']],
    ['an element that the file ends within', '[{"a":1},{"b"', ['{"a":1}', 'cut']],
    ['a list that the file ends within', '{"tickets":[{"a":1},', ['{"a":1}', 'cut']],
  ])('%s', (_, text, expected) => {
    expect(scan(text, [], false).map(({ unit: one }) => one)).toEqual(expected)
  })

  test('a page that its line cuts is told', () => {
    expect(scan('{"tickets":[\n{"a":1}', [], true)).toEqual([
      { unit: 'cut', line: 1 },
      { unit: '{"a":1}', line: 2 },
    ])
  })

  test('what is too long is told and not kept, and the next is read', () => {
    const long = JSON.stringify({ a: 'x'.repeat(2_000) })
    fc.assert(
      fc.property(cuts, (at) => {
        expect(scan(`[${long},\n{"b":2}]`, at, false)).toEqual([
          { unit: 'large', line: 1 },
          { unit: '{"b":2}', line: 2 },
        ])
      }),
    )
  })

  test('what stands before the list of a page may be of any length', () => {
    const page = JSON.stringify({ users: 'x'.repeat(5_000), tickets: [{ a: 1 }] })
    fc.assert(
      fc.property(cuts, (at) => {
        expect(scan(page, at, false)).toEqual([{ unit: '{"a":1}', line: 1 }])
      }),
    )
  })

  test('brackets without end need no memory', () => {
    expect(scan('['.repeat(200_000) + ']'.repeat(200_000), [], false)).toEqual([{ unit: 'large', line: 1 }])
  })
})
