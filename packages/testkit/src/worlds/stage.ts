/** What the scenes of one world share: its chance, its people and instants, and the records so far. */
import type { Catalogue } from '../reference/catalogue.ts'
import type { RawIdentifiers, RawRecord } from '../reference/plain-edge.ts'
import type { Moments } from './moments.ts'
import type { Person } from './people.ts'
import type { Random } from './random.ts'
import { MINUTE, toText } from '../reference/time.ts'

/** A session that happened, for those who come back to it. */
export interface Visit {
  readonly session: string
  readonly person: Person
  readonly task: string
  readonly times: readonly number[]
  /** What the resident may quote on the telephone: a journey code, a case number. */
  readonly quotes: readonly [string, string][]
}

/** A contact that happened, for those who repeat, redial or echo it. */
export interface Call {
  readonly person: Person
  readonly at: number
  readonly channel: string
  readonly identifiers: RawIdentifiers
  readonly topic: RawRecord
}

export interface Stage {
  readonly random: Random
  readonly catalogue: Catalogue
  readonly moments: Moments
  readonly people: readonly Person[]
  readonly visits: Visit[]
  readonly calls: Call[]
  readonly web: RawRecord[]
  readonly contacts: RawRecord[]
  readonly profiles: RawRecord[]
  /** A name that no other record has; names sort in no order that means anything. */
  readonly name: (prefix: string) => string
}

export const createNames = (random: Random): ((prefix: string) => string) => {
  const given = new Set<string>()
  return (prefix) => {
    // UTF-16 puts the emoji before the full-width letter, UTF-8 after it: ids are compared as JavaScript does.
    const name = `${random.pick(['', '', '', '\u{1F4DE}', 'ｚ', 'Z', ':', '|'])}${prefix}${random.between(0, 99)}`
    const unused = given.has(name) ? `${name}-${given.size}` : name
    given.add(unused)
    return unused
  }
}

/** The instant as one sender or another writes it: other offsets, digits beyond the millisecond. */
export const written = (instant: number, random: Random): string => {
  const utc = toText(instant)
  return random.pick([
    () => utc,
    () => utc,
    () => utc,
    () => utc.replace('Z', '999Z'),
    () => utc.replace('.000Z', 'Z'),
    () => toText(instant + 60 * MINUTE).replace('Z', '+01:00'),
    () => toText(instant - 210 * MINUTE).replace('Z', '4-03:30'),
  ])()
}
