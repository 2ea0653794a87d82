/** The four laws that every merge owes: order, repetition, any tree, nothing vanishes. */
import { configSchema, type EdgeWebEvent, HOUR_MS, WEB_EVENT_TYPES } from '@ringback/contracts'
import fc from 'fast-check'
import {
  type CarrierFacts,
  completionAt,
  completionResult,
  countSuperseded,
  mergeCarrier,
  mergeSpans,
  toCompletion,
  toSpans,
} from './facts.ts'
import { keepInstants, mergeInstants, mergeKeyed, toKeyed, valueOf } from './lattice.ts'
import { factsOfLeg, factsOfProfile, factsOfSession } from './records.ts'
import { createRules } from './rules.ts'

const rules = createRules(
  configSchema.parse({
    council: { name: 'B', timezone: 'Europe/London' },
    tasks: [{ id: 'bin' }, { id: 'badge', urls: ['/badge*'] }],
  }),
)

/** Few instants, so that they often coincide; many hours, so that the limit of 64 is reached. */
const instant = fc.oneof(
  fc.integer({ min: 0, max: 200 }).map((hour) => hour * HOUR_MS),
  fc.integer({ min: 0, max: 20 }).map((step) => step * 1000),
  fc.integer({ min: -5, max: 400 * HOUR_MS }),
)
const token = fc.constantFrom('account:a', 'account:b', 'email:c', 'mobile:d', 'uprn:e', 'device:f')
const tokens = fc.uniqueArray(token, { maxLength: 4 }).map((all) => all.sort())

const event: fc.Arbitrary<EdgeWebEvent> = fc.record({
  kind: fc.constant('web' as const),
  id: fc.string(),
  at: instant,
  session: fc.constant('s'),
  type: fc.constantFrom(...WEB_EVENT_TYPES),
  source: fc.constant('web'),
  isPublic: fc.boolean(),
  received: fc.integer({ min: 0, max: 10 }),
  tokens,
  url: fc.constantFrom(undefined, 'host/badge/1', 'host/none'),
  task: fc.constantFrom(undefined, 'bin', 'badge', 'unknown'),
  step: fc.constantFrom('one', 'two', 'three'),
  code: fc.constantFrom(undefined, 'payment', 'strange'),
  result: fc.constantFrom(undefined, 'confirmed' as const, 'refused' as const, 'ineligible' as const),
  results: fc.constantFrom(undefined, 0, 3),
  useful: fc.constantFrom(undefined, true, false),
  deviceClass: fc.constantFrom(undefined, 'mobile' as const, 'desktop' as const),
})
const session = fc.array(event, { minLength: 1, maxLength: 90 }).map((events) => factsOfSession(events, rules))

const leg: fc.Arbitrary<CarrierFacts> = fc
  .record({
    id: fc.constantFrom('1', '2'),
    revision: fc.integer({ min: 0, max: 2 }),
    canonical: fc.constantFrom('{"a":1}', '{"a":2}', '{"b":1}'),
    received: fc.integer({ min: 0, max: 3 }),
    tokens,
    shows: fc.boolean(),
  })
  .map((one) => factsOfLeg({ kind: 'contacts', source: 't', conversation: 'c', ...one }, rules.config.identity))

const profile: fc.Arbitrary<CarrierFacts> = fc
  .record({
    revision: fc.integer({ min: 0, max: 2 }),
    canonical: fc.constantFrom('{"a":1}', '{"a":2}', '{"b":1}'),
    received: fc.integer({ min: 0, max: 3 }),
    tokens,
  })
  .map((one) => factsOfProfile({ kind: 'profiles', source: 't', id: 'p', ...one }, rules.config.identity))

describe.each([
  ['sessions', session],
  ['contacts', leg],
  ['profiles', profile],
])('facts of %s', (_name, facts) => {
  test('merge in either order to the same', () => {
    fc.assert(fc.property(facts, facts, (a, b) => expect(mergeCarrier(a, b)).toEqual(mergeCarrier(b, a))))
  })
  test('merge in any tree to the same', () => {
    fc.assert(
      fc.property(facts, facts, facts, (a, b, c) =>
        expect(mergeCarrier(mergeCarrier(a, b), c)).toEqual(mergeCarrier(a, mergeCarrier(b, c))),
      ),
    )
  })
  test('merged again give back the very same object', () => {
    fc.assert(
      fc.property(facts, facts, (a, b) => {
        const merged = mergeCarrier(a, b)
        expect(mergeCarrier(merged, b)).toBe(merged)
        expect(mergeCarrier(merged, a)).toBe(merged)
        expect(mergeCarrier(merged, structuredClone(merged))).toBe(merged)
      }),
    )
  })
})

test('the facts of the parts of a session merge to the facts of the whole', () => {
  fc.assert(
    fc.property(fc.array(event, { minLength: 2, maxLength: 300 }), fc.integer({ min: 1, max: 299 }), (events, at) => {
      const cut = 1 + (at % (events.length - 1))
      const whole = factsOfSession(events, rules)
      const parts = mergeCarrier(factsOfSession(events.slice(cut), rules), factsOfSession(events.slice(0, cut), rules))
      expect(parts).toEqual(whole)
    }),
  )
})

test('of each kind the 64 earliest instants and the latest are kept', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 300 }), { minLength: 1, maxLength: 200 }), (instants) => {
      const sorted = [...new Set(instants)].sort((a, b) => a - b)
      const kept = keepInstants([...instants])
      expect(kept).toEqual(sorted.length > 65 ? [...sorted.slice(0, 64), sorted.at(-1)] : sorted)
      const half = Math.ceil(instants.length / 2)
      expect(mergeInstants(keepInstants(instants.slice(0, half)), keepInstants(instants.slice(half)))).toEqual(kept)
    }),
  )
})

test('spans are the first and last event of the 64 earliest hours, and of all later ones together', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 100 * HOUR_MS }), { minLength: 1, maxLength: 200 }), (instants) => {
      const sorted = instants.sort((a, b) => a - b)
      const hours = [...new Set(sorted.map((at) => Math.floor(at / HOUR_MS)))]
      const expected = hours.slice(0, 64).flatMap((hour) => {
        const within = sorted.filter((at) => Math.floor(at / HOUR_MS) === hour)
        return [within[0], within.at(-1)]
      })
      const rest = sorted.filter((at) => !hours.slice(0, 64).includes(Math.floor(at / HOUR_MS)))
      if (rest.length > 0) expected.push(rest[0], rest.at(-1))
      expect(toSpans(sorted)).toEqual(expected)
      const evens = sorted.filter((_, i) => i % 2 === 0)
      const odds = sorted.filter((_, i) => i % 2 === 1)
      expect(mergeSpans(toSpans(odds), toSpans(evens))).toEqual(expected)
    }),
  )
})

test('at one instant a completion is confirmed before refused before ineligible', () => {
  expect([-7, 0, 1_800_000_000_123].map((at) => completionAt(toCompletion(at, 'ineligible')))).toEqual([
    -7, 0, 1_800_000_000_123,
  ])
  expect(completionResult(toCompletion(-7, 'refused'))).toBe('refused')
  const complete = (result: 'confirmed' | 'refused' | 'ineligible', at: number): EdgeWebEvent => ({
    kind: 'web',
    id: 'e',
    at,
    session: 's',
    type: 'task_completed',
    source: 'web',
    isPublic: true,
    received: 0,
    tokens: [],
    task: 'bin',
    result,
  })
  const { own } = factsOfSession([complete('ineligible', 5), complete('confirmed', 5), complete('refused', 9)], rules)
  const kinds = own.kind === 'session' ? valueOf(own.attempts, 'bin')?.kinds : undefined
  expect(valueOf(kinds ?? [], 'completion')).toEqual([toCompletion(5, 'confirmed'), toCompletion(9, 'refused')])
})

test('a revision that loses is counted, a redelivery is not', () => {
  const of = (revision: number, canonical: string) =>
    factsOfProfile(
      { kind: 'profiles', source: 't', id: 'p', revision, canonical, received: 0, tokens: [] },
      rules.config.identity,
    ).own
  expect(countSuperseded(undefined, of(0, 'a'))).toBe(0)
  expect(countSuperseded(of(0, 'a'), of(0, 'a'))).toBe(0)
  expect(countSuperseded(of(0, 'a'), of(1, 'a'))).toBe(1)
  expect(countSuperseded(of(2, 'a'), of(1, 'b'))).toBe(1)
})

test('a keyed list finds each of its entries, and merges like a map', () => {
  const entries = fc.dictionary(fc.string({ maxLength: 3 }), fc.nat()).map((map) => toKeyed(Object.entries(map)))
  fc.assert(
    fc.property(entries, entries, (a, b) => {
      const merged = mergeKeyed(a, b, (x, y) => Math.max(x, y))
      const expected = new Map(a)
      for (const [key, value] of b) expected.set(key, Math.max(value, expected.get(key) ?? value))
      expect(new Map(merged)).toEqual(expected)
      for (const [key, value] of merged) expect(valueOf(merged, key)).toBe(value)
      expect(merged.map(([key]) => key)).toEqual([...expected.keys()].sort())
    }),
  )
})
