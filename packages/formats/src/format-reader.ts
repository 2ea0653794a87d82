/** Reads a file of somebody else's format, in whichever of its shapes it comes. */
import { byteBlocks } from './byte-blocks.ts'
import { createCsvReader } from './csv-reader.ts'
import { columnKey } from './csv-header.ts'
import type { Convert, Format, FormatContext } from './format.ts'
import type { InputProblem } from './input-problem.ts'
import { createJsonReader, isJsonLines } from './json-reader.ts'
import { splitBlocks } from './line-blocks.ts'
import { forEachLine } from './lines.ts'
import { type Batch, readBatches, type Reader } from './reader.ts'
import { createRows } from './rows.ts'
import { UNIT_BYTES } from './unit.ts'
import { createXmlReader } from './xml-reader.ts'

/** Of UTF-8, or of one byte a character: what a file begins with is told alike. */
const HEAD_BYTES = 64 * 1024

const createFormatCsvReader = (format: Format, convert: Convert, file: string): Reader =>
  createCsvReader({
    csv: {},
    file,
    wanted: [],
    open: ({ names }) => {
      const keys = new Set(names.map(columnKey))
      const missing = format.columns?.find((group) => !group.some((name) => keys.has(columnKey(name))))
      if (missing !== undefined) {
        const wanted = missing.map((name) => JSON.stringify(name)).join(' or ')
        const message = `there is no column ${wanted}, which ${format.name} has`
        return { kind: 'header', file, message, advice: 'Check the file and the format; a header row is required' }
      }
      const columns = names.flatMap((name, i) => (name === '' || names.indexOf(name) < i ? [] : [{ name, i }]))
      return (cells, rows, line) => {
        const row: Record<string, string> = {}
        for (const { name, i } of columns) {
          const text = cells(i)
          // Whether the format reads this column cannot be known here.
          if (text === undefined) return rows.refuse(line, { reason: 'encoding', pointer: name })
          row[name] = text
        }
        for (const converted of convert(row)) rows.add(line, converted)
      }
    },
  })

const createFormatLineReader = (convert: Convert): Reader => {
  const rows = createRows()
  return {
    read: (block) => {
      forEachLine(
        block,
        (text, line) => {
          if (typeof text !== 'string') rows.refuse(line, text)
          else for (const converted of convert(text)) rows.add(line, converted)
        },
        UNIT_BYTES,
      )
      return rows.take()
    },
    end: () => rows.take(),
  }
}

type Chunks = AsyncIterable<Buffer | InputProblem>

interface Shape {
  readonly isOfLines: boolean
  readonly reader: Reader
}

/** Of a table that comes with a header or without one: whether its first line names the columns. */
const isHeaded = ({ columns = [] }: Format, head: string): boolean => {
  const names =
    /^.*/
      .exec(head.trimStart())?.[0]
      .replaceAll('"', '')
      .split(/[,;\t|]/) ?? []
  const keys = new Set(names.map(columnKey))
  return columns.every((group) => group.some((name) => keys.has(columnKey(name))))
}

/** What the file is, by its first text that is no blank. */
const shapeOf = (format: Format, convert: Convert, head: string, file: string): Shape | InputProblem => {
  const has = (kind: Format['units'][number]): boolean => format.units.includes(kind)
  const sign = head.trimStart().charAt(0)
  const isOfLines = false
  if (has('json') && (sign === '{' || sign === '['))
    return { isOfLines, reader: createJsonReader(format, convert, isJsonLines(head)) }
  if (format.xml !== undefined && sign === '<') return { isOfLines, reader: createXmlReader(format.xml, convert, file) }
  if (has('csv') && (!has('line') || isHeaded(format, head)))
    return { isOfLines: true, reader: createFormatCsvReader(format, convert, file) }
  if (has('line')) return { isOfLines: true, reader: createFormatLineReader(convert) }
  const shapes = [has('json') ? 'JSON ({ or [)' : [], format.xml === undefined ? [] : 'XML (<)'].flat().join(' or ')
  const message = `it does not begin as ${shapes}, which is what ${format.name} comes as`
  return { kind: 'header', file, line: 1, message, advice: 'Check the file and the format' }
}

async function* startingWith(
  first: Buffer,
  rest: AsyncIterator<Buffer | InputProblem>,
): AsyncGenerator<Buffer | InputProblem> {
  try {
    yield first
    for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value
  } finally {
    await rest.return?.()
  }
}

/**
 * The records of a file, batch by batch; a problem is the last thing that comes. `file` is how a problem names it. Memory is bounded by
 * a block and a unit, however the file is laid out.
 */
export async function* readFormat(
  chunks: Chunks,
  format: Format,
  context: FormatContext,
  file: string,
): AsyncGenerator<Batch | InputProblem> {
  const rest = chunks[Symbol.asyncIterator]()
  const first = await rest.next()
  if (first.done === true) return
  if (!Buffer.isBuffer(first.value)) return yield first.value
  const head = first.value.toString('utf8', 0, HEAD_BYTES).replace(/^\ufeff/, '')
  const all = startingWith(first.value, rest)
  const shape = shapeOf(format, format.open(context), head, file)
  if (!('reader' in shape)) {
    await all.return(undefined)
    await rest.return?.()
    return yield shape
  }
  const blocks = shape.isOfLines ? splitBlocks(all, { lineBytes: UNIT_BYTES }) : byteBlocks(all)
  yield* readBatches(blocks, shape.reader)
}
