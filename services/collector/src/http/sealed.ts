/**
 * Sealed copies (CONTRACT section 3): what a bad row held, for `redrive`, readable with the link key alone.
 * `v1.` and base64url of nonce (12 bytes), ciphertext and tag (16) of AES-256-GCM, bound to the bad row's id.
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { RECORD_KINDS } from '@ringback/contracts'
import { z } from 'zod'

const CIPHER = 'aes-256-gcm'
const NONCE_BYTES = 12
const TAG_BYTES = 16
const VERSION = 'v1.'
/** What is longer is not kept: a message holds a mebibyte. */
const MOST_BYTES = 256 * 1024

const sealedRecordSchema = z.object({
  kind: z.enum(RECORD_KINDS),
  source: z.string().optional(),
  /** By which it was read; else it is as in CONTRACT section 1. */
  format: z.string().optional(),
  /** Whether its user agent said so. */
  isBot: z.boolean().optional(),
  /** JSON, as it was sent. */
  text: z.string(),
})
export type SealedRecord = z.infer<typeof sealedRecordSchema>

export interface Seal {
  /** undefined: too long to be kept. */
  readonly seal: (record: SealedRecord, badRowId: string) => string | undefined
  /** undefined: made with another key, for another row, or damaged. */
  readonly unseal: (sealed: string, badRowId: string) => SealedRecord | undefined
}

export const createSeal = (linkKey: Uint8Array): Seal => {
  const key = Buffer.from(hkdfSync('sha256', linkKey, '', 'ringback sealed copies v1', 32))

  const open = (sealed: string, badRowId: string): Buffer => {
    const bytes = Buffer.from(sealed.slice(VERSION.length), 'base64url')
    const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
    decipher.setAAD(Buffer.from(badRowId)).setAuthTag(bytes.subarray(-TAG_BYTES))
    return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()])
  }

  return {
    seal: (record, badRowId) => {
      if (Buffer.byteLength(record.text) > MOST_BYTES) return undefined
      const nonce = randomBytes(NONCE_BYTES)
      const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES }).setAAD(Buffer.from(badRowId))
      const text = Buffer.from(JSON.stringify(record))
      const bytes = Buffer.concat([nonce, cipher.update(text), cipher.final(), cipher.getAuthTag()])
      return `${VERSION}${bytes.toString('base64url')}`
    },
    unseal: (sealed, badRowId) => {
      if (!sealed.startsWith(VERSION)) return undefined
      try {
        return sealedRecordSchema.parse(JSON.parse(open(sealed, badRowId).toString()))
      } catch {
        return undefined
      }
    },
  }
}
