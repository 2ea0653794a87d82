import fc from 'fast-check'
import {
  contactsAboutTasks,
  estimateRate,
  mostFrequent,
  shareOf,
  toMoney,
  toRate,
  toSeconds,
  type TopicCount,
  wilsonInterval,
} from './statistics.ts'

describe('rounding', () => {
  test.each([
    [1 / 3, 0.333333],
    [2 / 3, 0.666667],
    [1 / 128, 0.007813],
    [-1 / 128, -0.007813],
    [0, 0],
    [1, 1],
  ])('a rate of %p has six decimals: %p', (value, rate) => {
    expect(toRate(value)).toBe(rate)
  })

  test('there is no −0', () => {
    expect(Object.is(toRate(-1e-9), 0)).toBe(true)
    expect(Object.is(toMoney(-0), 0)).toBe(true)
  })

  test('money has four decimals, whatever floating point made of the sum', () => {
    expect(toMoney(3 * (8.62 - 0.15))).toBe(25.41)
    expect(toMoney(0.1 - 0.15)).toBe(-0.05)
  })

  test('a tie is told as people write it, not as floating point keeps it', () => {
    expect([0.00015, 1.10005, 2.00025, 3 * 0.12345].map(toMoney)).toEqual([0.0002, 1.1001, 2.0003, 0.3704])
    expect(toMoney(-1.10005)).toBe(-1.1001)
    expect(toRate(1 / 640)).toBe(0.001563)
    expect(toSeconds((0.0001 + 1.0004) * 1000)).toBe(1.001)
  })

  test('seconds have three decimals; half a millisecond, as a median may have it, counts as one', () => {
    expect(toSeconds(4_903_971)).toBe(4903.971)
    expect(toSeconds(1001.5)).toBe(1.002)
  })
})

test('a share of nothing is null', () => {
  expect(shareOf(0, 0)).toBeNull()
  expect(shareOf(1, 4)).toBe(0.25)
})

describe('the Wilson interval', () => {
  test('is that of the textbooks', () => {
    const { low, high } = wilsonInterval(1, 3) ?? { low: NaN, high: NaN }
    expect([toRate(low), toRate(high)]).toEqual([0.061492, 0.79234])
    expect(wilsonInterval(0, 0)).toBeNull()
    expect(wilsonInterval(1, 1)?.high).toBe(1)
    expect(wilsonInterval(0, 1)?.low).toBe(0)
  })

  test('holds the share, lies within 0 and 1, and is the mirror image of that of the other share', () => {
    fc.assert(
      fc.property(fc.nat(5_000), fc.nat(5_000), (part, rest) => {
        const interval = wilsonInterval(part, part + rest)
        const other = wilsonInterval(rest, part + rest)
        if (interval === null || other === null) return part + rest === 0
        const share = part / (part + rest)
        expect(interval.low).toBeGreaterThanOrEqual(0)
        expect(interval.high).toBeLessThanOrEqual(1)
        expect(interval.low).toBeLessThanOrEqual(share)
        expect(interval.high).toBeGreaterThanOrEqual(share)
        expect(1 - other.high).toBeCloseTo(interval.low, 12)
        return true
      }),
    )
  })
})

test('an estimate is at most 1, and none without sight', () => {
  expect(estimateRate(0.25, 0.5)).toBe(0.5)
  expect(estimateRate(0.5, 0.25)).toBe(1)
  expect(estimateRate(0, 0)).toBeNull()
  expect(estimateRate(0.5, null)).toBeNull()
  expect(estimateRate(null, 0.5)).toBeNull()
})

test('the most frequent wins, of several the smaller', () => {
  expect(
    mostFrequent([
      ['payment', 2],
      ['gave_up', 2],
      ['script', 1],
    ]),
  ).toBe('gave_up')
  expect(mostFrequent([])).toBeNull()
})

describe('contacts about tasks', () => {
  const waste = new Map([
    ['waste', ['missed-bin', 'bulky']],
    ['parking', ['permit']],
  ])
  const topic = (tasks: readonly string[], families: readonly string[], contacts: number): TopicCount => ({
    tasks,
    families,
    contacts,
  })

  test.each<[string, TopicCount[], Record<string, number>]>([
    [
      'each contact counts for every task that it names',
      [topic(['bulky', 'permit'], ['waste', 'parking'], 2)],
      { bulky: 2, permit: 2 },
    ],
    ['a family without a named task is split equally', [topic([], ['waste'], 3)], { 'missed-bin': 1.5, bulky: 1.5 }],
    [
      'a family is split in proportion to the contacts that name its tasks',
      [topic(['bulky'], ['waste'], 3), topic(['missed-bin'], ['waste'], 1), topic([], ['waste'], 4)],
      { 'missed-bin': 2, bulky: 6 },
    ],
    [
      'several families share a contact equally',
      [topic([], ['parking', 'waste'], 2)],
      { permit: 1, 'missed-bin': 0.5, bulky: 0.5 },
    ],
    ['the share of a family without a task goes to nobody', [topic([], ['housing', 'parking'], 2)], { permit: 1 }],
    ['what has no topic is about nothing', [topic([], [], 9)], {}],
  ])('%s', (_, topics, about) => {
    expect(Object.fromEntries(contactsAboutTasks(topics, waste))).toEqual(about)
  })

  test('families of the catalogue lose no contact and make none', () => {
    const families = fc.subarray(['waste', 'parking'], { minLength: 1 })
    const named = fc.constantFrom<[string, string]>(['missed-bin', 'waste'], ['bulky', 'waste'], ['permit', 'parking'])
    const one = fc.oneof(
      fc.record({ tasks: fc.constant([] as string[]), families, contacts: fc.nat(20) }),
      fc
        .record({ name: named, contacts: fc.nat(20) })
        .map(({ name, contacts }) => topic([name[0]], [name[1]], contacts)),
    )
    fc.assert(
      fc.property(fc.array(one), (topics) => {
        const about = contactsAboutTasks(topics, waste)
        const sum = [...about.values()].reduce((total, contacts) => total + contacts, 0)
        expect(sum).toBeCloseTo(
          topics.reduce((total, { contacts }) => total + contacts, 0),
          6,
        )
      }),
    )
  })
})
