import type { TaskRate } from '@ringback/contracts'
import { wilsonInterval } from '@ringback/journeys'
import fc from 'fast-check'
import { toLeagueTable } from './league-table.ts'

const NOTHING: TaskRate = {
  task: 'bins',
  week: '2026-W46',
  journeys: 0,
  started: 0,
  completed: 0,
  dropouts: 0,
  reachable: 0,
  mature: 0,
  flagged: 0,
  strict: 0,
  placebo: 0,
  possible: 0,
  chased: 0,
  contested: 0,
  handed_off: 0,
  failure_rate: null,
  failure_low: null,
  failure_high: null,
  placebo_rate: null,
  excess: null,
  came_back: 0,
  avoidable_cost: 0,
  median_gap_seconds: null,
  top_cause: null,
  sight: null,
  estimated_rate: null,
  coverage: null,
  take_up: null,
  provisional: false,
}
const week = (values: Partial<TaskRate>): TaskRate => ({ ...NOTHING, ...values })

test('a rate over several weeks is that of their sums, with the interval of so many journeys', () => {
  const [row] = toLeagueTable([
    week({ week: '2026-W45', journeys: 100, reachable: 60, mature: 60, flagged: 6, started: 50, dropouts: 10 }),
    week({ week: '2026-W46', journeys: 100, reachable: 40, mature: 40, flagged: 14, started: 50, dropouts: 20 }),
  ])
  const { low, high } = wilsonInterval(20, 100) ?? {}
  expect(row).toMatchObject({ journeys: 200, mature: 100, flagged: 20, failureRate: 0.2, failureLow: low })
  expect(row).toMatchObject({ failureHigh: high, dropoutRate: 0.3, coverage: 0.5 })
})

test('each week is estimated by what could be seen in it', () => {
  const [row] = toLeagueTable([
    week({ week: '2026-W45', mature: 100, flagged: 10, sight: 0.5 }),
    week({ week: '2026-W46', mature: 100, flagged: 30, sight: 1 }),
  ])
  expect(row?.estimatedRate).toBeCloseTo((20 + 30) / 200, 12)
})

test('without sight in a week that counts there is no estimate', () => {
  const [row] = toLeagueTable([week({ mature: 10, flagged: 1, sight: null })])
  expect(row?.estimatedRate).toBeNull()
  const [other] = toLeagueTable([week({ mature: 10, flagged: 1, sight: 1 }), week({ week: '2026-W47', sight: null })])
  expect(other?.estimatedRate).toBeCloseTo(0.1, 12)
})

test('the cause on top is that of the weeks with the most returns', () => {
  const [row] = toLeagueTable([
    week({ week: '2026-W44', came_back: 3, top_cause: 'lookup' }),
    week({ week: '2026-W45', came_back: 2, top_cause: 'payment' }),
    week({ week: '2026-W46', came_back: 2, top_cause: 'payment' }),
  ])
  expect(row?.topCause).toBe('payment')
})

test('a task of three journeys does not lead by chance', () => {
  const table = toLeagueTable([
    week({ task: 'rare', mature: 3, flagged: 1 }),
    week({ task: 'often', mature: 1_000, flagged: 200 }),
    week({ task: 'unknown' }),
  ])
  expect(table.map(({ task }) => task)).toEqual(['often', 'rare', 'unknown'])
})

test('the order in which the weeks come does not matter', () => {
  const arbitrary = fc.array(
    fc
      .record({ task: fc.constantFrom('a', 'b', 'c'), journeys: fc.nat(50), mature: fc.nat(20), share: fc.nat(20) })
      .map(({ share, ...values }) => week({ ...values, flagged: Math.min(values.mature, share), sight: 0.5 })),
    { maxLength: 12 },
  )
  fc.assert(
    fc.property(arbitrary, (rates) => {
      const table = toLeagueTable(rates)
      expect(toLeagueTable(rates.toReversed()).map(({ task }) => task)).toEqual(table.map(({ task }) => task))
      expect(table.reduce((sum, { flagged }) => sum + flagged, 0)).toBe(
        rates.reduce((sum, { flagged }) => sum + flagged, 0),
      )
    }),
  )
})
