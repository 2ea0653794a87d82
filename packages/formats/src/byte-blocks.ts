/** The bytes of a file that is no text of lines, in blocks as they come. */
import type { InputProblem } from './input-problem.ts'
import type { LineBlock } from './line-blocks.ts'

const MARK = Buffer.from([0xef, 0xbb, 0xbf])

/** Blocks may begin and end anywhere, so they have no line: their reader counts. A byte order mark is cut off. */
export async function* byteBlocks(
  chunks: AsyncIterable<Buffer | InputProblem>,
): AsyncGenerator<LineBlock | InputProblem> {
  let isFirst = true
  for await (const chunk of chunks) {
    if (!Buffer.isBuffer(chunk)) {
      yield chunk
      return
    }
    const marked = isFirst && chunk.subarray(0, MARK.length).equals(MARK)
    isFirst = false
    yield { kind: 'block', buffer: marked ? chunk.subarray(MARK.length) : chunk, firstLine: 0, marked }
  }
}
