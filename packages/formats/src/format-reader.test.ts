import { createZone } from '@ringback/contracts'
import fc from 'fast-check'
import type { Format } from './format.ts'
import { readFormat } from './format-reader.ts'
import type { InputProblem } from './input-problem.ts'

const context = { zone: createZone('Europe/London'), pseudonymOf: (value: string) => value }

/** Gives back what it is given; `skip` and `bad` fields say otherwise. */
const echo = (shape: Partial<Format>): Format => ({
  name: 'echo',
  kind: 'contacts',
  source: 'echo',
  units: [],
  open: () => (unit) => {
    const fields = unit as Record<string, unknown>
    if (fields['skip'] !== undefined) return [{ kind: 'skip' }]
    if (fields['bad'] !== undefined) return [{ kind: 'bad', refusal: { reason: 'schema', pointer: '/bad' } }]
    return [{ kind: 'record', value: typeof unit === 'string' ? { text: unit } : fields }]
  },
  ...shape,
})
const any = echo({ units: ['json', 'csv', 'xml'], lists: ['calls'], xml: { root: 'calls', unit: 'call' } })

const read = async (format: Format, content: string | Buffer, cuts: readonly number[] = []) => {
  const bytes = Buffer.from(content)
  const ends = [...cuts.filter((cut) => cut < bytes.length), bytes.length].sort((a, b) => a - b)
  const chunks = async function* (): AsyncGenerator<Buffer | InputProblem> {
    for (const [i, end] of ends.entries()) {
      const chunk = bytes.subarray(ends[i - 1] ?? 0, end)
      // The first one is long enough to tell what a file is: input.ts sees to that.
      if (chunk.length > 0) yield i === 0 ? chunk : Buffer.from(chunk)
    }
  }
  const found: string[] = []
  let skipped = 0
  for await (const batch of readFormat(chunks(), format, context, 'calls.txt')) {
    if (batch.kind !== 'batch') return { problem: batch }
    skipped += batch.skipped
    for (const row of batch.rows) {
      const place = `${row.line}${row.onLine === undefined ? '' : `#${row.onLine}`}`
      found.push(
        `${place} ${'refusal' in row ? `${row.refusal.reason} ${row.refusal.pointer}` : JSON.stringify(row.value)}`,
      )
    }
  }
  return { found, skipped }
}

test('a table may come with a header or without one', async () => {
  const either = echo({ units: ['csv', 'line'], columns: [['id'], ['name', 'event_name']] })
  const rows = 'e-1\tview\ne-2\t"view"\n'
  expect(await read(either, `ID\tEvent Name\n${rows}`)).toEqual({
    found: ['2 {"ID":"e-1","Event Name":"view"}', '3 {"ID":"e-2","Event Name":"view"}'],
    skipped: 0,
  })
  expect(await read(either, rows)).toEqual({
    found: ['1 {"text":"e-1\\tview"}', '2 {"text":"e-2\\t\\"view\\""}'],
    skipped: 0,
  })
})

describe('a file tells by its beginning what it is', () => {
  test.each([
    ['one object a line', '{"a":"1"}\n\n{"a":"2"}\r\n{"skip":1}\n', ['1 {"a":"1"}', '3 {"a":"2"}'], 1],
    ['an array', '[{"a":"1"},\n{"skip":1},{"a":"2"}]', ['1 {"a":"1"}', '2 {"a":"2"}'], 1],
    [
      'an array on one line',
      '[{"bad":1},{"a":"2"},{"bad":3}]',
      ['1 schema /bad', '1#2 {"a":"2"}', '1#3 schema /bad'],
      0,
    ],
    ['a page', '{"page":0,\n "calls":[{"a":"1"}]}', ['2 {"a":"1"}'], 0],
    ['one object over lines', '{\n "a": "1"\n}', ['1 {"a":"1"}'], 0],
    ['objects one after the other', '{"a":"1"}{"a":"2"}', ['1 {"a":"1"}', '1#2 {"a":"2"}'], 0],
    ['a first line that is damaged', '{"a":\n{"a":"2"}\n', ['1 json ', '2 {"a":"2"}'], 0],
    ['no objects', '[1,"x",{"a":"1"}]', ['1 schema ', '1#2 schema ', '1#3 {"a":"1"}'], 0],
    ['a byte order mark', '\ufeff[{"a":"1"}]', ['1 {"a":"1"}'], 0],
    [
      'a CSV',
      '\ufeffa;b;;a\n1;"x\ny";z;2\n3;4;;5\n1\n',
      ['2 {"a":"1","b":"x\\ny"}', '4 {"a":"3","b":"4"}', '5 csv_row '],
      0,
    ],
    ['tabs', 'a\tskip\n1\t\n', [], 1],
    [
      'XML',
      '<?xml version="1.0"?>\n<calls>\n<call id="x">\n <a>1 &amp; 2</a><b/></call>\n<!-- <call><a>no</a></call> --><callers/><call ><a><![CDATA[<3]]></a></call></calls>',
      ['3 {"a":"1 & 2","b":""}', '5 {"a":"<3"}'],
      0,
    ],
    ['an empty file', '', [], 0],
  ])('%s', async (_, content, found, skipped) => {
    expect(await read(any, content)).toEqual({ found, skipped })
  })

  test('lines', async () => {
    expect(await read(echo({ units: ['line'] }), '{"a":1}\nx\ty\n')).toEqual({
      found: ['1 {"text":"{\\"a\\":1}"}', '2 {"text":"x\\ty"}'],
      skipped: 0,
    })
  })
})

describe('what a format does not come as is refused whole', () => {
  const json = echo({ units: ['json'], lists: [] })
  const csv = echo({ units: ['csv'], columns: [['Call Sid', 'sid'], ['Start Time']] })
  test.each([
    ['a CSV for JSON', json, 'a,b\n1,2\n', /^it does not begin as JSON/],
    ['XML for JSON', json, '<calls/>', /^it does not begin as JSON/],
    [
      'text for JSON or XML',
      echo({ units: ['json', 'xml'], xml: { root: 'calls', unit: 'call' } }),
      'a',
      /JSON .* or XML/,
    ],
    ['another document', any, '<html><call/></html>', /root element <calls>/],
    ['another CSV', csv, 'sid,end\n1,2\n', /^there is no column "Start Time"/],
  ])('%s', async (_, format, content, message) => {
    expect(await read(format, content)).toEqual({
      problem: {
        kind: 'header',
        file: 'calls.txt',
        line: 1,
        message: expect.stringMatching(message),
        advice: expect.any(String),
      },
    })
  })

  test('a column may be written as people write it', async () => {
    expect(await read(csv, 'SID,start_time\n1,2\n')).toEqual({ found: ['2 {"SID":"1","start_time":"2"}'], skipped: 0 })
  })
})

describe('damage is told and costs itself', () => {
  const bytes = (text: string): Buffer => Buffer.from(text, 'latin1')
  const long = 'x'.repeat(300_000)
  test.each([
    ['bytes that are no UTF-8 in JSON', bytes('[{"a":"\xe9"},\n{"a":"2"}]'), ['1 encoding ', '2 {"a":"2"}']],
    [
      'Latin-1 in XML that says so',
      bytes('<?xml version="1.0" encoding="ISO-8859-1"?><calls><call><a>\xe9</a></call></calls>'),
      ['1 {"a":"é"}'],
    ],
    ['Windows-1252 in a CSV', bytes('a\n\x80\n'), ['2 {"a":"€"}']],
    ['NUL in a cell', bytes('a,b\n1,\0\n2,x\n'), ['2 encoding b', '3 {"a":"2","b":"x"}']],
    ['a long element of JSON', bytes(`[{"a":"${long}"},\n{"a":"2"}]`), ['1 too_large ', '2 {"a":"2"}']],
    [
      'a long line of JSON',
      bytes(`{"a":"1"}\n{"a":"${long}"}\n{"a":"2"}`),
      ['1 {"a":"1"}', '2 too_large ', '3 {"a":"2"}'],
    ],
    [
      'a long element of XML',
      bytes(`<calls><call><a>${long}</a><called>x</called></call>\n<call><a>2</a></call></calls>`),
      ['1 too_large ', '2 {"a":"2"}'],
    ],
    [
      'tags that do not close',
      bytes('<calls><call><a>1</call>\n<call><a>2</a></call></calls>'),
      ['1 schema ', '2 {"a":"2"}'],
    ],
    ['XML that is cut', bytes('<calls>\n<call><a>1</a></call><call><a>'), ['2 {"a":"1"}', '2#2 schema ']],
    ['an element of text', bytes('<calls><call>1</call></calls>'), ['1 schema ']],
  ])('%s', async (_, content, found) => {
    expect(await read(any, content)).toEqual({ found, skipped: 0 })
  })

  test('entities that a DTD declares are none, and nothing within an element is declared', async () => {
    const dtd = '<!DOCTYPE calls [<!ENTITY lol "lol"><!ENTITY file SYSTEM "file:///etc/passwd">]>'
    const found = await read(any, `<?xml version="1.0"?>${dtd}<calls><call><a>&lol;&file;</a></call></calls>`)
    expect(found).toEqual({ found: ['1 {"a":"&lol;&file;"}'], skipped: 0 })
    const within = await read(any, '<calls><call><!DOCTYPE x [<!ENTITY a "b">]><a>&a;</a></call></calls>')
    expect(within).toEqual({ found: ['1 schema '], skipped: 0 })
  })

  test.each([
    ['empty elements', '<calls>' + '<call/>'.repeat(50_000) + '</calls>', 50_000],
    ['comments', '<calls>' + '<!---->'.repeat(50_000) + '</calls>', 0],
    ['comments before the document', '<!----><?x?>'.repeat(300) + '<calls/>', 0],
    ['declarations', '<!DOCTYPE calls [<!ELEMENT a>] >'.repeat(100) + '<calls/>', 0],
  ])('%s without number are read in their order, and at once', async (_, content, count) => {
    const began = performance.now()
    expect((await read(any, content)).found?.length).toBe(count)
    // Searched for anew from every one of them, they took half a minute; on a machine at rest it is a tenth of a second.
    expect(performance.now() - began).toBeLessThan(5_000)
  })

  test('elements within elements without end are refused', async () => {
    const deep = `${'<b>'.repeat(40_000)}${'</b>'.repeat(20_000)}`
    expect(await read(any, `<calls><call>${deep}</call></calls>`)).toEqual({ found: ['1 schema '], skipped: 0 })
  })
})

test('XML is the same in whatever pieces its bytes come', async () => {
  const text =
    '<?xml version="1.0"?>\n<calls>\n<call>\n <a>é &lt;</a><called>no</called></call><!-- <call> \n --><call><a>2</a></call ></calls>'
  const whole = await read(any, text)
  expect(whole).toEqual({ found: ['3 {"a":"é <","called":"no"}', '5 {"a":"2"}'], skipped: 0 })
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 40, max: 140 }), { maxLength: 8 }), async (cuts) => {
      expect(await read(any, text, cuts)).toEqual(whole)
    }),
  )
})
