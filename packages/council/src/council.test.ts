import { legSchema, parseInstant, profileSchema, webEventSchema } from '@ringback/contracts'
import fc from 'fast-check'
import { type CouncilOptions, createCouncil, type Delivery } from './council.ts'
import type { TrueContact, TrueJourney, TrueRecord } from './truth.ts'

const SMALL = { residents: 1_500, weeks: 3, seed: 4 } as const
const SCHEMAS = { web: webEventSchema, contacts: legSchema, profiles: profileSchema } as const

const idsOf = (delivery: Delivery): readonly string[] =>
  delivery.kind === 'records'
    ? delivery.records.map((record) => String((record as { id: unknown }).id))
    : delivery.text
        .trim()
        .split('\r\n')
        .slice(1)
        .map((row) => row.split(/[,;]/)[0] ?? '')

const council = createCouncil(SMALL)
const deliveries = [...council.deliveries()]
const truth = [...council.truth()]
const contacts = truth.filter((record): record is TrueContact => record.kind === 'contact')
const journeys = truth.filter((record): record is TrueJourney => record.kind === 'journey')

test('the same seed makes the same bytes, another seed others', () => {
  const bytes = (options: CouncilOptions): string => JSON.stringify([...createCouncil(options).everything()])
  const options = { residents: 300, weeks: 1 }
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      expect(bytes({ ...options, seed })).toBe(bytes({ ...options, seed }))
      expect(bytes({ ...options, seed })).not.toBe(bytes({ ...options, seed: seed + 1 }))
    }),
    { numRuns: 3 },
  )
})

test('deliveries come in the order of their arrival, and no event before it happened', () => {
  const arrivals = deliveries.map(({ arrivesAt }) => arrivesAt)
  expect(arrivals).toEqual(arrivals.toSorted((a, b) => a - b))
  const skew = 5 * 60_000
  const early = deliveries.flatMap((delivery) =>
    delivery.kind === 'file'
      ? []
      : (delivery.records as { time?: string }[]).filter(
          ({ time }) => time !== undefined && (parseInstant(time) ?? Infinity) > delivery.arrivesAt + skew,
        ),
  )
  expect(early).toEqual([])
})

test('the contract accepts every record but those that are meant to be bad', () => {
  const refused: string[] = []
  for (const delivery of deliveries)
    if (delivery.kind === 'records')
      for (const record of delivery.records)
        if (!SCHEMAS[delivery.recordKind].safeParse(record).success)
          refused.push(String((record as { id: unknown }).id))
  const bad = truth.flatMap((record) => (record.kind === 'bad' && record.feed !== 'crm' ? [record.id] : []))
  expect(refused.toSorted()).toEqual(bad.toSorted())
})

test('the truth is about what was sent', () => {
  const sent = new Set(deliveries.flatMap((delivery) => idsOf(delivery).map((id) => `${delivery.feed}:${id}`)))
  const sessions = new Set(
    deliveries.flatMap((delivery) =>
      delivery.recordKind === 'web' && delivery.kind === 'records'
        ? delivery.records.map((record) => (record as { session: string }).session)
        : [],
    ),
  )
  /** Those that are missing; asked one by one, expectations would take longer than the council. */
  const missing = (names: readonly (string | null)[], known: ReadonlySet<string>): readonly (string | null)[] =>
    names.filter((name) => name !== null && !known.has(name))
  expect(
    missing(
      contacts.map(({ contact }) => contact),
      sent,
    ),
  ).toEqual([])
  expect(
    missing(
      journeys.flatMap((journey) => journey.sessions),
      sessions,
    ),
  ).toEqual([])
  const known = new Set(contacts.map(({ contact }) => contact))
  const journeyIds = new Set(journeys.map(({ journey }) => journey))
  expect(
    missing(
      contacts.flatMap(({ of, repeatOf }) => [of, repeatOf]),
      known,
    ),
  ).toEqual([])
  expect(
    missing(
      contacts.map(({ journey }) => journey),
      journeyIds,
    ),
  ).toEqual([])
  expect(
    missing(
      journeys.map(({ contact }) => contact),
      known,
    ),
  ).toEqual([])
  const caused: readonly string[] = ['failure', 'chasing', 'contesting', 'handed_off']
  expect(contacts.filter(({ journey, reason }) => (journey !== null) !== caused.includes(reason))).toEqual([])
})

test('every contact that was sent has its truth, and a contact that counts is nobody else’s part', () => {
  const bad = new Set(truth.flatMap((record) => (record.kind === 'bad' ? [`${record.feed}:${record.id}`] : [])))
  const told = new Set(contacts.map(({ contact }) => contact))
  const conversations = deliveries.flatMap((delivery) =>
    delivery.recordKind !== 'contacts'
      ? []
      : delivery.kind === 'file'
        ? idsOf(delivery).map((id) => `${delivery.feed}:${id}`)
        : (delivery.records as { id: string; conversation?: string }[]).map(
            ({ id, conversation }) => `${delivery.feed}:${conversation ?? id}`,
          ),
  )
  expect(new Set(conversations.filter((contact) => !bad.has(contact)))).toEqual(told)
  const parts = new Map(contacts.map(({ contact, part }) => [contact, part]))
  expect(contacts.filter(({ part, of }) => (part === 'whole') !== (of === null))).toEqual([])
  expect(contacts.filter(({ part, of }) => part !== 'whole' && parts.get(of ?? '') !== 'whole')).toEqual([])
})

test('a week can be had alone, without the weeks before it', () => {
  const longer = createCouncil({ residents: 400, weeks: 10, seed: 9 })
  const from = longer.start + 8 * 7 * 86_400_000
  const before = from + 7 * 86_400_000
  const isWithin = ({ arrivesAt }: Delivery): boolean => arrivesAt >= from && arrivesAt < before
  const all = [...longer.deliveries()].filter(isWithin)
  expect(all.length).toBeGreaterThan(1_000)
  expect([...longer.deliveries(from, before)]).toEqual(all)
})

test('a file is delivered twice, e-mails two days late, and nothing of a day before its night', () => {
  const files = deliveries.flatMap((delivery) => (delivery.kind === 'file' ? [delivery] : []))
  const names = files.map(({ name }) => name)
  const twice = names.filter((name, index) => names.indexOf(name) !== index)
  expect(twice).toEqual(['crm-2026-09-24.csv'])
  const [first, second] = files.filter(({ name }) => name === twice[0])
  expect(second?.text).toBe(first?.text)
  expect((second?.arrivesAt ?? 0) - (first?.arrivesAt ?? 0)).toBe(86_400_000)
  for (const delivery of deliveries)
    if (delivery.kind === 'records' && delivery.feed === 'mailbox')
      for (const { time } of delivery.records as { time: string }[])
        expect(delivery.arrivesAt - (parseInstant(time) ?? 0)).toBeGreaterThanOrEqual(2 * 86_400_000 - 60_000)
})

test('nobody is given more numbers than there are', () => {
  expect(() => createCouncil({ residents: 400_000 })).toThrow('400000 residents are too many')
})

test('the truth is closed for what the product reads: no record names a resident, a reason or a cause', () => {
  const words = /"(?:resident|household|reason|cause|journey|outcome_true)":/
  for (const delivery of deliveries)
    if (delivery.kind === 'records') expect(JSON.stringify(delivery.records)).not.toMatch(words)
  expect(JSON.stringify(truth satisfies readonly TrueRecord[])).toMatch(words)
})
