/** The first look at a record: what is absent, how deep it is, whether its text is text. */
import { clean, isAbsent, isObject, isTooDeep } from './clean.ts'

const KNOWN = ['id', 'step', 'tasks', 'case', 'identifiers']
const cleaned = (record: Record<string, unknown>): unknown => {
  const result = clean(record, KNOWN)
  return result.kind === 'pass' ? result.value : result.refusal
}
/** So many objects and lists within one another. */
const nested = (levels: number, inner: 'list' | 'object'): unknown => {
  let value: unknown = inner === 'list' ? [] : {}
  for (let i = 1; i < levels; i++) value = inner === 'list' ? [value] : { a: 1, b: value }
  return value
}

test.each([
  [{}, true],
  [{ a: 1 }, true],
  [[], false],
  [null, false],
  ['{}', false],
  [1, false],
])('%j is an object: %j', (value, expected) => {
  expect(isObject(value)).toBe(expected)
})

test.each([
  [undefined, true],
  [null, true],
  ['', true],
  [' ', false],
  [0, false],
  [false, false],
  [[], false],
])('%j is absent: %j', (value, expected) => {
  expect(isAbsent(value)).toBe(expected)
})

describe('a record', () => {
  test.each(['list', 'object'] as const)('of eight levels is not too deep, of nine it is (%s)', (inner) => {
    expect([1, 7, 8].map((levels) => isTooDeep(nested(levels, inner)))).toEqual([false, false, false])
    expect([9, 100].map((levels) => isTooDeep(nested(levels, inner)))).toEqual([true, true])
  })

  test('of a hundred thousand levels is too deep, and nothing overflows', () => {
    expect(isTooDeep(nested(100_000, 'list'))).toBe(true)
  })

  test('that holds plain values is not deep at all', () => {
    expect(['text', 1, null, true].map((value) => isTooDeep(value, 0))).toEqual([false, false, false, false])
    expect(isTooDeep([], 0)).toBe(true)
  })
})

describe('of a record is left', () => {
  test.each<[string, Record<string, unknown>, unknown]>([
    ['what is known, where anything is to be left out', { id: 'a', name: 'Jane', step: '' }, { id: 'a' }],
    ['what is not null or empty', { id: '', step: null, case: 'c' }, { case: 'c' }],
    ['what is false, 0 or blank', { id: 0, step: false, case: ' ' }, { id: 0, step: false, case: ' ' }],
    [
      'of lists, what is not null or empty',
      { tasks: ['', 'a', null], case: [null, 'c'] },
      { tasks: ['a'], case: ['c'] },
    ],
    ['a list that is empty', { tasks: [], case: [''] }, { tasks: [], case: [] }],
    [
      'of identifiers, what is known and there',
      { identifiers: { phone: ['', '1'], email: null, name: 'Jane' } },
      { identifiers: { phone: ['1'] } },
    ],
    ['identifiers of another type, for the schema', { identifiers: 'x', tasks: 'y' }, { identifiers: 'x', tasks: 'y' }],
    [
      'nothing of what is sent as its prototype',
      JSON.parse('{"__proto__": {"id": "a"}, "step": ""}') as Record<string, unknown>,
      {},
    ],
  ])('%s', (_, record, expected) => {
    expect(cleaned(record)).toEqual(expected)
  })

  test('all, and not even a copy, of a record that has nothing to be cleaned', () => {
    const record = { id: 'a', step: 's', identifiers: { phone: '1' } }
    expect(cleaned(record)).toBe(record)
  })

  test('a copy: the record itself stays as it was', () => {
    const record = { id: 'a', tasks: ['', 'b'], identifiers: { phone: ['', '1'] } }
    const before = structuredClone(record)
    cleaned(record)
    expect(record).toEqual(before)
  })
})

describe('a lone surrogate', () => {
  test.each([
    ['/id', { id: 'a\uD800' }],
    ['/step', { id: 'a', step: '\uDC00\uD800' }],
    ['/tasks/1', { tasks: ['', 'x\uDFFF'] }],
    ['/identifiers/email', { identifiers: { email: '\uD83D@example.org' } }],
    ['/identifiers/phone/2', { identifiers: { phone: ['', '1', '\uD800'] } }],
  ])('at %s is told by its place', (pointer, record) => {
    expect(cleaned(record)).toEqual({ reason: 'encoding', pointer })
  })

  test.each<[string, Record<string, unknown>]>([
    ['in an unknown field', { id: 'a', note: '\uD800' }],
    ['in the name of one', { id: 'a', 'n\uD800': 1 }],
    ['in an unknown identifier', { id: 'a', identifiers: { name: '\uD800' } }],
    ['in what the schema refuses anyway', { id: 'a', step: { jane: '\uD800' }, tasks: [{ jane: '\uD800' }] }],
    ['of none, but a pair', { id: '\uD83D\uDE00' }],
  ])('%s is none of ours', (_, record) => {
    expect(clean(record, KNOWN).kind).toBe('pass')
  })
})
