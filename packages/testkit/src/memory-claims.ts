/** Claims in memory, which pass the same conformance suite as the real ones. */
import { type Claims, RingbackError } from '@ringback/pipeline'

export interface MemoryClaims extends Claims {
  /** From now on nobody knows what stands: every call rejects, retryable. */
  readonly setAway: (isAway: boolean) => void
}

export const createMemoryClaims = (now: () => number = () => 0): MemoryClaims => {
  const taken = new Map<string, { readonly value: string; readonly until: number }>()
  let isAway = false
  return {
    claim: async (name, value, forMs) => {
      if (isAway) throw new RingbackError('store', 'the claims are away', { retryable: true })
      const known = taken.get(name)
      if (known && known.until > now()) return known.value
      taken.set(name, { value, until: now() + forMs })
      return value
    },
    close: async () => {},
    setAway: (away) => {
      isAway = away
    },
  }
}
