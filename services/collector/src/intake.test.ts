/** What records become at the edge: CONTRACT section 1, SEMANTICS sections 1 and 2. */
import type { EdgeLeg, EdgeProfile, EdgeRecord, EdgeWebEvent, Identifiers } from '@ringback/contracts'
import * as fc from 'fast-check'
import type { Door } from './intake.ts'
import { createEdge, LEAST, RECEIVED, tokeniser } from './testing/edge.ts'

const accept = (raw: unknown, door: Door = {}): EdgeRecord => {
  const result = createEdge().accept(raw, door)
  if (result.kind === 'pass') return result.record
  throw new Error(`${result.refusal.reason} at ${result.refusal.pointer}`)
}
const web = (fields: object): EdgeWebEvent => accept({ ...LEAST.web, ...fields }) as EdgeWebEvent
const leg = (fields: object): EdgeLeg => accept({ ...LEAST.contacts, ...fields }) as EdgeLeg
const profile = (fields: object): EdgeProfile => accept({ ...LEAST.profiles, ...fields }) as EdgeProfile
const tokensOf = (identifiers: Identifiers): string[] => tokeniser.tokensOf(identifiers)

const IDENTIFIERS = {
  account: 'a',
  email: 'jane@x.org',
  phone: '07700 900123',
  uprn: '1',
  device: 'd',
  code: 'K7M',
  case: 'F1',
}

describe('a web event', () => {
  test('is read as the contract shows it', () => {
    const record = web({
      time: '2026-11-16T09:12:03.120+01:00',
      type: 'step',
      url: 'https://my.borsetshire.gov.uk/service/report_missed_bin?step=2#top',
      task: 'bin',
      step: 'which_bin',
      linking: 'transaction',
      identifiers: IDENTIFIERS,
      actor: 'public',
      device_class: 'mobile',
      source: 'website',
    })
    expect(record).toEqual({
      kind: 'web',
      id: 'e-1',
      at: Date.UTC(2026, 10, 16, 8, 12, 3, 120),
      session: 's-1',
      type: 'step',
      source: 'website',
      isPublic: true,
      received: RECEIVED,
      tokens: tokensOf(IDENTIFIERS),
      url: 'my.borsetshire.gov.uk/service/report_missed_bin',
      task: 'bin',
      step: 'which_bin',
      deviceClass: 'mobile',
    })
  })

  test('needs no more than an id, a time, a session and a type', () => {
    expect(web({})).toEqual({
      kind: 'web',
      id: 'e-1',
      at: Date.UTC(2026, 10, 16, 9, 12, 3),
      session: 's-1',
      type: 'page_view',
      source: 'web',
      isPublic: true,
      received: RECEIVED,
      tokens: [],
    })
  })

  test.each([
    ['none', ['code']],
    [undefined, ['code']],
    ['quoted', ['case', 'code']],
    ['consent', ['account', 'case', 'code', 'device', 'email', 'mobile', 'uprn']],
    ['transaction', ['account', 'case', 'code', 'device', 'email', 'mobile', 'uprn']],
  ])('of linking %s keeps the tokens %j', (linking, expected) => {
    const { tokens } = web({ linking, identifiers: IDENTIFIERS })
    expect(tokens.map((token) => token.split(':')[0])).toEqual(expected)
  })

  test.each<[string, object, Identifiers]>([
    ['one with a ground', { type: 'task_completed', linking: 'transaction', case: 'F 2' }, { case: 'F2' }],
    ['a quoted one', { type: 'task_completed', linking: 'quoted', case: 'F2' }, { case: 'F2' }],
    ['one without a ground', { type: 'task_completed', case: 'F2' }, {}],
    ['another than a completion', { type: 'page_view', linking: 'transaction', case: 'F2' }, {}],
    ['several', { type: 'task_completed', linking: 'consent', case: ['F2', '', 'F3'] }, { case: ['F2', 'F3'] }],
    [
      'one beside its identifiers',
      { type: 'task_completed', linking: 'quoted', case: 'F2', identifiers: IDENTIFIERS },
      { code: 'K7M', case: ['F1', 'F2'] },
    ],
  ])('names a case, %s', (_, fields, expected) => {
    expect(web(fields).tokens).toEqual(tokensOf(expected))
  })

  test.each([
    ['public', true],
    [undefined, true],
    ['agent', false],
    ['internal', false],
    ['bot', false],
  ])('of the actor %s is public: %j', (actor, expected) => {
    expect(web({ actor }).isPublic).toBe(expected)
  })

  test('keeps what belongs to its type, and no field or rule', () => {
    const error = web({ type: 'error', code: 'payment' })
    expect([error.code, web({ type: 'page_view', code: 'K7M-4QX' }).code]).toEqual(['payment', undefined])
    const invalid = web({ type: 'validation_error', step: 'about_you', field: 'date_of_birth', rule: 'jane was here' })
    expect(invalid.step).toBe('about_you')
    expect(JSON.stringify(invalid)).not.toMatch(/date_of_birth|jane/)
    expect(web({ type: 'task_completed', result: 'refused' }).result).toBe('refused')
    expect([web({ type: 'search', results: 0 }).results, web({ type: 'feedback', useful: false }).useful]).toEqual([
      0,
      false,
    ])
  })

  test.each([
    ['https://jane:pw@x.org:8443/bins?email=jane@x.org#jane', 'x.org/bins'],
    ['/bins?uprn=1', '/bins'],
    ['mailto:jane@x.org', undefined],
    ['?email=jane@x.org', undefined],
  ])('at %s was at %s', (url, expected) => {
    expect(web({ url }).url).toBe(expected)
  })
})

describe('a contact leg', () => {
  const FULL = {
    source: 'telephony',
    id: 'c-1',
    conversation: 'conv-1',
    revision: 3,
    time: '2026-11-16T11:26:00.5+00:00',
    channel: 'phone',
    direction: 'inbound',
    outcome: 'answered',
    identifiers: { phone: '07700 900123', crm: 'C1' },
    tasks: ['bin', 'other'],
    queue: 'WASTE_Q1',
    category: 'Missed bin',
    disposition: 'waste_information_requested',
    handle_seconds: 341,
    actor: 'public',
  }

  test('goes on with its canonical JSON: sorted keys, tokens for identifiers, all else as it was sent', () => {
    const tokens = tokensOf(FULL.identifiers)
    const { identifiers: _, ...rest } = FULL
    const record = leg(FULL)
    expect(record).toEqual({
      kind: 'contacts',
      source: 'telephony',
      conversation: 'conv-1',
      id: 'c-1',
      revision: 3,
      canonical: record.canonical,
      received: RECEIVED,
      tokens,
      shows: true,
    })
    expect(JSON.parse(record.canonical)).toEqual({ ...rest, identifiers: tokens })
    expect(record.canonical).toMatch(
      /^\{"actor":"public","category":"Missed bin","channel":"phone","conversation":"conv-1",/,
    )
    expect(record.canonical).toContain('"time":"2026-11-16T11:26:00.5+00:00"')
    expect(record.canonical).not.toContain('received')
  })

  test('that says least has the least canonical JSON', () => {
    expect(leg({ identifiers: null, queue: '', note: 'x' }).canonical).toBe(
      '{"channel":"phone","id":"c-1","source":"telephony","time":"2026-11-16T11:26:00Z"}',
    )
    expect(leg({ identifiers: { phone: 'withheld' } }).canonical).toContain('"identifiers":[]')
    expect(leg({})).toMatchObject({ conversation: 'c-1', revision: 0, tokens: [], shows: true })
  })

  test.each([
    ['\u20AC$\u000F\nA\'B"\\\\"/', '"\u20AC$\\u000f\\nA\'B\\"\\\\\\\\\\"/"'],
    ['\u2028\u0080\uD83D\uDE02', '"\u2028\u0080\uD83D\uDE02"'],
    ['\b\t\f\r\u001F', '"\\b\\t\\f\\r\\u001f"'],
  ])('writes the text %j by RFC 8785', (queue, expected) => {
    expect(leg({ queue }).canonical).toContain(`"queue":${expected}`)
  })

  test.each([
    [1e21 / 3e12, '333333333.3333333'],
    [4.5, '4.5'],
    [2e-3, '0.002'],
    [1e-27, '1e-27'],
    [-0, '0'],
    [341, '341'],
  ])('writes the number %d by RFC 8785', (seconds, expected) => {
    expect(leg({ handle_seconds: seconds }).canonical).toContain(`"handle_seconds":${expected},`)
  })

  test('has one canonical JSON, in whatever order its fields and identifiers come and whatever else it holds', () => {
    const entries = Object.entries({ ...FULL, identifiers: { phone: ['07700 900123', '01632 960001'], crm: 'C1' } })
    const { canonical } = leg(Object.fromEntries(entries))
    const more = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 3 })
    fc.assert(
      fc.property(fc.shuffledSubarray(entries, { minLength: entries.length }), more, (shuffled, unknown) => {
        const known = Object.fromEntries(shuffled)
        const identifiers = { crm: ['C1', ' C1'], phone: ['(01632) 960001', '7700900123'] }
        expect((accept({ ...unknown, ...known, identifiers }) as EdgeLeg).canonical).toBe(canonical)
      }),
    )
  })

  test.each([
    [{}, true],
    [{ direction: 'outbound' }, true],
    [{ direction: 'internal' }, false],
    [{ actor: 'agent' }, false],
    [{ actor: 'public', direction: 'inbound' }, true],
  ])('of %j shows tokens to be shared: %j', (fields, expected) => {
    expect(leg(fields).shows).toBe(expected)
  })

  test('may have a day alone, and is given no time', () => {
    const { canonical } = leg({ time: null, date: '2026-11-16' })
    expect(canonical).toBe('{"channel":"phone","date":"2026-11-16","id":"c-1","source":"telephony"}')
    expect(JSON.parse(leg({ date: '2026-11-15' }).canonical)).toMatchObject({
      date: '2026-11-15',
      time: LEAST.contacts['time'],
    })
  })
})

test('a profile goes on with its canonical JSON', () => {
  const identifiers = { account: 'a', crm: ['C2', 'C1'], email: 'jane@x.org' }
  const tokens = tokensOf(identifiers)
  expect(profile({ identifiers, revision: 7, name: 'Jane' })).toEqual({
    kind: 'profiles',
    source: 'crm',
    id: 'p-1',
    revision: 7,
    canonical: `{"id":"p-1","identifiers":${JSON.stringify(tokens)},"revision":7,"source":"crm"}`,
    received: RECEIVED,
    tokens,
  })
  expect(profile({})).toMatchObject({ revision: 0, canonical: '{"id":"p-1","identifiers":[],"source":"crm"}' })
})
