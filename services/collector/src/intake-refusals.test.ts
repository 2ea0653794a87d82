/** What is refused at the edge: every reason that CONTRACT section 3 gives, and where it points. */
import { formatInstant, MINUTE_MS, type RecordKind } from '@ringback/contracts'
import type { Door } from './intake.ts'
import { createEdge, LEAST, RECEIVED } from './testing/edge.ts'

/** `reason pointer` of a refusal, or `pass`. */
const said = (raw: unknown, door: Door = {}): string => {
  const result = createEdge().accept(raw, door)
  return result.kind === 'pass' ? 'pass' : `${result.refusal.reason} ${result.refusal.pointer}`
}
const saidOf = (kind: RecordKind, fields: object): string => said({ ...LEAST[kind], ...fields }, { kind })

const ENUMS: readonly (readonly [RecordKind, string])[] = [
  ['web', 'linking'],
  ['web', 'actor'],
  ['web', 'device_class'],
  ['web', 'result'],
  ['contacts', 'channel'],
  ['contacts', 'direction'],
  ['contacts', 'outcome'],
  ['contacts', 'actor'],
]
describe('a wrong type', () => {
  test.each<[RecordKind, object, string]>([
    ['web', { id: 7 }, '/id'],
    ['web', { time: 1_790_000_000_000 }, '/time'],
    ['web', { session: {} }, '/session'],
    ['web', { type: 7 }, '/type'],
    ['web', { type: ['step'] }, '/type'],
    ['web', { url: ['/a'] }, '/url'],
    ['web', { task: false }, '/task'],
    ['web', { results: '0' }, '/results'],
    ['web', { results: 1.5 }, '/results'],
    ['web', { results: -1 }, '/results'],
    ['web', { useful: 'false' }, '/useful'],
    ['web', { case: 12 }, '/case'],
    ['web', { case: ['a', 12] }, '/case/1'],
    ['web', { identifiers: 'jane@x.org' }, '/identifiers'],
    ['web', { identifiers: ['jane@x.org'] }, '/identifiers'],
    ['contacts', { revision: '3' }, '/revision'],
    ['contacts', { revision: -1 }, '/revision'],
    ['contacts', { revision: 1.5 }, '/revision'],
    ['contacts', { date: 20261116 }, '/date'],
    ['contacts', { tasks: 'bin' }, '/tasks'],
    ['contacts', { tasks: ['bin', 7] }, '/tasks/1'],
    ['contacts', { handle_seconds: '341' }, '/handle_seconds'],
    ['contacts', { handle_seconds: -1 }, '/handle_seconds'],
    ['contacts', { handle_seconds: Infinity }, '/handle_seconds'],
    ['contacts', { identifiers: { phone: 7700900123 } }, '/identifiers/phone'],
    ['contacts', { identifiers: { phone: ['07700 900123', 7] } }, '/identifiers/phone/1'],
    ['contacts', { identifiers: { email: { jane: 'jane@x.org' } } }, '/identifiers/email'],
    ['profiles', { identifiers: 7 }, '/identifiers'],
  ])('in %s %j is refused at %s', (kind, fields, pointer) => {
    expect(saidOf(kind, fields)).toBe(`schema ${pointer}`)
  })

  test.each(ENUMS)('in %s, %s is one of the known words', (kind, field) => {
    expect([saidOf(kind, { [field]: 'other words' }), saidOf(kind, { [field]: 'CONSENT' })]).toEqual([
      `schema /${field}`,
      `schema /${field}`,
    ])
  })

  test.each([[null], [undefined], [7], ['text'], [true], [[]], [[LEAST.web]]])(
    'of the whole, %j, is refused',
    (raw) => {
      expect(said(raw)).toBe('schema ')
    },
  )

  test('of an event is unknown if it is a word that is no type', () => {
    expect([saidOf('web', { type: 'scrolled' }), saidOf('web', { type: 'Step' })]).toEqual([
      'unknown_type /type',
      'unknown_type /type',
    ])
  })

  test('is told before the time, and the first of several', () => {
    expect(saidOf('web', { time: 'yesterday', type: 'scrolled', results: 'x' })).toBe('unknown_type /type')
  })
})

test('a step has a name; a validation error need not', () => {
  expect([saidOf('web', { type: 'step' }), saidOf('web', { type: 'step', step: '' })]).toEqual([
    'schema /step',
    'schema /step',
  ])
  expect([saidOf('web', { type: 'step', step: 'a' }), saidOf('web', { type: 'validation_error' })]).toEqual([
    'pass',
    'pass',
  ])
})

describe('a time', () => {
  test.each(['web', 'contacts'] as const)('of %s may lie five minutes ahead, and not a millisecond more', (kind) => {
    const ahead = (ms: number) => saidOf(kind, { time: formatInstant(RECEIVED + ms) })
    expect([ahead(0), ahead(5 * MINUTE_MS), ahead(5 * MINUTE_MS + 1)]).toEqual(['pass', 'pass', 'future /time'])
  })

  test.each(['web', 'contacts'] as const)('of %s that cannot be read is refused', (kind) => {
    for (const time of ['yesterday', '2026-11-16', '2026-11-16T09:12:03', '2026-02-30T09:00:00Z', '1790000000'])
      expect(saidOf(kind, { time })).toBe('bad_time /time')
  })

  test('may be long past', () => {
    expect(saidOf('web', { time: '1999-12-31T23:59:59Z' })).toBe('pass')
  })

  test('or a day is what a leg needs, and either is looked at', () => {
    const date = (fields: object) => saidOf('contacts', { time: undefined, ...fields })
    expect([date({ date: '2026-11-16' }), date({ date: '2026-11-17' })]).toEqual(['pass', 'future /date'])
    expect([date({ date: '2026-02-30' }), date({ date: '16/11/2026' }), date({})]).toEqual([
      'bad_time /date',
      'bad_time /date',
      'schema /time',
    ])
    expect(saidOf('contacts', { date: '2026-02-30' })).toBe('bad_time /date')
    expect(saidOf('contacts', { date: '2026-11-16', time: 'x' })).toBe('bad_time /time')
  })
})

describe('a lone surrogate', () => {
  test.each<[RecordKind, object, string]>([
    ['web', { id: '\uD800' }, '/id'],
    ['web', { url: '/a\uDC00' }, '/url'],
    ['web', { field: '\uD800x' }, '/field'],
    ['contacts', { queue: 'Q\uD83D' }, '/queue'],
    ['contacts', { tasks: ['bin', '\uD800'] }, '/tasks/1'],
    ['contacts', { identifiers: { phone: '\uD800' } }, '/identifiers/phone'],
    ['profiles', { identifiers: { email: ['a@b.c', '\uDFFF'] } }, '/identifiers/email/1'],
  ])('in %s %j is refused at %s', (kind, fields, pointer) => {
    expect(saidOf(kind, fields)).toBe(`encoding ${pointer}`)
  })

  test('in an unknown field is ignored like the field', () => {
    expect(saidOf('web', { note: '\uD800', '\uD800': 1, identifiers: { '\uD800': '\uD800' } })).toBe('pass')
  })

  test('in a source is not told', () => {
    const result = createEdge().accept({ ...LEAST.contacts, source: '\uD800' })
    expect(result).toMatchObject({ kind: 'bad', refusal: { reason: 'encoding', pointer: '/source' }, source: null })
  })
})

describe('names that objects have anyway', () => {
  test.each([
    '{"__proto__": {"id": "e", "session": "s", "time": "2026-11-16T09:00:00Z", "type": "page_view"}}',
    '{"constructor": {"prototype": {"id": "e"}}, "toString": 1, "hasOwnProperty": null}',
  ])('make no record of %s', (json) => {
    expect(said(JSON.parse(json))).toBe('schema /source')
    expect(({} as Record<string, unknown>)['id']).toBeUndefined()
  })

  test('harm none either', () => {
    const json = `{"__proto__": {"actor": "bot", "task": "bin"}, "constructor": 1, ${JSON.stringify(LEAST.web).slice(1)}`
    const nested = JSON.parse('{"__proto__": {"email": "jane@x.org"}, "constructor": "c"}') as object
    const result = createEdge().accept({
      ...(JSON.parse(json) as object),
      identifiers: nested,
      linking: 'consent',
      task: '__proto__',
    })
    expect(result).toMatchObject({ kind: 'pass', record: { isPublic: true, tokens: [], task: '__proto__' } })
    expect(({} as Record<string, unknown>)['actor']).toBeUndefined()
  })
})
