/** The keys of the demo's own systems: made for one run, and gone with it. */
import { changeKeyFile, makeKey } from '@ringback/collector'
import type { Instant } from '@ringback/contracts'

export interface DemoKeys {
  readonly write: string
  readonly secret: string
}

const NAME = 'demo'

/** Those of former runs open nothing any more. */
export const makeDemoKeys = (file: string, linkKey: Uint8Array, now: Instant): DemoKeys => {
  const make = (kind: 'write' | 'secret') => makeKey({ kind, name: NAME, origins: [] }, () => linkKey, now)
  const [write, secret] = [make('write'), make('secret')]
  changeKeyFile(file, now, (keys) => ({
    keys: [...keys.filter(({ name }) => name !== NAME), write.entry, secret.entry],
    result: undefined,
  }))
  return { write: write.key, secret: secret.key }
}
