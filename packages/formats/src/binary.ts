/** Tells files that are no text by their first bytes. */

interface Finding {
  readonly message: string
  readonly advice: string
}

const SAVE_AS_CSV = 'Open it there and save it as CSV (UTF-8)'
const UNPACK = 'Unpack it first; only gzip is unpacked on the way'
const EXPORT_TEXT = 'Export it as CSV or as NDJSON'

/** First bytes, as Latin-1 text, of what people send by mistake. `BZh` and `ORC` could begin a text, so a NUL is wanted as well. */
const MAGIC: readonly (readonly [prefix: string, Finding])[] = [
  ['\xd0\xcf\x11\xe0', { message: 'it looks like an Excel workbook (.xls)', advice: SAVE_AS_CSV }],
  ['%PDF-', { message: 'it looks like a PDF', advice: EXPORT_TEXT }],
  ['PAR1', { message: 'it looks like a Parquet file', advice: EXPORT_TEXT }],
  ['ARROW1', { message: 'it looks like an Arrow file', advice: EXPORT_TEXT }],
  ['Obj\x01', { message: 'it looks like an Avro file', advice: EXPORT_TEXT }],
  ['SQLite format 3', { message: 'it looks like an SQLite database', advice: EXPORT_TEXT }],
  ['\x28\xb5\x2f\xfd', { message: 'it looks like a zstd archive', advice: UNPACK }],
  ['\xfd7zXZ', { message: 'it looks like an xz archive', advice: UNPACK }],
  ['7z\xbc\xaf', { message: 'it looks like a 7-Zip archive', advice: UNPACK }],
  ['\x89PNG', { message: 'it looks like a picture', advice: EXPORT_TEXT }],
  ['\xff\xd8\xff', { message: 'it looks like a picture', advice: EXPORT_TEXT }],
]

/** More control characters than one byte in this many, and it is no text, of whatever encoding. */
const BYTES_A_CONTROL = 20
const TAB = 0x09
const CR = 0x0d
const SPACE = 0x20

const countControls = (head: Buffer): number => {
  let count = 0
  for (const byte of head) if (byte < SPACE && (byte < TAB || byte > CR)) count++
  return count
}

const ZIP = 'PK\x03\x04'

/** Says what the file seems to be when its first bytes are no text, else undefined. */
export const findBinary = (head: Buffer): Finding | undefined => {
  const start = head.toString('latin1', 0, 16)
  if (start.startsWith(ZIP)) {
    const isWorkbook = head.includes('[Content_Types].xml') || head.includes('xl/')
    return isWorkbook
      ? { message: 'it looks like an Excel workbook (.xlsx)', advice: SAVE_AS_CSV }
      : { message: 'it looks like a zip archive', advice: UNPACK }
  }
  const known = MAGIC.find(([prefix]) => start.startsWith(prefix))
  if (known) return known[1]
  if (!head.includes(0))
    return countControls(head) * BYTES_A_CONTROL > head.length
      ? { message: 'it is full of control characters, so it is no text', advice: EXPORT_TEXT }
      : undefined
  if (start.startsWith('BZh')) return { message: 'it looks like a bzip2 archive', advice: UNPACK }
  return {
    message: 'it holds NUL bytes, so it is no text that can be read',
    advice: 'Save it as UTF-8 text; UTF-16 is read when it begins with a byte order mark',
  }
}
