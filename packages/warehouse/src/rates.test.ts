/** The SQL against a slow reading of the law, on random rows, some of them replaced, moved to another week or withdrawn. */
import type { ContactRow, Instant, JourneyRow } from '@ringback/contracts'
import { DAY_MS, formatInstant, HOUR_MS } from '@ringback/contracts'
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

/** Weeks 43 to 46 of 2026; the clocks go back in the first of them. */
const BEGIN = Date.parse('2026-10-19T00:00:00Z')
const instant = fc.integer({ min: 0, max: 28 * 24 * 4 }).map((quarters) => BEGIN + quarters * (HOUR_MS / 4))
const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(value, { freq: 2 })
const seconds = fc.integer({ min: 0, max: 9_999_999 }).map((ms) => ms / 1000)

const taskIds = ['missed-bin', 'bulky', 'blue-badge', 'not-in-the-catalogue'] as const
const CAUSES = ['gave_up', 'dead_end', 'payment'] as const

const journey = (index: number): fc.Arbitrary<JourneyRow> =>
  fc
    .record({
      task: fc.constantFrom(...taskIds),
      intent: fc.constantFrom('transaction' as const, 'information' as const),
      last: instant,
      lasted: fc.integer({ min: 0, max: 10 * DAY_MS }),
      window: fc.constantFrom(1, 48, 72, 168).map((hours) => hours * HOUR_MS),
      resume: maybe(fc.constantFrom(24, 168).map((hours) => hours * HOUR_MS)),
      outcome: fc.constantFrom('completed' as const, 'abandoned' as const, 'read' as const, 'refused' as const),
      reachable: fc.boolean(),
      returned: maybe(fc.constantFrom('failed' as const, 'possible' as const, 'chased' as const, 'contested' as const)),
      flags: fc.boolean(),
      gap: seconds,
      cause: fc.constantFrom(...CAUSES),
      placebo: fc.boolean(),
    })
    .map(({ last, lasted, window, resume, returned, flags, gap, cause, ...row }) =>
      journeyRow({
        ...row,
        journey_id: `j-${index}`,
        first_at: formatInstant(last - lasted),
        last_at: formatInstant(last),
        window_ends_at: formatInstant(last + window),
        resumable_until: resume === null ? null : formatInstant(last + resume),
        return_kind: returned,
        flagged: returned === 'failed' && flags,
        gap_seconds: returned === null ? null : gap,
        cause,
      }),
    )

const VERDICTS = ['failed', 'possible', 'chased', 'unrelated', 'unlinkable', 'excluded', 'echo', 'redialled'] as const
const FAMILIES: Readonly<Record<string, string>> = { 'missed-bin': 'waste', bulky: 'waste', 'blue-badge': 'blue-badge' }

interface Named extends ContactRow {
  readonly ofJourney: number
  readonly ofContact: number
}

const contact = (index: number): fc.Arbitrary<Named> =>
  fc
    .record({
      source: fc.constantFrom('telephony', 'crm', 'e:mail'),
      channel: fc.constantFrom('phone' as const, 'face_to_face' as const, 'webchat' as const, 'email' as const),
      at: instant,
      isTimed: fc.boolean(),
      handle_seconds: maybe(seconds),
      tasks: fc.subarray(['missed-bin', 'bulky', 'blue-badge']),
      families: fc.subarray(['waste', 'blue-badge', 'parking']),
      verdict: fc.constantFrom(...VERDICTS),
      ofJourney: fc.nat(30),
      ofContact: fc.nat(60),
    })
    .map(({ at, isTimed, tasks, families, ...row }) => ({
      ...contactRow({
        ...row,
        contact_id: `${encodeURIComponent(row.source)}:c-${index}`,
        started_at: isTimed ? formatInstant(at) : null,
        day: new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/London' }).format(at),
        tasks,
        families: [...new Set([...families, ...tasks.map((task) => FAMILIES[task] as string)])].sort(),
        verdict: row.verdict,
      }),
      ofJourney: row.ofJourney,
      ofContact: row.ofContact,
    }))

/** Attributed contacts lie within their journey's window; repeats follow what they repeat. Else they would not be law's. */
const tie = (journeys: readonly JourneyRow[], contacts: readonly Named[]): ContactRow[] =>
  contacts.map(({ ofJourney, ofContact, ...row }) => {
    const of = journeys[ofJourney]
    const isReturn = ['failed', 'possible', 'chased'].includes(row.verdict)
    const began = Date.parse(row.started_at ?? '')
    const fits = of !== undefined && began >= Date.parse(of.first_at) && began <= Date.parse(of.window_ends_at)
    const earlier = contacts[ofContact]
    const since = began - Date.parse(earlier?.started_at ?? '')
    const repeats =
      earlier !== undefined &&
      !['excluded', 'echo', 'redialled'].includes(row.verdict) &&
      since > 0 &&
      since <= config.defaults.repeatWithin
    return {
      ...row,
      journey_id: isReturn && fits ? of.journey_id : null,
      repeat_of: repeats ? earlier.contact_id : null,
    }
  })

const sized = <T>(most: number, row: (index: number) => fc.Arbitrary<T>): fc.Arbitrary<T[]> =>
  fc.nat(most).chain((size) => fc.tuple(...Array.from({ length: size }, (_, index) => row(index))))

const byName = <Row extends { readonly week: string }>(rows: readonly Row[], names: readonly (keyof Row)[]): Row[] => {
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

test('counts as the law does, whatever was replaced, moved or withdrawn before', async () => {
  await fc.assert(
    fc.asyncProperty(
      sized(30, journey),
      sized(30, journey),
      sized(60, contact),
      instant,
      maybe(instant),
      fc.nat(10),
      async (before, journeys, contacts, now, declared, withdrawn) => {
        const warehouse = await tables.fresh()
        const tied = tie(journeys, contacts)
        await insertRows(warehouse, { journeys: before, contacts: tied.map((row) => ({ ...row, day: '2026-11-01' })) })
        await insertRows(warehouse, { journeys, contacts: tied }, '18446744073709551617')
        const gone = [...before.slice(journeys.length), ...journeys.slice(0, withdrawn)]
        const lines = gone.map(({ journey_id }) => toWithdrawalLine('journeys', journey_id, '18446744073709551618'))
        const goneContacts = tied.slice(0, withdrawn)
        const contactLines = goneContacts.map(({ contact_id }) =>
          toWithdrawalLine('contacts', contact_id, '18446744073709551618'),
        )
        await warehouse.insertConclusions({ journeys: lines, contacts: contactLines }, () => {
          throw new Error('unwritable')
        })
        const reach = new Map<string, Instant>()
        if (declared !== null) for (const source of ['crm', 'e:mail']) reach.set(source, declared)
        for (const [source, at] of reach) await warehouse.declareFeed(source, at)
        const left = { journeys: journeys.slice(withdrawn), contacts: tied.slice(withdrawn), declared: reach }
        await compare(warehouse, left, now)
        await warehouse.close()
      },
    ),
    { numRuns: 25 },
  )
}, 120_000)
