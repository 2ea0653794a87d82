/** Which weeks and flags the figures of an incident are taken from. */
import type { ExportedJourney, TaskRate } from '@ringback/contracts'
import { createCouncil } from '@ringback/council'
import { noteIncidents } from './incident-measures.ts'

const council = createCouncil({ residents: 200, weeks: 12, start: '2026-09-07' })
const WEEKS = Array.from({ length: 12 }, (_, index) => `2026-W${37 + index}`)
const dayOf = (week: number, day: number): string =>
  new Date(Date.parse('2026-09-07T12:00:00Z') + (week * 7 + day) * 86_400_000).toISOString()

const cell = (task: string, week: number, flagged: number) => ({
  task,
  week: WEEKS[week] ?? '',
  journeys: 200,
  reachable: 100,
  flagged,
  placebo: 1,
  failures: flagged,
  coincidences: 0,
  completed: 0,
  trueJourneys: 200,
  trueFailures: 5,
  trueCompleted: 0,
})
const flag = (more: Partial<ExportedJourney>): ExportedJourney =>
  ({
    task: 'pothole',
    family: 'roads',
    flagged: true,
    return_kind: 'failed',
    cause: 'gave_up',
    last_step: null,
    ...more,
  }) as ExportedJourney

test('the broken look-up stands in its own two weeks, beside those before and after it', () => {
  const notes = noteIncidents(council, WEEKS)
  const broken = { task: 'report-missed-bin', family: 'waste', cause: 'lookup', last_step: 'address' }
  notes.addJourney(flag({ ...broken, last_at: dayOf(3, 2) }), 'failure')
  notes.addJourney(flag({ ...broken, last_at: dayOf(4, 0) }), 'failure')
  notes.addJourney(flag({ ...broken, last_at: dayOf(6, 0), cause: 'upload' }), 'failure')
  const task = 'report-missed-bin'
  const rates = WEEKS.map(
    (week, index) =>
      ({
        task,
        week,
        failure_rate: index === 3 ? 0.3 : 0.01,
        top_cause: index === 3 ? 'lookup' : 'gave_up',
      }) as TaskRate,
  )
  const { lookup } = notes.measures(
    WEEKS.map((_, index) => cell(task, index, index === 3 ? 30 : 1)),
    rates,
  )
  expect(lookup.during.weeks).toEqual(['2026-W40', '2026-W41'])
  expect(lookup.before.weeks).toEqual(['2026-W37', '2026-W38', '2026-W39'])
  expect(lookup.after.weeks).toEqual(['2026-W42', '2026-W43', '2026-W44'])
  expect(lookup.during.rate).toEqual({ part: 31, all: 200 })
  expect(lookup.causes.entries()).toEqual([['lookup', 2]])
  expect(lookup.steps.entries()).toEqual([['address', 2]])
  expect(lookup.place).toBe(1)
  expect(lookup.topCauses).toContain('lookup')
})

test('flags because of the bills are told from the family’s others of that week', () => {
  const notes = noteIncidents(council, WEEKS)
  const tax = { task: 'council-tax-bill', family: 'council-tax' }
  notes.addJourney(flag({ ...tax, last_at: dayOf(7, 1) }), 'bills')
  notes.addJourney(flag({ ...tax, last_at: dayOf(7, 2) }), 'failure')
  notes.addJourney(flag({ ...tax, last_at: dayOf(6, 2) }), 'background')
  notes.addJourney(flag({ last_at: dayOf(7, 2) }), 'bills')
  const { bills } = notes.measures([cell('council-tax-bill', 7, 2), cell('pothole', 7, 50)], [])
  expect(bills.flagsBecause).toEqual({ part: 1, all: 2 })
  expect(bills.during.rate).toEqual({ part: 2, all: 100 })
})

test('coverage of the consent weeks, hand-offs, the new queue and snow are counted where they are', () => {
  const notes = noteIncidents(council, WEEKS)
  notes.addJourney(
    flag({ task: 'homelessness', flagged: false, return_kind: 'handed_off', last_at: dayOf(9, 0) }),
    'handed_off',
  )
  notes.addJourney(flag({ task: 'homelessness', last_at: dayOf(9, 0) }), 'handed_off')
  notes.addJourney(flag({ last_at: dayOf(10, 3) }), 'snow')
  const call = { source: 'telephony', tasks: [], families: [] }
  notes.addContact({ ...call, day: '2026-10-01' })
  notes.addContact({ ...call, day: '2026-10-02', families: ['waste'] })
  notes.addContact({ ...call, day: '2026-11-02' })
  notes.addContact({ ...call, day: '2026-11-02', source: 'crm' })
  const { consent, handOff, queue, snow } = notes.measures(
    WEEKS.map((_, index) => cell('pothole', index, 2)),
    [],
  )
  expect(consent.during.weeks).toEqual(['2026-W42', '2026-W43'])
  expect(consent.during.counts).toMatchObject({ reachable: 200, journeys: 400 })
  expect(handOff).toEqual({ handedOff: { part: 1, all: 2 }, flagged: { part: 1, all: 2 } })
  expect(queue).toEqual({ before: { part: 1, all: 2 }, since: { part: 1, all: 1 } })
  expect(snow.flagsBecause).toEqual({ part: 1, all: 1 })
})
