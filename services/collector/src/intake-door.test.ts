/** What a record is taken for, where its source comes from, and what is counted on the way. */
import type { EdgeLeg, EdgeRecord } from '@ringback/contracts'
import type { Door } from './intake.ts'
import { createEdge, LEAST } from './testing/edge.ts'

const accept = (raw: unknown, door: Door = {}): EdgeRecord => {
  const result = createEdge().accept(raw, door)
  if (result.kind === 'pass') return result.record
  throw new Error(`${result.refusal.reason} at ${result.refusal.pointer}`)
}

describe('what a record is', () => {
  const { web: event, contacts, profiles } = LEAST
  test.each([
    ['with a session', { ...event, channel: 'phone' }, {}, 'web'],
    ['with a channel', contacts, {}, 'contacts'],
    ['with neither', profiles, {}, 'profiles'],
    ['with an empty session, as a table has it', { ...contacts, session: '' }, {}, 'contacts'],
    ['with null for both', { ...profiles, session: null, channel: null }, {}, 'profiles'],
    ['that is stated', { ...profiles, session: 's', channel: 'phone' }, { kind: 'profiles' }, 'profiles'],
  ] as const)('%s, is told', (_, raw, door, expected) => {
    expect(accept(raw, door).kind).toBe(expected)
  })

  test('is told where it is refused too, as far as it can be', () => {
    const { accept: refuse } = createEdge()
    expect(refuse({ session: 's' })).toMatchObject({ kind: 'bad', recordKind: 'web', source: null })
    expect(refuse({ channel: 'phone', source: 'tel' })).toMatchObject({ recordKind: 'contacts', source: 'tel' })
    expect(refuse({})).toMatchObject({ recordKind: 'profiles', source: null })
    expect(refuse({}, { kind: 'web', source: 'site' })).toMatchObject({ recordKind: 'web', source: 'site' })
    expect(refuse([])).toMatchObject({ recordKind: null, source: null })
  })

  test.each([
    ['is filled in where it is missing', undefined, 'desk'],
    ['is filled in where it is null', null, 'desk'],
    ['is filled in where it is empty', '', 'desk'],
    ['stays where it is there', 'telephony', 'telephony'],
  ])('its source %s', (_, source, expected) => {
    for (const least of Object.values(LEAST))
      expect(accept({ ...least, source }, { source: 'desk' }).source).toBe(expected)
    const record = accept({ ...LEAST.contacts, source }, { source: 'desk' }) as EdgeLeg
    expect(JSON.parse(record.canonical)).toHaveProperty('source', expected)
  })
})

describe('counted are', () => {
  test('records that name a task that the catalogue does not know', () => {
    const { accept: take, counts } = createEdge()
    for (const task of ['bin', 'badge', 'retired', '', null]) take({ ...LEAST.web, task })
    for (const tasks of [['bin'], ['bin', 'retired'], ['retired', 'constructor'], []])
      take({ ...LEAST.contacts, tasks })
    expect(counts).toEqual({ unknownTask: 3, noToken: {} })
  })

  test('identifiers without a token, by reason; not those that linking removes', () => {
    const { accept: take, counts } = createEdge()
    take({ ...LEAST.contacts, identifiers: { phone: ['withheld', '01632 960000', '123'], crm: 'ANON', email: 'x' } })
    take({ ...LEAST.profiles, identifiers: { uprn: 'x' } })
    take({ ...LEAST.web, identifiers: { phone: 'withheld', uprn: 'x' } })
    take({ ...LEAST.web, linking: 'quoted', identifiers: { phone: 'withheld', code: '-' } })
    expect(counts).toEqual({ unknownTask: 0, noToken: { withheld: 1, stop_list: 2, invalid: 4 } })
  })

  test('nothing of a record that is refused', () => {
    const { accept: take, counts } = createEdge()
    take({ ...LEAST.web, time: 'x', task: 'retired', linking: 'consent', identifiers: { phone: 'withheld' } })
    take({ ...LEAST.contacts, date: '2026-02-30', tasks: ['retired'], identifiers: { phone: 'withheld' } })
    expect(counts).toEqual({ unknownTask: 0, noToken: {} })
  })
})
