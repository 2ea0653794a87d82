/** The key that identifiers are made into tokens with: from the environment, a file, or made on the first run. */
import { randomBytes } from 'node:crypto'
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, statSync, writeSync } from 'node:fs'
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

const checked = (text: string, place: string): Buffer => {
  const key = Buffer.from(text.trim())
  if (key.length > 0) return key
  throw new RingbackError('key', `${place}: expected a link key, and it is empty`)
}

const readKey = (file: string): Buffer => {
  try {
    return checked(readFileSync(file, 'utf8'), file)
  } catch (cause) {
    if (cause instanceof RingbackError) throw cause
    throw new RingbackError('key', `${file}: the link key cannot be read: ${(cause as Error).message}`, { cause })
  }
}

/** Appears whole or not at all: who is killed meanwhile leaves no half a key behind. */
const makeKey = (file: string): Buffer => {
  mkdirSync(dirname(file), { recursive: true })
  const text = randomBytes(KEY_BYTES).toString('base64url')
  const unfinished = `${file}.${process.pid}`
  const descriptor = openSync(unfinished, 'w', 0o600)
  writeSync(descriptor, `${text}\n`)
  fsyncSync(descriptor)
  closeSync(descriptor)
  renameSync(unfinished, file)
  return Buffer.from(text)
}

/** RINGBACK_LINK_KEY, RINGBACK_LINK_KEY_FILE, `link.key` in the data folder, or beside the configuration. */
export const loadLinkKey = ({ env, dataDir, configFile, mayMake }: KeyPlaces): Buffer => {
  const given = env['RINGBACK_LINK_KEY']
  if (given !== undefined && given !== '') return checked(given, 'RINGBACK_LINK_KEY')
  const file = env['RINGBACK_LINK_KEY_FILE']
  if (file !== undefined && file !== '') return readKey(file)
  const own = join(dataDir, 'link.key')
  const beside = join(dirname(configFile), 'link.key')
  for (const candidate of mayMake ? [own] : [own, beside]) if (existsSync(candidate)) return readKey(candidate)
  if (mayMake) return makeKey(own)
  throw new RingbackError('key', `no link key: set RINGBACK_LINK_KEY or RINGBACK_LINK_KEY_FILE, or put it into ${beside}`)
}

/** Whether a key file can be read by others than its owner. */
export const isKeyExposed = (file: string): boolean => existsSync(file) && (statSync(file).mode & 0o077) !== 0
