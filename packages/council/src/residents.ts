/** Who lives in Borsetshire: households, those of them who deal with the council, and what they could be recognised by. */
import { GIVEN, OURS } from './parameters.ts'
import { createRandom, stableShare } from './random.ts'
import { landline, LANDLINES, mobile, MOBILES } from './numbers.ts'

export interface Resident {
  readonly id: number
  readonly household: number
  /** Of their own, or of the house. */
  readonly phone: string
  readonly hasLandline: boolean
  readonly email: string
  readonly account: string | undefined
  readonly crm: string | undefined
  readonly uprn: string
  readonly devices: readonly [mobile: string, other: string]
}

export interface Residents {
  readonly count: number
  readonly households: number
  /** How many people deal with the council at all; the others ring nobody and fill in nothing. */
  readonly dealing: number
  /** By an index in [0, dealing). */
  readonly dealer: (index: number) => Resident
  /** Another one of the same household who deals with the council. */
  readonly otherOf: (resident: Resident) => Resident | undefined
}

/** Draws of a resident or household that hold for ever: which, by a name. */
const SALT = { landline: 1, deals: 2, account: 3, customer: 4 } as const

/** Sizes as they are drawn, then a person more or less here and there until all are housed. */
const drawSizes = (seed: number, residents: number, households: number): Uint8Array => {
  const random = createRandom(seed, 7)
  const sizes = new Uint8Array(households)
  let sum = 0
  for (let household = 0; household < households; household += 1) {
    let at = random.next()
    const size = OURS.householdSizes.findIndex((share) => (at -= share) < 0) + 1 || OURS.householdSizes.length
    sizes[household] = size
    sum += size
  }
  while (sum !== residents) {
    const household = random.below(households)
    const size = sizes[household] ?? 1
    if (sum < residents ? size >= 6 : size <= 1) continue
    sizes[household] = size + (sum < residents ? 1 : -1)
    sum += sum < residents ? 1 : -1
  }
  return sizes
}

export const createResidents = (seed: number, count: number): Residents => {
  const households = Math.max(1, Math.round((count * GIVEN.households) / GIVEN.residents))
  const sizes = drawSizes(seed, count, households)
  const ids: number[] = []
  const homes: number[] = []
  /** The house's landline, or the mobile of the one who deals: which of the numbers. */
  const numbers: number[] = []
  const landlines = new Map<number, number>()
  let mobiles = 0
  let first = 0
  for (let household = 0; household < households; household += 1) {
    const size = sizes[household] ?? 1
    const hasLandline = stableShare(seed, household, SALT.landline) < OURS.landlineHouseholds
    if (hasLandline) landlines.set(household, landlines.size)
    const dealing = size > 1 && stableShare(seed, household, SALT.deals) < OURS.secondDeals ? 2 : 1
    for (let member = 0; member < dealing; member += 1) {
      ids.push(first + member)
      homes.push(household)
      numbers.push(hasLandline ? landlines.size - 1 : mobiles++)
    }
    first += size
  }
  if (mobiles > MOBILES || landlines.size > LANDLINES)
    throw new RangeError(`${count} residents are too many: there are not so many telephone numbers that are nobody's`)
  const dealer = (index: number): Resident => {
    const id = ids[index] ?? 0
    const household = homes[index] ?? 0
    const hasLandline = landlines.has(household)
    const number = numbers[index] ?? 0
    const hasAccount = stableShare(seed, id, SALT.account) < OURS.hasAccount
    const isCustomer = hasAccount || stableShare(seed, id, SALT.customer) < OURS.hasCustomer / (1 - OURS.hasAccount)
    return {
      id,
      household,
      hasLandline,
      phone: hasLandline ? landline(number) : mobile(number),
      email: `resident.${id}@example.org`,
      account: hasAccount ? `acc-${id}` : undefined,
      crm: isCustomer ? `C${id}` : undefined,
      // No property has a number that begins so.
      uprn: String(999_000_000_000 + household),
      devices: [`d-${id}-m`, `d-${id}-c`],
    }
  }
  const indexes = new Map(ids.map((id, index) => [id, index]))
  return {
    count,
    households,
    dealing: ids.length,
    dealer,
    otherOf: ({ id, household }) => {
      const index = indexes.get(id) ?? 0
      const other = [index - 1, index + 1].find((near) => homes[near] === household)
      return other === undefined ? undefined : dealer(other)
    },
  }
}
