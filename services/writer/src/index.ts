export { encodeConclusions } from './encode.ts'
export type { EncodedRows, VersionedConclusion } from './encode.ts'
export { createWriter } from './writer.ts'
export type { Writer, WriterOptions } from './writer.ts'
