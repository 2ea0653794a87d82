/** Names that are taken for a while, in two tables: what stands by name, and the names by when they end. */
import { hash } from 'node:crypto'
import type { Instant } from '@ringback/contracts'
import type { RootDatabase } from 'lmdb'

interface Standing {
  readonly value: string
  readonly until: Instant
}

export interface ClaimTables {
  /** The value that stands after this; within a transaction. */
  readonly claim: (name: string, value: string, until: Instant) => string
}

/** So many that have ended are let go of with each new claim: more than it adds. */
const SWEPT_AT_ONCE = 16

/** LMDB's keys are short; names need not be. */
const keyOf = (name: string): string => hash('sha256', name, 'base64url')

export const openClaimTables = (env: RootDatabase, clock: () => Instant): ClaimTables => {
  const standing = env.openDB<Standing, string>('claims', {})
  const ending = env.openDB<null, [until: Instant, key: string]>('claims-ending', {})

  const sweep = (now: Instant): void => {
    const due = [...ending.getKeys({ end: [now + 1, ''], limit: SWEPT_AT_ONCE })]
    for (const key of due) {
      const [until, name] = key
      // Who took the name after it had ended has it for longer.
      if (standing.get(name)?.until === until) standing.removeSync(name)
      ending.removeSync(key)
    }
  }

  return {
    claim: (name, value, until) => {
      const now = clock()
      const key = keyOf(name)
      const known = standing.get(key)
      if (known && known.until > now) return known.value
      standing.putSync(key, { value, until })
      ending.putSync([until, key], null)
      sweep(now)
      return value
    },
  }
}
