/** The key that identifiers are made into tokens with: from the environment, a file, or made on the first run. */
import { isUtf8 } from 'node:buffer'
import { randomBytes } from 'node:crypto'
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { RingbackError } from '@ringback/pipeline'

const KEY_BYTES = 32

export interface KeyPlaces {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly dataDir: string
  readonly configFile: string
  /** Embedded: may make a key of its own in the data folder. */
  readonly mayMake: boolean
}

/** A key is text, without the white space around it; bytes that are no text are the key as they are. */
const checked = (given: Buffer, place: string): Buffer => {
  const key = isUtf8(given) ? Buffer.from(given.toString().trim()) : given
  if (key.length > 0) return key
  throw new RingbackError('key', `${place}: expected a link key, and it is empty`)
}

const refuse = (file: string, wrong: string, cause: unknown): RingbackError =>
  new RingbackError('key', `${file}: the link key cannot be ${wrong}: ${(cause as Error).message}`, { cause })

const readKey = (file: string): Buffer => {
  let given: Buffer
  try {
    given = readFileSync(file)
  } catch (cause) {
    throw refuse(file, 'read', cause)
  }
  return checked(given, file)
}

const writeDurably = (file: string, text: string): void => {
  const descriptor = openSync(file, 'wx', 0o600)
  try {
    writeSync(descriptor, text)
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/** What a folder names is on disk only when the folder itself is. */
export const syncFolder = (folder: string): void => {
  const descriptor = openSync(folder, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/**
 * Appears whole or not at all, and once: who is killed meanwhile leaves no half a key behind, and of two who make it at
 * once both get the first one's.
 */
const makeKey = (file: string): Buffer => {
  const unfinished = `${file}.${randomBytes(6).toString('hex')}`
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    try {
      writeDurably(unfinished, `${randomBytes(KEY_BYTES).toString('base64url')}\n`)
      linkSync(unfinished, file)
      syncFolder(dirname(file))
    } finally {
      rmSync(unfinished, { force: true })
    }
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw refuse(file, 'made', cause)
  }
  return readKey(file)
}

/** RINGBACK_LINK_KEY, RINGBACK_LINK_KEY_FILE, `link.key` in the data folder, or beside the configuration. */
export const loadLinkKey = ({ env, dataDir, configFile, mayMake }: KeyPlaces): Buffer => {
  const given = env['RINGBACK_LINK_KEY']
  if (given !== undefined && given !== '') return checked(Buffer.from(given), 'RINGBACK_LINK_KEY')
  const file = env['RINGBACK_LINK_KEY_FILE']
  if (file !== undefined && file !== '') return readKey(file)
  const own = join(dataDir, 'link.key')
  const beside = join(dirname(configFile), 'link.key')
  for (const candidate of mayMake ? [own] : [own, beside]) if (existsSync(candidate)) return readKey(candidate)
  if (mayMake) return makeKey(own)
  throw new RingbackError(
    'key',
    `no link key: set RINGBACK_LINK_KEY or RINGBACK_LINK_KEY_FILE, or put it into ${beside}`,
  )
}

/** Whether a key file can be read by others than its owner. */
export const isKeyExposed = (file: string): boolean => existsSync(file) && (statSync(file).mode & 0o077) !== 0
