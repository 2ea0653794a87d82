/** The keys that open the doors just now: those of the file, read again when it has changed. */
import { statSync } from 'node:fs'
import { type Instant, SECOND_MS } from '@ringback/contracts'
import { RingbackError } from '@ringback/pipeline'
import type { Logger } from '@ringback/runtime'
import { type KeyEntry, type KeyKind, readKeyFile } from './key-file.ts'
import { createSecrets, hashOf, idInSecret, isSame, isSecretKey } from './key-texts.ts'

export interface Key {
  readonly id: string
  readonly kind: KeyKind
  readonly name: string
  /** Of a write key: the pages that may use it. */
  readonly origins: readonly string[]
}

export interface Keys {
  /** Whose key this is, unless it is revoked. */
  readonly find: (text: string) => Key | undefined
  /** A secret key and its text, with which a request may be signed. */
  readonly secret: (id: string) => { readonly key: Key; readonly text: string } | undefined
  /** Whether some write key is for pages of this origin. */
  readonly allowsOrigin: (origin: string) => boolean
}

const toKey = (entry: KeyEntry): Key => ({
  id: entry.id,
  kind: entry.kind,
  name: entry.name,
  origins: entry.kind === 'write' ? entry.origins : [],
})

/** Of these entries, for good. */
export const createKeys = (entries: readonly KeyEntry[], linkKey: Uint8Array): Keys => {
  const secretOf = createSecrets(linkKey)
  const active = entries.filter(({ revoked_at }) => revoked_at === null)
  const byHash = new Map(active.flatMap((entry) => (entry.kind === 'write' ? [[entry.sha256, toKey(entry)]] : [])))
  const secrets = new Map(
    active
      .filter(({ kind }) => kind === 'secret')
      .map((entry) => [entry.id, { key: toKey(entry), text: secretOf(entry.id) }]),
  )
  const origins = new Set([...byHash.values()].flatMap((key) => key.origins))
  return {
    find: (text) => {
      // The hash tells nothing of the key that somebody looks for byte by byte.
      if (!isSecretKey(text)) return byHash.get(hashOf(text))
      const known = secrets.get(idInSecret(text) ?? '')
      return known && isSame(text, known.text) ? known.key : undefined
    },
    secret: (id) => secrets.get(id),
    allowsOrigin: (origin) => origins.has(origin),
  }
}

export interface WatchedKeys {
  readonly file: string
  readonly linkKey: Uint8Array
  readonly clock: () => Instant
  readonly logger: Logger
}

/** Two states of a file that nobody can take for one another. */
const stampOf = (file: string): string => {
  const found = statSync(file, { bigint: true, throwIfNoEntry: false })
  return found ? `${found.ino}/${found.mtimeNs}/${found.size}` : 'none'
}

/**
 * Throws where there is a file that cannot be used. Later a file that cannot be used is told of, and what was read last holds: an
 * accident with it must not shut the doors.
 */
export const watchKeys = ({ file, linkKey, clock, logger }: WatchedKeys): Keys => {
  let stamp = stampOf(file)
  let keys = createKeys(readKeyFile(file), linkKey)
  let lookedAt = clock()

  const current = (): Keys => {
    const now = clock()
    if (Math.abs(now - lookedAt) < SECOND_MS) return keys
    lookedAt = now
    try {
      const found = stampOf(file)
      if (found === stamp) return keys
      stamp = found
      keys = createKeys(readKeyFile(file), linkKey)
      logger.info({}, 'Read the keys again.')
    } catch (error) {
      if (!(error instanceof RingbackError)) throw error
      logger.error({ err: error }, 'The keys cannot be read; those read before hold.')
    }
    return keys
  }

  return {
    find: (text) => current().find(text),
    secret: (id) => current().secret(id),
    allowsOrigin: (origin) => current().allowsOrigin(origin),
  }
}
