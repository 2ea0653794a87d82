/** Opens what is to be imported: a file of any size or standard input, gzip unpacked on the way. */
import { open, stat, type FileHandle } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { findBinary } from './binary.ts'
import { gunzipped, isGzip } from './gunzip.ts'
import type { InputProblem } from './input-problem.ts'
import { createUtf16Converter, findUtf16 } from './utf16.ts'

const READ_BYTES = 256 * 1024
/** Enough to tell what a file is. */
const HEAD_BYTES = 64 * 1024

export interface Input {
  /** As it was named. */
  readonly file: string
  /** On the disk, so compressed where it is compressed; undefined where that cannot be known (a pipe). */
  readonly bytes: number | undefined
  /** How much of `bytes` has been read so far. */
  bytesRead(): number
  /**
   * The text's bytes, to be read once; a `broken` problem comes last, after all that could be read. Leaving the
   * loop early closes the file.
   */
  readonly chunks: AsyncIterable<Buffer | InputProblem>
  /** Needed only where `chunks` is never read. */
  close(): Promise<void>
}

export type InputResult =
  { readonly kind: 'pass'; readonly input: Input } | { readonly kind: 'bad'; readonly problem: InputProblem }

interface Source {
  readonly stream: Readable
  readonly bytes: number | undefined
  /** Of a file; standard input has none. */
  readonly handle: FileHandle | undefined
}

const errorCode = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unknown'

/** Whether what is read of it is gone: standard input, a named pipe, `<(…)` of a shell. */
export const isReadOnce = async (file: string): Promise<boolean> => {
  if (file === '-') return true
  try {
    const facts = await stat(file)
    return !facts.isFile() && !facts.isDirectory()
  } catch {
    return false
  }
}

const openSource = async (file: string, stdin: Readable): Promise<Source | InputProblem> => {
  if (file === '-') return { stream: stdin, bytes: undefined, handle: undefined }
  try {
    const facts = await stat(file)
    if (facts.isDirectory())
      return { kind: 'directory', file, message: 'it is a folder', advice: 'Name the files in it: FOLDER/*' }
    const handle = await open(file)
    const stream = handle.createReadStream({ highWaterMark: READ_BYTES, autoClose: false })
    return { stream, bytes: facts.isFile() ? facts.size : undefined, handle }
  } catch (error) {
    const code = errorCode(error)
    if (code === 'ENOENT' || code === 'ENOTDIR')
      return {
        kind: 'missing',
        file,
        message: 'there is no such file',
        advice: 'Check its name and the current folder',
      }
    const advice = code === 'EACCES' || code === 'EPERM' ? 'Ask for the right to read it' : 'Check the disk it is on'
    return { kind: 'unreadable', file, message: `it cannot be read (${code})`, advice }
  }
}

const brokenProblem = (file: string, error: unknown): InputProblem => {
  const code = errorCode(error)
  const [message, advice] = code.startsWith('Z_')
    ? ['the gzip archive is cut or damaged', 'Fetch it again']
    : ['reading it failed part-way', 'Check the disk it is on']
  return {
    kind: 'broken',
    file,
    message: `${message} (${code})`,
    advice: `${advice} and import it once more: what was read before counts only once`,
  }
}

/** The first chunk is made long enough to look at; the rest follows as it comes. */
async function* withHead(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let head: Buffer[] = []
  let size = 0
  let failure: { readonly error: unknown } | undefined
  try {
    for await (const chunk of chunks) {
      if (size >= HEAD_BYTES) {
        yield chunk
        continue
      }
      head.push(chunk)
      size += chunk.length
      if (size < HEAD_BYTES) continue
      yield Buffer.concat(head)
      head = []
    }
  } catch (error) {
    failure = { error }
  }
  // What came before a failure is text all the same.
  if (head.length > 0) yield Buffer.concat(head)
  if (failure !== undefined) throw failure.error
}

/** `first` again, then all that follows it. */
async function* startingWith<T>(first: T, rest: AsyncGenerator<T>): AsyncGenerator<T> {
  try {
    yield first
    yield* rest
  } finally {
    await rest.return(undefined)
  }
}

async function* counted(stream: Readable, onRead: (bytes: number) => void): AsyncGenerator<Buffer> {
  for await (const chunk of stream) {
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk))
    onRead(bytes.length)
    if (bytes.length > 0) yield bytes
  }
}

/** Unpacks where the bytes say gzip, whatever the name says: browsers unpack downloads and keep the `.gz`. */
async function* unpacked(packed: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  const first = await packed.next()
  if (first.done === true) return
  const all = startingWith(first.value, packed)
  yield* isGzip(first.value) ? withHead(gunzipped(all)) : all
}

/** The text as UTF-8 (or as whatever one-byte encoding it is in); a failure becomes the last chunk. */
async function* text(file: string, head: Buffer, chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer | InputProblem> {
  const order = findUtf16(head)
  try {
    if (order === undefined) return yield* chunks
    const converter = createUtf16Converter(order)
    for await (const chunk of chunks) yield converter.convert(chunk)
    yield converter.end()
  } catch (error) {
    yield brokenProblem(file, error)
  }
}

/** The same bytes, or as UTF-8 where a mark says that they are UTF-16: the mark alone makes no text of them. */
const toText = (head: Buffer): Buffer => {
  const order = findUtf16(head)
  return order === undefined ? head : createUtf16Converter(order).convert(head)
}

/** Opens a path, or `stdin` for `-`, and looks at its first bytes. Never throws for what a file may be. */
export const openInput = async (file: string, stdin: Readable): Promise<InputResult> => {
  const source = await openSource(file, stdin)
  if ('kind' in source) return { kind: 'bad', problem: source }
  const close = async (): Promise<void> => {
    source.stream.destroy()
    await source.handle?.close()
  }
  let read = 0
  const bytes = unpacked(withHead(counted(source.stream, (count) => (read += count))))
  const refuse = async (problem: InputProblem): Promise<InputResult> => {
    await bytes.return(undefined)
    await close()
    return { kind: 'bad', problem }
  }
  try {
    const first = await bytes.next()
    const head = first.done === true ? Buffer.alloc(0) : first.value
    const binary = findBinary(toText(head.subarray(0, HEAD_BYTES)))
    if (binary !== undefined) return await refuse({ kind: 'binary', file, ...binary })
    const chunks = async function* (): AsyncGenerator<Buffer | InputProblem> {
      try {
        yield* text(file, head, startingWith(head, bytes))
      } finally {
        await close()
      }
    }
    return { kind: 'pass', input: { file, bytes: source.bytes, bytesRead: () => read, chunks: chunks(), close } }
  } catch (error) {
    return refuse(brokenProblem(file, error))
  }
}
