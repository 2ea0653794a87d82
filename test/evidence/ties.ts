/** What ties a journey to a contact, by all that was ever told: the chains that anybody could find who read everything. */
import type { Identifiers } from '@ringback/contracts'
import { givenIdentifiers, isEverybodys } from '@ringback/council'

/** The closest of what they have in common; through others' records too, such as a profile or another session. */
export type Tie = 'person' | 'household' | 'none'

export interface Ties {
  /** They were told together: of one session, contact or profile. */
  readonly join: (given: readonly string[]) => void
  /** An agent's session says nothing of whom it is about. */
  readonly joinRecord: (record: {
    readonly identifiers?: Identifiers
    readonly case?: string | readonly string[]
    readonly actor?: string
  }) => void
  readonly between: (given: readonly string[], others: readonly string[]) => Tie
}

const PERSON_LEVEL = /^(?:account|crm|email|mobile|code|case):/

interface Groups {
  readonly join: (names: readonly string[]) => void
  readonly meet: (names: readonly string[], others: readonly string[]) => boolean
}

/** Disjoint sets that grow together. */
const createGroups = (): Groups => {
  const parents = new Map<string, string>()
  const rootOf = (name: string): string => {
    let root = name
    for (let next = parents.get(root); next !== undefined; next = parents.get(root)) root = next
    for (let at = name; at !== root;) {
      const next = parents.get(at) ?? root
      parents.set(at, root)
      at = next
    }
    return root
  }
  return {
    join: ([first, ...rest]) => {
      if (first === undefined) return
      for (const name of rest) {
        const [root, other] = [rootOf(first), rootOf(name)]
        if (root !== other) parents.set(other, root)
      }
    },
    meet: (names, others) => {
      const roots = new Set(names.map(rootOf))
      return others.some((name) => roots.has(rootOf(name)))
    },
  }
}

const ofPerson = (given: readonly string[]): readonly string[] =>
  given.filter((identifier) => PERSON_LEVEL.test(identifier))
const own = (given: readonly string[]): readonly string[] => given.filter((identifier) => !isEverybodys(identifier))

export const createTies = (): Ties => {
  const people = createGroups()
  const households = createGroups()
  const join = (given: readonly string[]): void => {
    if (given.length < 2) return
    people.join(ofPerson(given))
    households.join(own(given))
  }
  return {
    join,
    joinRecord: ({ identifiers = {}, case: quoted, actor = 'public' }) => {
      if (actor !== 'public') return
      const more = quoted === undefined ? [] : [quoted].flat().map((value) => `case:${value}`)
      join([...givenIdentifiers(identifiers), ...more])
    },
    between: (given, others) => {
      if (people.meet(ofPerson(given), ofPerson(others))) return 'person'
      return households.meet(own(given), own(others)) ? 'household' : 'none'
    },
  }
}
