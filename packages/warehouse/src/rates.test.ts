/** The SQL against a slow reading of the law, on random rows, some of them replaced, moved to another week or withdrawn. */
import {
  type ContactRow,
  DAY_MS,
  formatInstant,
  HOUR_MS,
  type Instant,
  type JourneyRow,
  MINUTE_MS,
} from '@ringback/contracts'
import fc from 'fast-check'
import { toWithdrawalLine } from './conclusions.ts'
import { type PlainTables, plainContactRates, plainTaskRates } from './testing/plain-rates.ts'
import { contactRow, createTestTables, insertRows, journeyRow, parseConfig } from './testing/tables.ts'
import type { Warehouse } from './warehouse.ts'

const tables = createTestTables()
afterAll(() => tables.close())

const config = parseConfig({
  council: { name: 'Testshire', timezone: 'Europe/London' },
  tasks: [
    { id: 'missed-bin', family: 'waste' },
    { id: 'bulky', family: 'waste' },
    { id: 'blue-badge', sensitive: true },
  ],
  costs: { web: 0.15, phone: 2.83, face_to_face: 8.62, webchat: 0.1 },
  feeds: { telephony: { kind: 'contacts', delay: '15m' }, crm: { kind: 'contacts' }, site: { kind: 'web' } },
})

/** Two weeks of 2026; the clocks go back at the end of the first. */
const BEGIN = Date.parse('2026-10-19T00:00:00Z')
const instant = fc.integer({ min: 0, max: 14 * 24 * 4 }).map((quarters) => BEGIN + quarters * (HOUR_MS / 4))
const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(value, { freq: 2 })
const seconds = fc.integer({ min: 0, max: 9_999_999 }).map((ms) => ms / 1000)
const localDay = (at: Instant): string => new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/London' }).format(at)

const RETURNS = ['failed', 'possible', 'chased', 'contested', 'handed_off'] as const

const journey = (index: number): fc.Arbitrary<JourneyRow> =>
  fc
    .record({
      task: fc.constantFrom('missed-bin', 'bulky', 'blue-badge', 'not-in-the-catalogue'),
      intent: fc.constantFrom('transaction' as const, 'information' as const),
      last: instant,
      lasted: fc.integer({ min: 0, max: 3 * DAY_MS }),
      window: fc.constantFrom(1, 48, 72).map((hours) => hours * HOUR_MS),
      resume: maybe(fc.constantFrom(24, 168).map((hours) => hours * HOUR_MS)),
      outcome: fc.constantFrom('completed' as const, 'abandoned' as const, 'read' as const, 'refused' as const),
      reachable: fc.boolean(),
      returned: fc.constantFrom(null, 'failed' as const, ...RETURNS),
      gap: seconds,
      cause: fc.constantFrom('gave_up', 'dead_end', 'payment'),
      placebo: fc.boolean(),
    })
    .map(({ last, lasted, window, resume, returned, gap, cause, ...row }) =>
      journeyRow({
        ...row,
        journey_id: `j-${index}`,
        first_at: formatInstant(last - lasted),
        last_at: formatInstant(last),
        window_ends_at: formatInstant(last + window),
        resumable_until: resume === null ? null : formatInstant(last + resume),
        return_kind: returned,
        flagged: returned === 'failed' && gap > 1000,
        gap_seconds: returned === null ? null : gap,
        cause,
      }),
    )

const UNCOUNTED = ['excluded', 'echo', 'redialled'] as const
const FAMILIES: Readonly<Record<string, string>> = { 'missed-bin': 'waste', bulky: 'waste', 'blue-badge': 'blue-badge' }

interface Sketch {
  readonly row: ContactRow
  readonly ofJourney: number
  readonly ofContact: number
  /** Where in a journey's window, or in the time within which a contact is a repeat: 0 to 1, the ends often. */
  readonly whereabouts: number
}

const contact = (index: number): fc.Arbitrary<Sketch> =>
  fc
    .record({
      source: fc.constantFrom('telephony', 'crm', 'e:mail'),
      channel: fc.constantFrom('phone' as const, 'face_to_face' as const, 'webchat' as const, 'email' as const),
      at: instant,
      isTimed: fc.constantFrom(true, true, true, false),
      handle_seconds: maybe(seconds),
      tasks: fc.subarray(['missed-bin', 'bulky', 'blue-badge']),
      families: fc.subarray(['waste', 'blue-badge', 'parking']),
      verdict: fc.constantFrom(...RETURNS, 'unrelated' as const, 'unlinkable' as const, ...UNCOUNTED),
      ofJourney: fc.nat(12),
      ofContact: fc.nat(60),
      whereabouts: fc.constantFrom(0, 0.25, 0.5, 1),
    })
    .map(({ at, isTimed, tasks, families, ofJourney, ofContact, whereabouts, ...row }) => ({
      row: contactRow({
        ...row,
        contact_id: `${encodeURIComponent(row.source)}:c-${index}`,
        started_at: isTimed ? formatInstant(at) : null,
        day: localDay(at),
        tasks,
        families: [...new Set([...families, ...tasks.map((task) => FAMILIES[task] as string)])].sort(),
      }),
      ofJourney,
      ofContact,
      whereabouts,
    }))

const between = (from: Instant, to: Instant, whereabouts: number): Instant =>
  Math.round(from + (to - from) * whereabouts)
const startingAt = (row: ContactRow, at: Instant): ContactRow => ({
  ...row,
  started_at: formatInstant(at),
  day: localDay(at),
})

/** Attributed contacts lie within their journey's window, repeats follow what they repeat: else the law said no such row. */
const tie = (journeys: readonly JourneyRow[], sketches: readonly Sketch[]): ContactRow[] => {
  const contacts: ContactRow[] = []
  for (const { row, ofJourney, ofContact, whereabouts } of sketches) {
    const of = journeys[ofJourney]
    const earlier = contacts[ofContact]
    const isCounted = !UNCOUNTED.some((verdict) => verdict === row.verdict)
    if (of !== undefined && RETURNS.some((verdict) => verdict === row.verdict)) {
      const at = between(Date.parse(of.first_at), Date.parse(of.window_ends_at), whereabouts)
      contacts.push({ ...startingAt(row, at), journey_id: of.journey_id })
    } else if (earlier?.started_at && isCounted && row.started_at !== null) {
      const began = Date.parse(earlier.started_at)
      const at = between(began + 1, began + config.defaults.repeatWithin, whereabouts)
      contacts.push({ ...startingAt(row, at), repeat_of: earlier.contact_id })
    } else contacts.push(row)
  }
  return contacts
}

const sized = <T>(most: number, row: (index: number) => fc.Arbitrary<T>): fc.Arbitrary<T[]> =>
  fc.nat(most).chain((size) => fc.tuple(...Array.from({ length: size }, (_, index) => row(index))))

/** Instants at which something in the rows turns: where < and ≤ differ. */
const turns = (journeys: readonly JourneyRow[], contacts: readonly ContactRow[]): Instant[] => [
  ...journeys.flatMap(({ last_at, window_ends_at, resumable_until }) => [
    Date.parse(last_at) + 30 * MINUTE_MS,
    Date.parse(window_ends_at),
    ...(resumable_until === null ? [] : [Date.parse(resumable_until)]),
  ]),
  ...contacts.flatMap(({ started_at }) =>
    started_at === null ? [] : [Date.parse(started_at) + config.defaults.repeatWithin],
  ),
  Date.parse('2026-10-26T00:00:00Z'),
]

const byName = <Row extends object>(rows: readonly Row[], names: readonly (keyof Row)[]): Row[] => {
  const nameOf = (row: Row): string => JSON.stringify(names.map((name) => row[name]))
  return rows.toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))
}

const compare = async (warehouse: Warehouse, rows: PlainTables, now: Instant): Promise<void> => {
  const taskRates = await warehouse.taskRates({ config, now })
  expect(byName(taskRates, ['task', 'week'])).toEqual(byName(plainTaskRates(rows, config, now), ['task', 'week']))
  const contactRates = await warehouse.contactRates({ config, now })
  const names = ['task', 'channel', 'week'] as const
  expect(byName(contactRates, names)).toEqual(byName(plainContactRates(rows, config, now), names))
}

/** Beyond 64 bits, as versions are. */
const [FIRST, SECOND, THIRD] = ['1', '18446744073709551617', '18446744073709551618'] as const

const withdraw = (warehouse: Warehouse, journeys: readonly JourneyRow[], contacts: readonly ContactRow[]) =>
  warehouse.insertConclusions(
    {
      journeys: journeys.map(({ journey_id }) => toWithdrawalLine('journeys', journey_id, THIRD)),
      contacts: contacts.map(({ contact_id }) => toWithdrawalLine('contacts', contact_id, THIRD)),
    },
    () => {
      throw new Error('unwritable')
    },
  )

test('counts as the law does, whatever was replaced, moved or withdrawn before', async () => {
  await fc.assert(
    fc.asyncProperty(
      sized(40, journey),
      sized(40, journey),
      sized(60, contact),
      fc.record({
        turn: fc.nat(),
        after: fc.constantFrom(0, 0, 20 * DAY_MS),
        declared: maybe(fc.nat()),
        isPast: fc.boolean(),
        isDeclaredAlone: fc.boolean(),
      }),
      fc.nat(4),
      async (before, journeys, sketches, clock, withdrawn) => {
        const warehouse = await tables.fresh()
        const contacts = tie(journeys, sketches)
        const instants = turns(journeys, contacts)
        const now = (instants[clock.turn % instants.length] as number) + clock.after
        await insertRows(warehouse, { journeys, contacts }, SECOND)
        await insertRows(
          warehouse,
          { journeys: before, contacts: contacts.map((row) => ({ ...row, tasks: [] })) },
          FIRST,
        )
        await withdraw(
          warehouse,
          [...before.slice(journeys.length), ...journeys.slice(0, withdrawn)],
          contacts.slice(0, withdrawn),
        )
        const declared = new Map<string, Instant>()
        if (clock.declared !== null) {
          const turn = instants[clock.declared % instants.length] as number
          const at = clock.isPast ? Math.max(now, turn) : turn
          for (const source of ['crm', 'e:mail', ...(clock.isDeclaredAlone ? ['telephony'] : [])])
            declared.set(source, at)
        }
        for (const [source, at] of declared) await warehouse.declareFeed(source, at)
        const left = { journeys: journeys.slice(withdrawn), contacts: contacts.slice(withdrawn), declared }
        await compare(warehouse, left, now)
      },
    ),
    { numRuns: 12 },
  )
}, 120_000)

describe('a journey is mature', () => {
  const windowEnd = Date.parse('2026-10-24T12:00:00Z')
  const resumableUntil = Date.parse('2026-10-26T12:00:00Z')
  const returned = {
    last_at: '2026-10-21T12:00:00.000Z',
    first_at: '2026-10-21T12:00:00.000Z',
    window_ends_at: formatInstant(windowEnd),
    reachable: true,
    return_kind: 'failed' as const,
    flagged: true,
    gap_seconds: 60,
  }
  const rates = async (resumable_until: number | null, now: Instant, declared: Instant | null, given = config) => {
    const warehouse = await tables.fresh()
    const until = resumable_until === null ? null : formatInstant(resumable_until)
    const contact = startingAt(
      contactRow({ verdict: 'failed', journey_id: 'j-1', source: 'crm', contact_id: 'crm:1' }),
      windowEnd,
    )
    const withContact = given === config
    await insertRows(warehouse, {
      journeys: [journeyRow({ ...returned, resumable_until: until })],
      contacts: withContact ? [contact] : [],
    })
    if (declared !== null) for (const source of ['crm', 'telephony']) await warehouse.declareFeed(source, declared)
    const [row] = await warehouse.taskRates({ config: given, now })
    return { came_back: row?.came_back, mature: row?.mature, cost: row?.avoidable_cost, provisional: row?.provisional }
  }
  const mature = { came_back: 1, mature: 1, cost: 2.68 }
  const immature = { came_back: 0, mature: 0, cost: 0, provisional: true }
  const later = Date.parse('2026-10-27T00:00:00Z')

  test.each([
    ['from the end of its window', null, windowEnd, windowEnd, mature],
    ['not before it', null, windowEnd - 1, windowEnd, immature],
    ['not while a feed is complete to less', null, later, windowEnd - 1, immature],
    ['not while a feed is complete to nothing', null, later, null, immature],
    ['once nothing more would join it', resumableUntil, resumableUntil, later, mature],
    ['not while something could', resumableUntil, resumableUntil - 1, later, immature],
  ])('%s', async (_, until, now, declared, expected) => {
    expect(await rates(until, now, declared)).toMatchObject(expected)
  })

  test('and its week provisional until that is over for every feed', async () => {
    // The clocks go back that night: the week ends at midnight GMT.
    const weekEnd = Date.parse('2026-10-26T00:00:00Z')
    expect(await rates(null, weekEnd, weekEnd)).toEqual({ ...mature, provisional: false })
    expect(await rates(null, weekEnd - 1, weekEnd)).toEqual({ ...mature, provisional: true })
    expect(await rates(null, weekEnd, weekEnd - 1)).toEqual({ ...mature, provisional: true })
  })

  test('where there is no contact feed at all, there is none to wait for', async () => {
    const without = { ...config, feeds: {} }
    expect(await rates(null, later, null, without)).toMatchObject({ came_back: 1, mature: 1, provisional: false })
  })
})
