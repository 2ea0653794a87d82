import fc from 'fast-check'
import type { Refusal } from '@ringback/contracts'
import type { InputProblem } from './input-problem.ts'
import { splitBlocks, type BlockOptions, type LineBlock } from './line-blocks.ts'
import { forEachLine } from './lines.ts'

type Line = readonly [line: number, text: string | Refusal]

async function* stream(chunks: readonly (Uint8Array | InputProblem)[]) {
  for (const chunk of chunks) yield 'kind' in chunk ? chunk : Buffer.from(chunk)
}

const blocksOf = async (chunks: readonly (Uint8Array | InputProblem)[], options?: BlockOptions) => {
  const blocks: LineBlock[] = []
  let problem: InputProblem | undefined
  for await (const block of splitBlocks(stream(chunks), options))
    if (block.kind === 'block') blocks.push(block)
    else problem = block
  return { blocks, problem }
}

const linesOf = (blocks: readonly LineBlock[], lineBytes?: number): Line[] => {
  const lines: Line[] = []
  for (const block of blocks) forEachLine(block, (text, line) => lines.push([line, text]), lineBytes)
  return lines
}

const read = async (text: string | Uint8Array): Promise<Line[]> => linesOf((await blocksOf([Buffer.from(text)])).blocks)

const TOO_LARGE: Refusal = { reason: 'too_large', pointer: '' }
const ENCODING: Refusal = { reason: 'encoding', pointer: '' }

describe('lines', () => {
  const table: readonly (readonly [string, string | Uint8Array, readonly Line[]])[] = [
    ['end with \\n', 'a\nb\n', [[1, 'a'], [2, 'b']]], // prettier-ignore
    ['end with \\r\\n', 'a\r\nb\r\n', [[1, 'a'], [2, 'b']]], // prettier-ignore
    ['end with a lone \\r', 'a\rb\r', [[1, 'a'], [2, 'b']]], // prettier-ignore
    ['end in all three ways at once', 'a\r\nb\rc\n\rd', [[1, 'a'], [2, 'b'], [3, 'c'], [5, 'd']]], // prettier-ignore
    ['may be padded with \\r', 'a\r\r\nb', [[1, 'a'], [3, 'b']]], // prettier-ignore
    ['may lack their last end', 'a\nb', [[1, 'a'], [2, 'b']]], // prettier-ignore
    ['are counted when blank, and not given', '\n\na\n \t\nb\n\n', [[3, 'a'], [5, 'b']]], // prettier-ignore
    ['lose a byte order mark at the beginning', '\ufeffa\n\ufeffb', [[1, 'a'], [2, '\ufeffb']]], // prettier-ignore
    ['may be UTF-8', 'Siân\n日本 😀\n', [[1, 'Siân'], [2, '日本 😀']]], // prettier-ignore
    ['are refused alone when they are not UTF-8', Buffer.from('a\nSi\xe2n\n\xc3\xa2', 'latin1'), [[1, 'a'], [2, ENCODING], [3, 'â']]], // prettier-ignore
    ['of 64 KiB are the longest', 'a'.repeat(65_536) + '\nb', [[1, 'a'.repeat(65_536)], [2, 'b']]], // prettier-ignore
    ['longer than that are refused alone', 'a\n' + 'b'.repeat(65_537) + '\r\nc', [[1, 'a'], [2, TOO_LARGE], [3, 'c']]], // prettier-ignore
    ['may be none', '', []],
    ['are none in a byte order mark', '\ufeff', []],
  ]
  test.each(table)('%s', async (_, text, expected) => {
    expect(await read(text)).toEqual(expected)
  })
})

describe('splitBlocks', () => {
  test('drops what is beyond the limit of a line, so that 50 MB of it need no memory', async () => {
    const piece = Buffer.alloc(1024 * 1024, 'x')
    async function* chunks() {
      yield Buffer.from('{"a":1}\n"')
      for (let i = 0; i < 50; i++) yield piece
      yield Buffer.from('"\r')
      yield Buffer.from('\n{"b":2}')
    }
    const lines: Line[] = []
    let bytes = 0
    for await (const block of splitBlocks(chunks())) {
      if (block.kind !== 'block') continue
      bytes += block.buffer.length
      lines.push(...linesOf([block]))
    }
    expect(lines).toEqual([[1, '{"a":1}'], [2, TOO_LARGE], [3, '{"b":2}']]) // prettier-ignore
    expect(bytes).toBeLessThan(100_000)
  })

  test('gives each block memory of its own, to be transferred', async () => {
    const text = Buffer.from('some line\n'.repeat(1000))
    const { blocks } = await blocksOf([text], { blockBytes: 4096, lineBytes: 100 })
    expect(blocks.length).toBeGreaterThan(2)
    const all = linesOf(blocks)
    const moved = blocks.map((block) => {
      const { buffer, byteOffset, length } = block.buffer
      const there = structuredClone(buffer, { transfer: [buffer as ArrayBuffer] })
      return { ...block, buffer: Buffer.from(there, byteOffset, length) }
    })
    expect(linesOf(moved)).toEqual(all)
  })

  test('marks the first block after a byte order mark', async () => {
    const { blocks } = await blocksOf([Buffer.from(`\ufeff${'ab\n'.repeat(12)}`)], { blockBytes: 24, lineBytes: 4 })
    expect(blocks.map(({ marked }) => marked)).toEqual([true, false])
  })

  test('never takes the halves of one line end for two', async () => {
    for (let blockBytes = 56; blockBytes < 70; blockBytes++) {
      const { blocks } = await blocksOf([Buffer.from('abcdefgh\r\n'.repeat(40))], { blockBytes, lineBytes: 20 })
      expect(linesOf(blocks).map(([line]) => line)).toEqual(Array.from({ length: 40 }, (_, i) => i + 1))
    }
  })

  test('gives whole lines before a problem, and not the one that it cut', async () => {
    const broken = { kind: 'broken', file: 'a.gz', message: 'cut', advice: '' } as const
    const { blocks, problem } = await blocksOf([Buffer.from('a\nb\nc'), broken, Buffer.from('d\n')])
    expect(linesOf(blocks)).toEqual([[1, 'a'], [2, 'b']]) // prettier-ignore
    expect(problem).toEqual({ ...broken, line: 3 })
  })

  /** Texts of line ends, blanks and more, with lines about as long as allowed, in bytes that may be no UTF-8. */
  const piece = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom('\n', '\r', '\r\n', '\r\n', ' ', '\t') },
    { weight: 4, arbitrary: fc.stringMatching(/^[ -~]{0,12}$/) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        ' '.repeat(50),
        ' '.repeat(100),
        'é',
        '日',
        '😀',
        '\ufeff',
        'x'.repeat(30),
        'y'.repeat(75),
      ),
    },
  )
  const bytes = fc
    .tuple(fc.array(piece, { maxLength: 60 }), fc.array(fc.tuple(fc.nat(), fc.constantFrom(0xff, 0xc3, 0x80))))
    .map(([pieces, damage]) => {
      const buffer = Buffer.from(pieces.join(''))
      for (const [at, byte] of damage.slice(0, 2)) if (buffer.length > 0) buffer[at % buffer.length] = byte
      return buffer
    })
  const cuts = fc.array(fc.nat({ max: 400 }), { maxLength: 12 })
  const pieces = (buffer: Buffer, at: readonly number[]): Buffer[] => {
    const ends = [...at.filter((cut) => cut < buffer.length).sort((a, b) => a - b), buffer.length]
    return ends.map((end, i) => buffer.subarray(ends[i - 1] ?? 0, end))
  }
  const SMALL = { blockBytes: 64, lineBytes: 20 }

  test('does not depend on how the bytes arrive', async () => {
    await fc.assert(
      fc.asyncProperty(bytes, cuts, async (buffer, at) => {
        const whole = await blocksOf([buffer], SMALL)
        const cut = await blocksOf(pieces(buffer, at), SMALL)
        expect(cut).toEqual(whole)
      }),
      { numRuns: 500 },
    )
  })

  /** The plain way: all of it in memory. */
  const naive = (buffer: Buffer): Line[] =>
    (buffer.subarray(0, 3).equals(Buffer.from('\ufeff')) ? buffer.subarray(3) : buffer)
      .toString('latin1')
      .split(/\r\n|\r|\n/)
      .flatMap((latin1, i): Line[] => {
        const line = Buffer.from(latin1, 'latin1')
        if (line.length > SMALL.lineBytes) return [[i + 1, TOO_LARGE]]
        if (/^[ \t]*$/.test(latin1)) return []
        const text = line.toString()
        return [[i + 1, text.includes('\ufffd') ? ENCODING : text]]
      })

  test('loses no line and invents none, in blocks of any size', async () => {
    await fc.assert(
      fc.asyncProperty(bytes, fc.integer({ min: 56, max: 300 }), async (buffer, blockBytes) => {
        const { blocks } = await blocksOf([buffer], { ...SMALL, blockBytes })
        for (const block of blocks) expect(block.buffer.length).toBeLessThanOrEqual(blockBytes)
        expect(linesOf(blocks, SMALL.lineBytes)).toEqual(naive(buffer))
      }),
      { numRuns: 500 },
    )
  })
})
