/** Who lives in a world, and how they and their identifiers show in records. */
import type { RawIdentifiers } from '../reference/plain-edge.ts'
import type { Random } from './random.ts'

export interface Person {
  readonly account: string
  readonly crm: string
  readonly emails: readonly string[]
  readonly mobiles: readonly string[]
  /** Of the whole household. */
  readonly landline: string
  readonly uprn: string
  readonly device: string
}

const MOST_OF_A_HOUSEHOLD = 3

export const randomPeople = (random: Random): Person[] =>
  Array.from({ length: random.pick([1, 1, 2, 2, 3, 4]) }, (_, n) => {
    const household = random.chance(0.7) ? 0 : n % MOST_OF_A_HOUSEHOLD
    return {
      account: `acc${n}`,
      crm: `CRM-${n}`,
      emails: [`p${n}@b.uk`, `p${n}.work@b.uk`],
      mobiles: [`07700 90010${n}`, `07700 90020${n}`],
      landline: `01632 96010${household}`,
      uprn: `10000${household}`,
      device: `dev-${household}`,
    }
  })

/** One value as somebody might write it. */
const respell: Readonly<Record<string, (value: string, random: Random) => string>> = {
  phone: (value, random) =>
    random.pick([value, value.replaceAll(' ', ''), value.replace(/^0/, '+44 '), value.replace(/^0/, '0044')]),
  email: (value, random) => random.pick([value, value.toUpperCase(), ` ${value} `]),
  account: (value, random) => random.pick([value, ` ${value}`]),
  crm: (value, random) => random.pick([value, `${value} `]),
  uprn: (value, random) => random.pick([value, `000${value}`, ` ${value}`]),
  code: (value, random) =>
    random.pick([value, value.toLowerCase(), value.replaceAll('0', 'o'), value.replace('-', ' ')]),
  case: (value, random) => random.pick([value, value.toLowerCase(), value.replace(' ', '')]),
}

const NOBODY: readonly [string, string][] = [
  ['phone', 'withheld'],
  ['phone', '+44 1632 960000'],
  ['crm', 'anon'],
  ['crm', 'ANON'],
  ['email', 'NOBODY@b.uk'],
  ['email', 'no at all'],
  ['uprn', '0'],
]

/** What one record tells of a person: mostly one or two identifiers, sometimes nobody's or another's as well. */
export const identifiersOf = (
  person: Person,
  others: readonly Person[],
  more: readonly [string, string][],
  random: Random,
): RawIdentifiers => {
  const own = (who: Person): [string, string][] => [
    ['account', who.account],
    ['crm', who.crm],
    ['email', random.pick(who.emails)],
    ['phone', random.pick(who.mobiles)],
    ['phone', who.landline],
    ['uprn', who.uprn],
    ['device', who.device],
  ]
  const count = random.pick([0, 1, 1, 1, 1, 1, 1, 2, 2, 2, 3, 7])
  const told = Array.from({ length: count }, () => random.pick(own(person)))
  if (random.chance(0.03)) told.push(random.pick(own(random.pick(others))))
  if (random.chance(0.05)) told.push(random.pick(NOBODY))
  return toIdentifiers([...told, ...more], random)
}

/** Each field is one value or a list. */
export const toIdentifiers = (told: readonly [string, string][], random: Random): RawIdentifiers => {
  const types = [...new Set(told.map(([type]) => type))]
  return Object.fromEntries(
    types.map((type) => {
      const values = told
        .filter(([other]) => other === type)
        .map(([, value]) => respell[type]?.(value, random) ?? value)
      const [only] = values
      return [type, values.length === 1 && only !== undefined && random.chance(0.8) ? only : values]
    }),
  )
}
