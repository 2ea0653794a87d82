/** Files that people write: read as YAML or JSON, and refused by line, field and what was expected. */
import * as fc from 'fast-check'
import { z } from 'zod'
import { describeProblem, parseYamlFile } from './config-file.ts'

const schema = z.strictObject({
  name: z.string(),
  size: z.number().min(1).optional(),
  lists: z.array(z.strictObject({ id: z.string(), tags: z.array(z.string()).default([]) })).default([]),
  groups: z.record(z.string().min(1), z.strictObject({ of: z.string() })).default({}),
})

const problems = (text: string): string[] => {
  const result = parseYamlFile(text, schema)
  return result.kind === 'pass' ? [] : result.problems.map((problem) => describeProblem('f.yaml', problem))
}
const value = (text: string): unknown => {
  const result = parseYamlFile(text, schema)
  return result.kind === 'pass' ? result.value : undefined
}

describe('a file is read', () => {
  const expected = { name: 'B', size: 2, lists: [{ id: 'a', tags: ['x'] }], groups: { g: { of: 'a' } } }
  test.each([
    ['as block YAML', 'name: B\nsize: 2\nlists:\n  - id: a\n    tags:\n      - x\ngroups:\n  g:\n    of: a\n'],
    ['as flow YAML', '{ name: B, size: 2, lists: [{ id: a, tags: [x] }], groups: { g: { of: a } } }'],
    ['as JSON on one line', JSON.stringify(expected)],
    ['as JSON with blanks', JSON.stringify(expected, null, 2)],
    ['as JSON with tabs', JSON.stringify(expected, null, '\t')],
    [
      'with comments and a document mark',
      '# ours\n---\nname: B # yes\nsize: 2\nlists: [{id: a, tags: [x]}]\ngroups: {g: {of: a}}',
    ],
    ['with the line ends of Windows', 'name: B\r\nsize: 2\r\nlists: [{id: a, tags: [x]}]\r\ngroups: {g: {of: a}}\r\n'],
    ['with a byte order mark', '\uFEFFname: B\nsize: 2\nlists: [{id: a, tags: [x]}]\ngroups: {g: {of: a}}\n'],
    ['with an alias', 'name: B\nsize: 2\nlists: [{id: &it a, tags: [x]}]\ngroups: {g: {of: *it}}\n'],
  ])('%s', (_, text) => {
    expect(problems(text)).toEqual([])
    expect(value(text)).toEqual(expected)
  })

  test('with its defaults filled in', () => {
    expect(value('name: B')).toEqual({ name: 'B', lists: [], groups: {} })
  })

  test('with whatever text JSON can hold', () => {
    const name = fc.string({ unit: 'grapheme' })
    fc.assert(fc.property(name, (one) => expect(value(JSON.stringify({ name: one }))).toMatchObject({ name: one })))
  })

  test('with names that objects have anyway, as any other name', () => {
    expect(value('name: B\ngroups: { constructor: { of: a }, toString: { of: b } }')).toMatchObject({
      groups: { constructor: { of: 'a' }, toString: { of: 'b' } },
    })
    expect(({} as Record<string, unknown>)['of']).toBeUndefined()
  })
})

describe('a file is refused', () => {
  test.each([
    ['of nothing', '', ['f.yaml:1: name: expected string, received undefined']],
    ['of comments alone', '# later\n\n', ['f.yaml:1: name: expected string, received undefined']],
    ['that is a list', '- a', ['f.yaml:1: (file): expected object, received array']],
    ['that is a word', '\n\nhello', ['f.yaml:3: (file): expected object, received string']],
    ['without a field', '# a\nsize: 3\n', ['f.yaml:2: name: expected string, received undefined']],
    ['with an empty field', 'size: 3\nname:\n', ['f.yaml:2: name: expected string, received null']],
    ['with a number for a text', 'name: 7', ['f.yaml:1: name: expected string, received number']],
    ['with a number that is too small', 'name: B\nsize: 0', ['f.yaml:2: size: expected number to be >=1']],
    ['with an unknown field', 'name: B\n\nnmae: C', ['f.yaml:3: nmae: unknown field']],
    ['with an unknown field whose value begins later', 'name: B\nsizes:\n  a: 1\n', ['f.yaml:2: sizes: unknown field']],
    ['with two unknown fields', 'a: 1\nname: B\nb: 2', ['f.yaml:1: a: unknown field', 'f.yaml:3: b: unknown field']],
    [
      'with an unknown field in a list',
      'name: B\nlists:\n  - id: a\n  - id: b\n    tag: x',
      ['f.yaml:5: lists[1].tag: unknown field'],
    ],
    [
      'with a field missing in a list',
      'name: B\nlists:\n  - id: a\n  -\n    tags: [x]',
      ['f.yaml:5: lists[1].id: expected string, received undefined'],
    ],
    [
      'with a wrong entry in a list of a list',
      'name: B\nlists:\n  - id: a\n    tags:\n      - x\n      - 7',
      ['f.yaml:6: lists[0].tags[1]: expected string, received number'],
    ],
    [
      'with a scalar for a list',
      'name: B\nlists:\n  - id: a\n    tags:\n      x',
      ['f.yaml:4: lists[0].tags: expected array, received string'],
    ],
    [
      'with a field missing under a name',
      'name: B\ngroups:\n  g:\n    off: a',
      ['f.yaml:3: groups.g.of: expected string, received undefined', 'f.yaml:4: groups.g.off: unknown field'],
    ],
    [
      'with a name that is a number',
      'name: B\ngroups:\n  g: { of: a }\n  7: { of: 8 }',
      ['f.yaml:4: groups.7.of: expected string, received number'],
    ],
    [
      'with an empty name',
      'name: B\ngroups:\n  "": { of: a }',
      ['f.yaml:3: groups.: expected string to have >=1 characters'],
    ],
    ['with a list for a name', 'name: B\n? [a, b]\n: 1', ['f.yaml:1: [ a, b ]: unknown field']],
    [
      'with a value by an alias',
      'name: B\nlists: &it []\nsize: *it',
      ['f.yaml:3: size: expected number, received array'],
    ],
    ['with what another YAML merges', 'name: B\n<<: { size: 1 }', ['f.yaml:2: <<: unknown field']],
    ['with __proto__', 'name: B\n__proto__: { size: 1 }', ['f.yaml:2: __proto__: unknown field']],
    [
      'of JSON, by its line',
      '{\n  "name": "B",\n  "size": "3"\n}',
      ['f.yaml:3: size: expected number, received string'],
    ],
  ])('%s', (_, text, expected) => {
    expect(problems(text)).toEqual(expected)
  })

  test.each([
    ['a list that does not end', 'name: B\nlists: [\n', /^f\.yaml:\d: lists: expected YAML: /],
    ['a text that does not end', 'name: "B\nsize: 3\n', /^f\.yaml:\d: name: expected YAML: /],
    ['a tab for blanks', 'name: B\n\tsize: 3', /^f\.yaml:2: name: expected YAML: Tabs/],
    ['a field within a field', 'size: 1\nname: B: C', /^f\.yaml:2: name\.B: expected YAML: Nested/],
    ['wrong indentation', 'name: B\ngroups:\n  g: { of: a }\n h: { of: b }', /^f\.yaml:4: groups.*: expected YAML: /],
    ['an alias of nothing', 'name: B\nsize: *it', /^f\.yaml:2: size: expected YAML: Unresolved alias/],
    ['JSON that is cut', '{"name": "B",\n"size":', /^f\.yaml:2: .*: expected YAML: /],
    ['a field twice', 'name: B\nsize: 1\nname: C', /^f\.yaml:3: name: expected each field once$/],
    [
      'a field twice in an entry',
      'name: B\nlists:\n  - id: a\n    id: b',
      /^f\.yaml:4: lists\[0\]\.id: expected each field once$/,
    ],
    ['a field twice in JSON', '{"name": "B",\n"size": 1, "size": 2}', /^f\.yaml:2: size: expected each field once$/],
    ['two documents', 'name: B\n---\nname: C\n', /^f\.yaml:2: \(file\): expected one YAML document$/],
  ])('for its syntax: %s', (_, text, expected) => {
    expect(problems(text)[0]).toMatch(expected)
  })

  test('that would grow without bounds', () => {
    const levels = ['a', 'b', 'c', 'd', 'e'].map((name, i, all) => {
      const inner = i === 0 ? 'x' : `*${all[i - 1]}`
      return `${name}: &${name} [${Array.from({ length: 20 }, () => inner).join(', ')}]`
    })
    expect(problems(levels.join('\n'))).toEqual([expect.stringMatching(/expected YAML: Excessive alias count/)])
  })

  test('with a reason, whatever it holds, and never by an exception', () => {
    const line = fc.string({ unit: fc.constantFrom(...Array.from('ab: -[]{}&*!|>\'"#%@\t\n?,0.~')), maxLength: 40 })
    fc.assert(
      fc.property(fc.oneof(line, fc.string({ unit: 'binary' }), fc.json()), (text) => {
        const result = parseYamlFile(text, schema)
        if (result.kind === 'pass') return
        const last = text.split(/\r\n?|\n/).length
        expect(result.problems.length).toBeGreaterThan(0)
        for (const { line: at, field, message } of result.problems) {
          expect(at).toBeGreaterThanOrEqual(1)
          expect(at).toBeLessThanOrEqual(last)
          expect([field, message].every((said) => said !== '')).toBe(true)
        }
      }),
      { numRuns: 500 },
    )
  })
})
