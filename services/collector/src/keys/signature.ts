/**
 * Signed requests: `Ringback-Signature: t=UNIXSECONDS,v1=HEX`, HMAC-SHA-256 by a secret key of t, a dot, and the body as it is sent.
 * The key itself does not travel.
 */
import { createHmac } from 'node:crypto'
import { type Instant, MINUTE_MS, SECOND_MS } from '@ringback/contracts'
import { isSame } from './key-texts.ts'

/** Clocks differ, and requests wait. */
export const TOLERANCE_MS = 5 * MINUTE_MS

export interface Signature {
  readonly at: string
  readonly hmac: string
}

export const parseSignature = (header: string): Signature | undefined => {
  const [, at, hmac] = /^\s*t=(\d{1,12})\s*,\s*v1=([0-9a-fA-F]{64})\s*$/.exec(header) ?? []
  return at === undefined || hmac === undefined ? undefined : { at, hmac: hmac.toLowerCase() }
}

export const sign = (secret: string, at: string, body: Uint8Array): string =>
  createHmac('sha256', secret).update(`${at}.`).update(body).digest('hex')

export type Verdict = 'good' | 'wrong' | 'stale'

export const verify = ({ at, hmac }: Signature, secret: string, body: Uint8Array, now: Instant): Verdict => {
  if (!isSame(hmac, sign(secret, at, body))) return 'wrong'
  return Math.abs(now - Number(at) * SECOND_MS) <= TOLERANCE_MS ? 'good' : 'stale'
}
