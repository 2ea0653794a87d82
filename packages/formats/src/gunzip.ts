/** gzip, so that nothing that was unpacked before a cut or a damage is lost. */
import { finished } from 'node:stream'
import { createGunzip } from 'node:zlib'

/** Small, since what one piece unpacks to (at most 1,000 times its size) is held in memory. */
const PIECE_BYTES = 16 * 1024

export const isGzip = (head: Buffer): boolean => head[0] === 0x1f && head[1] === 0x8b

/**
 * Unpacks. Where the archive is cut or damaged it throws zlib's error, after all that could be unpacked: a plain
 * pipe would drop what it has buffered.
 */
export async function* gunzipped(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const gunzip = createGunzip({ chunkSize: 4 * PIECE_BYTES })
  let unpacked: Buffer[] = []
  let fail: (error: Error) => void = () => {}
  gunzip.on('data', (chunk: Buffer) => unpacked.push(chunk))
  // A write that fails does not call back.
  gunzip.on('error', (error) => fail(error))
  const step = (act: (done: (error?: Error | null) => void) => void): Promise<Error | undefined> =>
    new Promise((resolve) => {
      fail = resolve
      act((error) => resolve(error ?? undefined))
    })
  const take = (): readonly Buffer[] => {
    const taken = unpacked
    unpacked = []
    return taken
  }
  try {
    for await (const chunk of chunks)
      for (let at = 0; at < chunk.length; at += PIECE_BYTES) {
        const failure = await step((done) => gunzip.write(chunk.subarray(at, at + PIECE_BYTES), done))
        yield* take()
        if (failure !== undefined) throw failure
      }
    const failure = await step((done) => {
      finished(gunzip, done)
      gunzip.end()
    })
    yield* take()
    if (failure !== undefined) throw failure
  } finally {
    gunzip.destroy()
  }
}
