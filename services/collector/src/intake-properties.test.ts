/** For whatever JSON: the edge answers, and what identifies somebody goes no further. */
import {
  BAD_REASONS,
  identifiersSchema,
  legSchema,
  MINUTE_MS,
  profileSchema,
  RECORD_KINDS,
  type RecordKind,
  webEventSchema,
} from '@ringback/contracts'
import * as fc from 'fast-check'
import { createEdge, LEAST, RECEIVED } from './testing/edge.ts'

const FIELDS = [...new Set([webEventSchema, legSchema, profileSchema].flatMap((schema) => Object.keys(schema.shape)))]
const IDENTIFIERS = Object.keys(identifiersSchema.shape)
const STRANGE = ['__proto__', 'constructor', 'toString', 'note', '', '\uD800', 'a/b~c']

const word = fc.oneof(
  fc.constantFrom(
    'step',
    'error',
    'task_completed',
    'phone',
    'inbound',
    'public',
    'agent',
    'consent',
    'quoted',
    'bin',
    'confirmed',
    '',
  ),
  fc.constantFrom('2026-11-16T09:00:00Z', '2026-11-16', '2026-02-30', '9999-12-31T23:59:59Z'),
  fc.constantFrom('07400 123456', 'jane@x.org', 'withheld', '\uD800', 'https://jane@x.org/a?b'),
  fc.string({ unit: 'binary', maxLength: 8 }),
)
const { value: json } = fc.letrec<{ value: unknown; object: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    word,
    fc.constantFrom<unknown>(null, true, false, 0, -1, 1.5, 1e308, 2 ** 60),
    fc.array(tie('value'), { maxLength: 3 }),
    tie('object'),
  ),
  object: fc
    .array(fc.tuple(fc.constantFrom(...FIELDS, ...IDENTIFIERS, ...STRANGE), tie('value')), { maxLength: 6 })
    // As JSON.parse does it: __proto__ is a field like any other.
    .map((entries) => Object.fromEntries(entries) as unknown),
}))
const kind = fc.constantFrom(...RECORD_KINDS)
const door = fc.record({
  kind: fc.option(kind, { nil: undefined }),
  source: fc.option(fc.string(), { nil: undefined }),
})

/** A record that lacks nothing, with some of its fields made anything. */
const spoilt = fc.tuple(kind, fc.dictionary(fc.constantFrom(...FIELDS, ...STRANGE), json, { maxKeys: 3 }))
const anyRecord = fc.oneof(
  json,
  spoilt.map(([of, fields]): unknown => ({ ...LEAST[of], ...fields })),
)

test('every value is accepted or refused with a known reason at a known place; nothing is thrown, nothing changed', () => {
  const { accept, counts } = createEdge()
  const known = new RegExp(`^(/(${[...FIELDS, ...IDENTIFIERS].join('|')}|\\d+))*$`)
  let passed = 0
  fc.assert(
    fc.property(anyRecord, door, (raw, through) => {
      const before = JSON.stringify(raw)
      const result = accept(raw, through)
      expect(JSON.stringify(raw)).toBe(before)
      if (result.kind === 'bad') {
        expect(BAD_REASONS).toContain(result.refusal.reason)
        expect(result.refusal.pointer).toMatch(known)
        return
      }
      passed++
      const { record } = result
      expect(record.tokens).toEqual([...new Set(record.tokens)].sort())
      if (record.kind === 'web') expect(record.at).toBeLessThanOrEqual(RECEIVED + 5 * MINUTE_MS)
      // What goes on can be written as UTF-8.
      expect(
        Object.values(record)
          .flat()
          .every((value) => typeof value !== 'string' || value.isWellFormed()),
      ).toBe(true)
    }),
    { numRuns: 3_000 },
  )
  expect(passed).toBeGreaterThan(100)
  expect(Object.values(counts.noToken).every((count) => count > 0)).toBe(true)
})

describe('of raw identifiers nothing is left', () => {
  /** No other text of a record or token holds these by chance. */
  const secret = fc.oneof(
    fc.stringMatching(/^[a-z0-9]{12}$/).map((name) => `ZQ${name}`),
    fc.stringMatching(/^074001[0-9]{5}$/),
    fc.stringMatching(/^[a-z0-9]{10}$/).map((name) => `${name}@secret.example`),
    fc.stringMatching(/^[1-9][0-9]{11}$/),
  )
  const secrets = fc.array(secret, { minLength: 1, maxLength: 6 })

  const hide = (values: readonly string[], where: number, of: RecordKind): Record<string, unknown> => {
    const [first = '', ...more] = values
    const spread = Object.fromEntries(IDENTIFIERS.map((name, i) => [name, values[i % values.length]]))
    const wheres: readonly Record<string, unknown>[] = [
      { identifiers: spread },
      { identifiers: { phone: values, email: values, account: more } },
      { identifiers: { [first]: first, name: values, account: { [first]: values } } },
      { identifiers: { phone: [first, { [first]: first }], email: [[first]] } },
      { identifiers: { [first]: '\uD800', email: `${first}\uD800` } },
      { identifiers: values },
      { identifiers: first },
      { note: values, form: { [first]: values }, [first]: first },
      { url: `https://${encodeURIComponent(first)}@x.org/a?b=${values.join('&')}#${first}` },
      { url: `mailto:${first}?cc=${values.join()}` },
      { field: first, rule: values.join(' ') },
      { code: first, case: values },
      { results: first, useful: values, revision: { [first]: first }, handle_seconds: first },
      { type: first, channel: first, actor: first },
      { time: first, date: first },
      { step: { [first]: first }, tasks: [{ [first]: first }], queue: values },
      { step: { [first]: '\uD800' }, tasks: [{ [first]: '\uD800' }], queue: [first, '\uD800'] },
    ]
    const base = of === 'web' ? { ...LEAST.web, type: 'task_completed' } : LEAST[of]
    return { ...base, ...wheres[where % wheres.length] }
  }

  test.each(RECORD_KINDS)('in a record of %s, accepted or refused', (of) => {
    const linking = fc.constantFrom('none', 'consent', 'transaction', 'quoted', undefined)
    fc.assert(
      fc.property(secrets, fc.nat(16), linking, fc.boolean(), (values, where, ground, isStated) => {
        const { accept, counts } = createEdge()
        const raw = { ...hide(values, where, of), linking: ground }
        const said = JSON.stringify([accept(raw, isStated ? { kind: of } : {}), counts])
        for (const value of values) expect(said).not.toContain(value)
      }),
      { numRuns: 1_000 },
    )
  })
})
