/** What a record must have, may lack and may not exceed: CONTRACT section 1. */
import type { RecordKind } from '@ringback/contracts'
import type { Door } from './intake.ts'
import { createEdge, LEAST } from './testing/edge.ts'

/** `reason pointer` of a refusal, or `pass`. */
const said = (raw: unknown, door: Door = {}): string => {
  const result = createEdge().accept(raw, door)
  return result.kind === 'pass' ? 'pass' : `${result.refusal.reason} ${result.refusal.pointer}`
}
const saidOf = (kind: RecordKind, fields: object): string => said({ ...LEAST[kind], ...fields }, { kind })

const REQUIRED: readonly (readonly [RecordKind, string])[] = [
  ['web', 'id'],
  ['web', 'time'],
  ['web', 'session'],
  ['web', 'type'],
  ['contacts', 'source'],
  ['contacts', 'id'],
  ['contacts', 'time'],
  ['contacts', 'channel'],
  ['profiles', 'source'],
  ['profiles', 'id'],
  ['profiles', 'identifiers'],
]
const OPTIONAL: readonly (readonly [RecordKind, readonly string[]])[] = [
  [
    'web',
    [
      'url',
      'task',
      'step',
      'field',
      'rule',
      'code',
      'result',
      'case',
      'results',
      'useful',
      'linking',
      'identifiers',
      'actor',
      'device_class',
      'source',
    ],
  ],
  [
    'contacts',
    [
      'conversation',
      'revision',
      'date',
      'direction',
      'outcome',
      'identifiers',
      'tasks',
      'queue',
      'category',
      'disposition',
      'handle_seconds',
      'actor',
    ],
  ],
  ['profiles', ['revision']],
]
const IDENTIFIERS = ['account', 'crm', 'email', 'phone', 'uprn', 'device', 'code', 'case'] as const

test.each(['web', 'contacts', 'profiles'] as const)('the least of %s passes', (kind) => {
  expect(saidOf(kind, {})).toBe('pass')
})

test.each(REQUIRED)('%s need %s: missing, null and empty are refused alike', (kind, field) => {
  const { [field]: _, ...without } = LEAST[kind]
  const refused = `schema /${field}`
  expect([said(without, { kind }), saidOf(kind, { [field]: null }), saidOf(kind, { [field]: '' })]).toEqual([
    refused,
    refused,
    refused,
  ])
})

test.each(OPTIONAL)('in %s, null and empty are absent in every other field', (kind, fields) => {
  for (const field of fields)
    expect([field, saidOf(kind, { [field]: null }), saidOf(kind, { [field]: '' })]).toEqual([field, 'pass', 'pass'])
})

test.each(IDENTIFIERS)('of the identifier %s, too, and within its list', (field) => {
  for (const value of [null, '', [], ['', null], ['x', null]])
    expect(saidOf('profiles', { identifiers: { [field]: value } })).toBe('pass')
})

test.each(['web', 'contacts', 'profiles'] as const)('unknown fields of %s are ignored, whatever they hold', (kind) => {
  const unknown = { note: 'x'.repeat(5_000), form: { name: 'Jane' }, agent: ['J', 1, null], Id: 7, received: 'never' }
  const identifiers = { ...(LEAST[kind]['identifiers'] as object | undefined), name: { first: 'Jane' }, Phone: 5 }
  expect(saidOf(kind, { ...unknown, identifiers })).toBe('pass')
})

describe('a limit', () => {
  test.each<[RecordKind, string]>([
    ['web', 'id'],
    ['web', 'session'],
    ['web', 'source'],
    ['contacts', 'source'],
    ['contacts', 'id'],
    ['contacts', 'conversation'],
    ['profiles', 'source'],
    ['profiles', 'id'],
  ])('of %s: %s has 200 characters and no more', (kind, field) => {
    expect(saidOf(kind, { [field]: 'x'.repeat(200) })).toBe('pass')
    expect(saidOf(kind, { [field]: 'x'.repeat(201) })).toBe(`schema /${field}`)
  })

  test.each<[RecordKind, string]>([
    ['web', 'url'],
    ['web', 'task'],
    ['web', 'step'],
    ['web', 'field'],
    ['web', 'rule'],
    ['web', 'code'],
    ['web', 'case'],
    ['contacts', 'queue'],
    ['contacts', 'category'],
    ['contacts', 'disposition'],
  ])('of %s: %s has 1,000 characters and no more', (kind, field) => {
    expect(saidOf(kind, { [field]: 'x'.repeat(1_000) })).toBe('pass')
    expect(saidOf(kind, { [field]: 'x'.repeat(1_001) })).toBe(`schema /${field}`)
  })

  test.each(IDENTIFIERS)('of the identifier %s: 1,000 characters, and 1,000 in a list', (field) => {
    const identifiers = (value: unknown) => saidOf('contacts', { identifiers: { [field]: value } })
    expect([identifiers('1'.repeat(1_000)), identifiers(Array.from({ length: 1_000 }, (_, n) => `${n}`))]).toEqual([
      'pass',
      'pass',
    ])
    expect(identifiers('1'.repeat(1_001))).toBe(`schema /identifiers/${field}`)
    expect(identifiers(['1', '1'.repeat(1_001)])).toBe(`schema /identifiers/${field}/1`)
    expect(identifiers(Array.from({ length: 1_001 }, (_, n) => `${n}`))).toBe(`schema /identifiers/${field}`)
  })

  test('of tasks: 1,000 of 1,000 characters', () => {
    const tasks = (length: number, characters: number) =>
      saidOf('contacts', { tasks: Array.from({ length }, () => 'x'.repeat(characters)) })
    expect([tasks(1_000, 1_000), tasks(1_001, 1), tasks(1, 1_001)]).toEqual([
      'pass',
      'schema /tasks',
      'schema /tasks/0',
    ])
  })

  test('of depth: eight levels, in known and unknown fields alike', () => {
    const nested = (levels: number): unknown => (levels === 0 ? 'x' : { inner: nested(levels - 1) })
    expect([saidOf('web', { note: nested(7) }), saidOf('web', { note: nested(8) })]).toEqual(['pass', 'too_deep '])
    expect(saidOf('profiles', { identifiers: { email: [[[[[[[['x']]]]]]]] } })).toBe('too_deep ')
  })
})
