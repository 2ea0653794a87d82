/** Names for what is no identifier and may not be stored as it is: an IP address, of which a session is made. */
import { createHmac } from 'node:crypto'
import { createRecentCache } from './recent-cache.ts'

const REMEMBERED = 40_000

/**
 * The same value has the same name, by the key, and none leads back. It is never a token of the value: who has a token of an identifier
 * finds nothing by it.
 */
export const createPseudonyms = (key: Uint8Array): ((value: string) => string) => {
  const remembered = createRecentCache<string, string>(REMEMBERED)
  return (value) => {
    const known = remembered.get(value)
    if (known !== undefined) return known
    const name = createHmac('sha256', key).update(`pseudonym|${value}`).digest('base64url').slice(0, 22)
    remembered.set(value, name)
    return name
  }
}
