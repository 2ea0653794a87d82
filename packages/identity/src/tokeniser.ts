/** Identifiers become tokens, once, at the edge: SEMANTICS section 2. Raw values go no further. */
import { createHash, createHmac } from 'node:crypto'
import type { IdentifierField, Identifiers, Token } from '@ringback/contracts'
import { createRecentCache } from './recent-cache.ts'
import { type NoTokenReason, type Normalised, normaliseIdentifier } from './normalise.ts'

/** How many values of each field are remembered; the same few come again and again within a session. */
const REMEMBERED = 40_000

export type Linking = 'none' | 'consent' | 'transaction' | 'quoted'

export interface Tokeniser {
  /**
   * The tokens of a record's identifiers, sorted, each once. `onDropped` hears of each value that yields none.
   * Throws nothing: a value that cannot be normalised costs the record only that token.
   */
  readonly tokensOf: (identifiers: Identifiers | undefined, onDropped?: (reason: NoTokenReason) => void) => Token[]
  /** What a web event may keep: all of it, `code` and `case`, or `code` alone, by its `linking`. */
  readonly linked: (identifiers: Identifiers | undefined, linking: Linking) => Identifiers | undefined
  /** Tells two keys apart without telling either. */
  readonly keyId: string
}

export interface TokeniserOptions {
  readonly key: Uint8Array
  /** Default country of phone numbers, `GB`. */
  readonly region: string
  /** Numbers, or `type:value`: what stands for nobody in particular. */
  readonly stopList: readonly string[]
}

const FIELDS: readonly IdentifierField[] = ['account', 'crm', 'email', 'phone', 'uprn', 'device', 'code', 'case']

const stopKey = (entry: string, region: string): string | undefined => {
  const colon = entry.indexOf(':')
  const prefix = entry.slice(0, Math.max(colon, 0)).trim().toLowerCase()
  const field = prefix === 'mobile' || prefix === 'landline' ? 'phone' : FIELDS.find((name) => name === prefix)
  const normalised = normaliseIdentifier(field ?? 'phone', field ? entry.slice(colon + 1) : entry, region)
  return normalised.kind === 'pass' ? `${normalised.type}|${normalised.value}` : undefined
}

/** `token = type + ":" + first 22 characters of base64url(HMAC-SHA-256(key, type + "|" + normalised value))` */
export const createTokeniser = ({ key, region, stopList }: TokeniserOptions): Tokeniser => {
  const stopped = new Set(stopList.map((entry) => stopKey(entry, region)))
  const remembered = new Map(
    FIELDS.map((field) => [
      field,
      createRecentCache<string, Token | Extract<Normalised, { kind: 'drop' }>>(REMEMBERED),
    ]),
  )

  const tokenise = (field: IdentifierField, value: string) => {
    const normalised = normaliseIdentifier(field, value, region)
    if (normalised.kind === 'drop') return normalised
    const named = `${normalised.type}|${normalised.value}`
    if (stopped.has(named)) return { kind: 'drop', reason: 'stop_list' } as const
    return `${normalised.type}:${createHmac('sha256', key).update(named).digest('base64url').slice(0, 22)}`
  }

  const lookUp = (field: IdentifierField, value: string) => {
    const known = remembered.get(field)
    let found = known?.get(value)
    if (found === undefined) {
      found = tokenise(field, value)
      known?.set(value, found)
    }
    return found
  }

  return {
    tokensOf: (identifiers, onDropped) => {
      if (!identifiers) return []
      const tokens: Token[] = []
      for (const field of FIELDS) {
        const values = identifiers[field]
        if (values === undefined) continue
        for (const value of typeof values === 'string' ? [values] : values) {
          const token = lookUp(field, value)
          if (typeof token !== 'string') onDropped?.(token.reason)
          else if (!tokens.includes(token)) tokens.push(token)
        }
      }
      return tokens.sort()
    },
    linked: (identifiers, linking) => {
      if (!identifiers || linking === 'consent' || linking === 'transaction') return identifiers
      const kept: Identifiers = {}
      if (identifiers.code !== undefined) kept.code = identifiers.code
      if (linking === 'quoted' && identifiers.case !== undefined) kept.case = identifiers.case
      return kept
    },
    keyId: createHash('sha256').update('ringback key|').update(key).digest('base64url').slice(0, 16),
  }
}
