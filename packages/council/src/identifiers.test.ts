import { parseYamlFile, configSchema } from '@ringback/contracts'
import { normaliseIdentifier } from '@ringback/identity'
import fc from 'fast-check'
import { createCouncil } from './council.ts'
import { landline, LANDLINES, mobile, MOBILES } from './numbers.ts'
import { createResidents } from './residents.ts'
import { TASKS } from './tasks.ts'

const typeOf = (phone: string): string => {
  const normalised = normaliseIdentifier('phone', phone, 'GB')
  return normalised.kind === 'pass' ? `${normalised.type} ${normalised.value}` : normalised.reason
}

test('the law takes every number for what it is, and no two for one', () => {
  fc.assert(fc.property(fc.nat(MOBILES - 1), (index) => expect(typeOf(mobile(index))).toMatch(/^mobile /)))
  fc.assert(fc.property(fc.nat(LANDLINES - 1), (index) => expect(typeOf(landline(index))).toMatch(/^landline /)))
  const all = [
    ...Array.from({ length: MOBILES }, (_, index) => mobile(index)),
    ...Array.from({ length: LANDLINES }, (_, index) => landline(index)),
  ]
  expect(new Set(all).size).toBe(all.length)
  // One number of each range: an area code that the library did not know would be found here.
  for (let index = 0; index < MOBILES; index += 100) expect(typeOf(mobile(index))).toMatch(/^mobile /)
  for (let index = 0; index < LANDLINES; index += 1_000) expect(typeOf(landline(index))).toMatch(/^landline /)
})

test('there are numbers enough for the whole council, and people enough in its households', () => {
  const { count, households, dealing, dealer, otherOf } = createResidents(1, 120_000)
  expect({ count, households }).toEqual({ count: 120_000, households: 52_000 })
  const all = Array.from({ length: dealing }, (_, index) => dealer(index))
  expect(new Set(all.map(({ id }) => id)).size).toBe(dealing)
  const byPhone = new Map<string, Set<number>>()
  for (const { phone, household } of all) byPhone.set(phone, (byPhone.get(phone) ?? new Set()).add(household))
  expect([...byPhone.values()].filter(({ size }) => size > 1)).toEqual([])
  for (const resident of all.slice(0, 2_000)) {
    const other = otherOf(resident)
    if (other === undefined) continue
    expect(other.household).toBe(resident.household)
    expect(other.id).not.toBe(resident.id)
    expect(other.phone === resident.phone).toBe(resident.hasLandline)
  }
})

test('the configuration is one that the product accepts, with every task in it', () => {
  const parsed = parseYamlFile(createCouncil({ residents: 100, weeks: 1 }).configYaml, configSchema)
  if (parsed.kind !== 'pass') throw new Error(JSON.stringify(parsed.problems))
  expect(parsed.value.tasks.map(({ id }) => id)).toEqual(TASKS.map(({ id }) => id))
  expect(TASKS.length).toBeGreaterThanOrEqual(30)
  expect(TASKS.length).toBeLessThanOrEqual(40)
  expect(parsed.value.lines['main']?.closed).toContain('2026-12-28')
})
