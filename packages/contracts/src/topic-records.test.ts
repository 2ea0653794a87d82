/** What the edge lets through is what is read from the topics, to the letter; what is none of ours is told. */
import * as fc from 'fast-check'
import type { EdgeRecord } from './edge.ts'
import { DEVICE_CLASSES, RESULTS, WEB_EVENT_TYPES } from './records.ts'
import { parseTopicRecords, toTopicRecord } from './topic-records.ts'

const text = fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme' })
const instant = fc.integer({ min: Date.UTC(1900, 0, 1), max: Date.UTC(2100, 0, 1) })
const tokens = fc.uniqueArray(text, { maxLength: 3 }).map((list) => list.toSorted())
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined })

const webEvent = fc.record({
  kind: fc.constant('web' as const),
  id: text,
  at: instant,
  session: text,
  type: fc.constantFrom(...WEB_EVENT_TYPES),
  source: text,
  isPublic: fc.boolean(),
  received: instant,
  tokens,
  url: maybe(text),
  task: maybe(text),
  step: maybe(text),
  code: maybe(text),
  result: maybe(fc.constantFrom(...RESULTS)),
  results: maybe(fc.nat()),
  useful: maybe(fc.boolean()),
  deviceClass: maybe(fc.constantFrom(...DEVICE_CLASSES)),
})
const profile = fc
  .record({ source: text, id: text, revision: fc.nat(), received: instant, tokens })
  .map(({ received, tokens: own, ...names }) => {
    const canonical = JSON.stringify({ id: names.id, identifiers: own, revision: names.revision, source: names.source })
    return { kind: 'profiles' as const, ...names, canonical, received, tokens: own }
  })
const leg = fc
  .record({
    source: text,
    id: text,
    conversation: text,
    revision: fc.nat(),
    received: instant,
    tokens,
    shows: fc.boolean(),
  })
  .map(({ received, tokens: own, shows, ...names }) => {
    const { conversation, id, revision, source } = names
    const direction = shows ? 'inbound' : 'internal'
    const canonical = JSON.stringify({
      channel: 'phone',
      conversation,
      direction,
      id,
      identifiers: own,
      revision,
      source,
    })
    return { kind: 'contacts' as const, ...names, canonical, received, tokens: own, shows }
  })

test.each<[EdgeRecord['kind'], fc.Arbitrary<EdgeRecord>]>([
  ['web', webEvent],
  ['contacts', leg],
  ['profiles', profile],
])('records of %s come out as they went in, alone and several', (kind, arbitrary) => {
  fc.assert(
    fc.property(fc.array(arbitrary, { minLength: 1, maxLength: 4 }), (records) => {
      const texts = records.map(toTopicRecord)
      expect(parseTopicRecords(kind, `[${texts.join()}]`)).toEqual(records)
      expect(parseTopicRecords(kind, texts[0] ?? '')).toEqual(records.slice(0, 1))
    }),
  )
})

const NAMES = { source: 's', id: 'i', received: '2026-11-16T09:00:00.000Z' }
test.each<[EdgeRecord['kind'], unknown]>([
  ['web', null],
  ['web', { ...NAMES, time: NAMES.received, type: 'step', identifiers: [] }],
  ['web', { ...NAMES, time: NAMES.received, session: 's', type: 'wink', identifiers: [] }],
  ['web', { ...NAMES, time: NAMES.received, session: 's', type: 'step' }],
  ['web', { ...NAMES, time: 'noon', session: 's', type: 'step', identifiers: [] }],
  ['contacts', { ...NAMES, source: 7, channel: 'phone' }],
  ['contacts', { ...NAMES, received: undefined, channel: 'phone' }],
  ['contacts', { ...NAMES, channel: 'phone', identifiers: { phone: '1' } }],
  ['profiles', { ...NAMES, identifiers: [7] }],
  ['profiles', { ...NAMES, id: undefined, identifiers: [] }],
])('of %s, %j is none of ours', (kind, value) => {
  expect(() => parseTopicRecords(kind, JSON.stringify(value))).toThrow(TypeError)
})
