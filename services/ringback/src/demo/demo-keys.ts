/** The keys of the demo's own systems: made for one run, and gone with it. */
import { changeKeyFile, createKeyId, createSecrets, createWriteKey, hashOf, type KeyEntry } from '@ringback/collector'
import { formatInstant, type Instant } from '@ringback/contracts'

export interface DemoKeys {
  readonly write: string
  readonly secret: string
}

const NAME = 'demo'

/** Those of former runs are revoked. */
export const makeDemoKeys = (file: string, linkKey: Uint8Array, now: Instant): DemoKeys => {
  const write = createWriteKey()
  const id = createKeyId()
  const entries: readonly KeyEntry[] = [
    {
      id: createKeyId(),
      kind: 'write',
      name: NAME,
      created_at: formatInstant(now),
      revoked_at: null,
      origins: [],
      sha256: hashOf(write),
    },
    { id, kind: 'secret', name: NAME, created_at: formatInstant(now), revoked_at: null },
  ]
  changeKeyFile(file, now, (keys) => ({
    keys: [...keys.filter(({ name }) => name !== NAME), ...entries],
    result: undefined,
  }))
  return { write, secret: createSecrets(linkKey)(id) }
}
