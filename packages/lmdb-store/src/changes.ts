/** What a transaction changes, as it is handed to the thread that writes it: values as bytes, since those move for nothing. */
import type { Key } from 'lmdb'

/** The databases of a store. What large values hold is compressed, by whoever writes. */
export const DATABASES = {
  groups: {},
  nodes: { compression: true },
  outbox: {},
  profiles: {},
  meta: {},
  days: {},
} as const
export type DatabaseName = keyof typeof DATABASES

/** The size that stands for: remove it. */
const REMOVED = 0xffffffff

/** Entries of one database that are put or removed, in their order. */
export interface Changes {
  readonly database: DatabaseName
  readonly keys: readonly Key[]
  /** Of each value, in bytes. */
  readonly sizes: Uint32Array<ArrayBuffer>
  /** One value after another. */
  readonly bytes: Uint8Array<ArrayBuffer>
  /** All keys lie behind what the database holds, ascending. */
  readonly append: boolean
}

/** `undefined` removes. */
export type Change = readonly [key: Key, value: Uint8Array | undefined]

export const toChanges = (database: DatabaseName, entries: readonly Change[], append = false): Changes => {
  const sizes = new Uint32Array(entries.length)
  let length = 0
  for (const [i, [, value]] of entries.entries()) {
    sizes[i] = value ? value.length : REMOVED
    length += value?.length ?? 0
  }
  const bytes = new Uint8Array(length)
  let offset = 0
  for (const [, value] of entries) {
    if (!value) continue
    bytes.set(value, offset)
    offset += value.length
  }
  return { database, keys: entries.map(([key]) => key), sizes, bytes, append }
}

export const removals = (database: DatabaseName, keys: readonly Key[]): Changes =>
  toChanges(
    database,
    keys.map((key) => [key, undefined]),
  )

export function* changesIn({ keys, sizes, bytes }: Changes): Generator<Change> {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  let offset = 0
  for (const [i, key] of keys.entries()) {
    const size = sizes[i] as number
    if (size === REMOVED) yield [key, undefined]
    else {
      yield [key, all.subarray(offset, offset + size)]
      offset += size
    }
  }
}
