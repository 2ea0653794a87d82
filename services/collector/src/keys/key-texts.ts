/** Keys as people hold them: `rbw_…` is a write key, `rbs_ID_…` a secret one. Scanners for secrets find them by their beginning. */
import { createHash, createHmac, hash, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto'

const WRITE = 'rbw_'
const SECRET = 'rbs_'
const WRITE_BYTES = 24
const ID_BYTES = 8

/** Hexadecimal: it stands in the middle of a secret key. */
export const createKeyId = (): string => randomBytes(ID_BYTES).toString('hex')
export const createWriteKey = (): string => `${WRITE}${randomBytes(WRITE_BYTES).toString('base64url')}`

export const hashOf = (key: string): string => hash('sha256', key, 'base64url')

export const isSecretKey = (text: string): boolean => text.startsWith(SECRET)

/** The id that a secret key says it has. */
export const idInSecret = (text: string): string | undefined => /^rbs_([a-z0-9]{1,40})_/.exec(text)?.[1]

/** The secret key of an id: it is kept nowhere, and whoever has the link key can make it (ADR 0027). */
export const createSecrets = (linkKey: Uint8Array): ((id: string) => string) => {
  const key = Buffer.from(hkdfSync('sha256', linkKey, '', 'ringback secret keys v1', 32))
  return (id) => `${SECRET}${id}_${createHmac('sha256', key).update(id).digest('base64url')}`
}

/** Takes as long whatever is given. */
export const isSame = (given: string, expected: string): boolean =>
  timingSafeEqual(createHash('sha256').update(given).digest(), createHash('sha256').update(expected).digest())
