/** A new key, for whoever gives them out. */
import { formatInstant, type Instant } from '@ringback/contracts'
import type { KeyEntry, KeyKind } from './key-file.ts'
import { createKeyId, createSecrets, createWriteKey, hashOf } from './key-texts.ts'

export interface KeyWish {
  readonly kind: KeyKind
  readonly name: string
  /** Of a write key: the pages that may use it. */
  readonly origins: readonly string[]
}

/** The entry for the file, and the key itself, which nobody is shown again. Only a secret key asks for the link key. */
export const makeKey = (
  { kind, name, origins }: KeyWish,
  linkKey: () => Uint8Array,
  now: Instant,
): { readonly entry: KeyEntry; readonly key: string } => {
  const common = { id: createKeyId(), name, created_at: formatInstant(now), revoked_at: null }
  if (kind === 'secret') return { entry: { ...common, kind }, key: createSecrets(linkKey())(common.id) }
  const key = createWriteKey()
  return { entry: { ...common, kind, origins: [...origins], sha256: hashOf(key) }, key }
}
