import fc from 'fast-check'
import { FORMAT_NAMES, FORMATS } from './formats.ts'
import { CONTEXT } from './testing/convert.ts'

const NAMES = [
  'ContactId',
  'Channel',
  'InitiationTimestamp',
  'CustomerEndpoint',
  'Address',
  'Type',
  'Agent',
  'detail',
  'CallSid',
  'From',
  'Direction',
  'Timestamp',
  'CallDuration',
  'id',
  'created_at',
  'via',
  'channel',
  'source',
  'from',
  'status',
  'requester_id',
  'service_request_id',
  'requested_datetime',
  'extended_attributes',
  '__proto__',
  'constructor',
]
const leaf = fc.oneof(
  fc.constantFrom(
    '',
    '2026-11-16T09:00:00Z',
    '2026-02-30',
    'VOICE',
    'inbound',
    '1E+12',
    '+447700900123',
    '\ud800',
    '\0',
  ),
  fc.string(),
  fc.double(),
  fc.boolean(),
  fc.constant(null),
)
const value = fc.letrec((tie) => ({
  any: fc.oneof({ maxDepth: 4 }, leaf, fc.array(tie('any'), { maxLength: 3 }), tie('object')),
  object: fc.dictionary(fc.oneof(fc.constantFrom(...NAMES), fc.string()), tie('any'), { maxKeys: 12 }),
}))

test('each name is one format', () => {
  expect(new Set(FORMAT_NAMES).size).toBe(FORMAT_NAMES.length)
})

test.each(FORMATS.map((format) => [format.name, format] as const))(
  '%s throws for nothing that a unit may hold',
  (_, format) => {
    const unit: fc.Arbitrary<unknown> = format.units.includes('line')
      ? fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom('\t', ' ', '"', '-', '1', 'a', '[') }))
      : value.object
    fc.assert(
      fc.property(fc.array(unit, { maxLength: 4 }), (units) => {
        const convert = format.open(CONTEXT)
        for (const one of units)
          for (const converted of convert(one)) {
            expect(['record', 'skip', 'bad']).toContain(converted.kind)
            if (converted.kind === 'bad') expect(converted.refusal.pointer).toMatch(/^[\w/ .-]*$/)
          }
      }),
      { numRuns: 500 },
    )
  },
)
