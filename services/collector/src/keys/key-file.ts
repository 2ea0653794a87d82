/**
 * `keys.json`: who may come through the doors. What it holds lets nobody in: of a write key its SHA-256, of a secret key its id alone,
 * from which it is derived with the link key (ADR 0027). It is replaced as a whole, by one at a time.
 */
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { ID_LENGTH, SECOND_MS } from '@ringback/contracts'
import { RingbackError } from '@ringback/pipeline'
import { syncFolder } from '@ringback/runtime'
import { z } from 'zod'

export const KEY_KINDS = ['write', 'secret'] as const
export type KeyKind = (typeof KEY_KINDS)[number]

const common = {
  id: z.string().regex(/^[a-z0-9]{1,40}$/),
  name: z.string().min(1).max(ID_LENGTH),
  created_at: z.string(),
  revoked_at: z.string().nullable(),
}
const entrySchema = z.discriminatedUnion('kind', [
  z.strictObject({
    ...common,
    kind: z.literal('write'),
    /** Of the pages that may use it; without any it is for servers alone. */
    origins: z.array(z.string()),
    /** base64url */
    sha256: z.string(),
  }),
  z.strictObject({ ...common, kind: z.literal('secret') }),
])
export type KeyEntry = z.infer<typeof entrySchema>

const fileSchema = z.strictObject({ version: z.literal(1), keys: z.array(entrySchema) })

/** undefined where there is none yet. */
const readIfThere = (file: string): string | undefined => {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new RingbackError('configuration', `${file}: the keys cannot be read: ${(cause as Error).message}`, { cause })
  }
}

/** All keys, the revoked ones too; none where there is no file yet. Throws a configuration error where it cannot be used. */
export const readKeyFile = (file: string): readonly KeyEntry[] => {
  const text = readIfThere(file)
  if (text === undefined) return []
  try {
    return fileSchema.parse(JSON.parse(text)).keys
  } catch (cause) {
    throw new RingbackError('configuration', `${file}: this is no file of keys: \`ringback keys\` writes it`, { cause })
  }
}

/** Who died over it is not waited for any longer. */
const ABANDONED_AFTER_MS = 10 * SECOND_MS

/** The one name under which the next file is written: who can make it is the only one who writes. */
const openNext = (next: string, now: number): number => {
  try {
    return openSync(next, 'wx', 0o600)
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    if (code === 'EEXIST') {
      if (now - statSync(next).mtimeMs > ABANDONED_AFTER_MS) {
        rmSync(next, { force: true })
        return openNext(next, now)
      }
      throw new RingbackError('store', `${next}: somebody else changes the keys: try again`, { cause, retryable: true })
    }
    throw new RingbackError('store', `${next}: cannot be written: ${message}`, { cause })
  }
}

/** `now`: the wall clock, which files are stamped with. Throws, retryable, where another one is at it. */
export const changeKeyFile = <T>(
  file: string,
  now: number,
  change: (keys: readonly KeyEntry[]) => { readonly keys: readonly KeyEntry[]; readonly result: T },
): T => {
  const next = `${file}.next`
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  const descriptor = openNext(next, now)
  let isOpen = true
  try {
    const { keys, result } = change(readKeyFile(file))
    writeSync(descriptor, `${JSON.stringify({ version: 1, keys }, null, 2)}\n`)
    fsyncSync(descriptor)
    closeSync(descriptor)
    isOpen = false
    renameSync(next, file)
    syncFolder(dirname(file))
    return result
  } catch (error) {
    if (isOpen) closeSync(descriptor)
    rmSync(next, { force: true })
    throw error
  }
}
