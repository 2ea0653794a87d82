/** Who comes in: by a key that is shown, or by a signature made with one (CONTRACT section 5). */
import { randomBytes } from 'node:crypto'
import { MINUTE_MS } from '@ringback/contracts'
import { type Claims, RingbackError } from '@ringback/pipeline'
import { isSecretKey } from '../keys/key-texts.ts'
import type { Key, Keys } from '../keys/keys.ts'
import { parseSignature, type Signature, TOLERANCE_MS, verify } from '../keys/signature.ts'
import type { Call } from './call.ts'
import { type Refused, refused } from './problems.ts'

export interface Caller {
  readonly key: Key
  /** With what the request is signed; it holds only if the body is the one that was. */
  readonly signed?: { readonly signature: Signature; readonly secret: string }
}

export type Admission = { readonly kind: 'admitted'; readonly caller: Caller } | Refused

/** What opens a door: a secret key, or either kind. */
export type KeyNeed = 'secret' | 'any'

const withScheme = (problem: Refused): Refused => ({ ...problem, headers: { 'www-authenticate': 'Bearer' } })
const unauthorised = (detail: string): Refused => withScheme(refused('unauthorised', detail))

/** A key for pages opens it to the pages that it is for; one without pages to none. */
const checkOrigin = ({ origins }: Key, origin: string | undefined): Refused | undefined => {
  if (origin === undefined || origins.includes(origin)) return undefined
  return refused(
    'wrong_origin',
    origins.length === 0
      ? 'this key is not for pages: make one with `ringback keys create --kind write --origin URL`'
      : 'name the origin of the page, exactly, when the key is made: `ringback keys create --kind write --origin URL`',
  )
}

/** By a key that was shown, in whatever way the protocol of the door has. */
export const admitByKey = (keys: Keys, text: string, need: KeyNeed, origin: string | undefined): Admission => {
  const key = keys.find(text)
  if (!key) return unauthorised('the key is not known, or it is revoked')
  if (key.kind === 'secret') return { kind: 'admitted', caller: { key } }
  if (need === 'secret')
    return refused('wrong_key', 'a write key brings events alone: this door takes a secret key (rbs_…)')
  return checkOrigin(key, origin) ?? { kind: 'admitted', caller: { key } }
}

const bearer = (header: string | undefined): string | undefined => /^\s*bearer\s+(\S+)\s*$/i.exec(header ?? '')?.[1]

const admitBySignature = (keys: Keys, header: string, id: string | undefined): Admission => {
  const signature = parseSignature(header)
  if (!signature) return unauthorised('Ringback-Signature: expected t=UNIXSECONDS,v1=HEX')
  const known = keys.secret(id ?? '')
  if (!known) return unauthorised('Ringback-Key: expected the id of a secret key that is not revoked')
  return { kind: 'admitted', caller: { key: known.key, signed: { signature, secret: known.text } } }
}

/** `Authorization: Bearer KEY`, of a write key also `?key=`, or a signature. */
export const admit = (keys: Keys, call: Call, need: KeyNeed): Admission => {
  const signature = call.header('ringback-signature')
  if (signature !== undefined) return admitBySignature(keys, signature, call.header('ringback-key'))
  const shown = bearer(call.header('authorization'))
  if (shown !== undefined) return admitByKey(keys, shown, need, call.origin)
  const inUrl = call.query['key']
  if (inUrl === undefined) return unauthorised('show a key: `Authorization: Bearer KEY`')
  if (isSecretKey(inUrl))
    return unauthorised('a secret key does not belong in a URL, where others read it: revoke it, and show the next one')
  return admitByKey(keys, inUrl, need, call.origin)
}

/** Longer than one may be used: from as far behind its time to as far ahead. */
const REMEMBERED_MS = 2 * TOLERANCE_MS + MINUTE_MS

/** Whether a signed request is what was signed, now, for the first time. To be asked once, with the body as it came. */
export const checkSignature = async (
  { key, signed }: Caller,
  call: Call,
  claims: Claims,
): Promise<Refused | undefined> => {
  if (!signed) return undefined
  const verdict = verify(signed.signature, signed.secret, call.body(), call.received)
  if (verdict === 'wrong') return unauthorised('the signature is not one of this body by this key')
  if (verdict === 'stale')
    return unauthorised('the signature is from more than 5 minutes away: see that clocks are right')
  const own = randomBytes(12).toString('base64url')
  try {
    const first = await claims.claim(`signature:${key.id}:${signed.signature.hmac}`, own, REMEMBERED_MS)
    return first === own ? undefined : withScheme(refused('replayed'))
  } catch (error) {
    if (!(error instanceof RingbackError)) throw error
    return { ...refused('unavailable'), retryAfterSeconds: 5 }
  }
}
