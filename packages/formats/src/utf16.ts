/** UTF-16 with a byte order mark, as Excel's "Unicode text" and PowerShell write it, as UTF-8. */

export type Utf16 = 'little-endian' | 'big-endian'

export const findUtf16 = (head: Buffer): Utf16 | undefined => {
  if (head[0] === 0xff && head[1] === 0xfe) return 'little-endian'
  if (head[0] === 0xfe && head[1] === 0xff) return 'big-endian'
  return undefined
}

/** A byte that is never part of UTF-8: it makes the line it stands in an `encoding` bad row. */
const DAMAGED = Buffer.from([0xff])

/** Half a character is left damaged, and not replaced in silence. */
const encodeUtf8 = (text: string): Buffer => {
  if (text.isWellFormed()) return Buffer.from(text)
  const pieces = text.split(/\p{Surrogate}/u).map((piece) => Buffer.from(piece))
  return Buffer.concat(pieces.flatMap((piece, i) => (i > 0 ? [DAMAGED, piece] : [piece])))
}

/** Converts a file's bytes on the way; the byte order mark stays, as UTF-8's own. */
export const createUtf16Converter = (order: Utf16) => {
  let rest: Buffer = Buffer.alloc(0)
  return {
    convert(chunk: Buffer): Buffer {
      const bytes = Buffer.concat([rest, chunk])
      let end = bytes.length - (bytes.length % 2)
      // A character of two halves is not cut between them.
      const last = end === 0 ? 0 : order === 'big-endian' ? bytes.readUInt16BE(end - 2) : bytes.readUInt16LE(end - 2)
      if ((last & 0xfc00) === 0xd800) end -= 2
      rest = Buffer.from(bytes.subarray(end))
      const units = bytes.subarray(0, end)
      return encodeUtf8((order === 'big-endian' ? units.swap16() : units).toString('utf16le'))
    },
    /** What is left when the file ends within a character. */
    end: (): Buffer => (rest.length > 0 ? DAMAGED : rest),
  }
}
