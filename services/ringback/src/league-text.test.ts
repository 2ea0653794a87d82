import type { LeagueRow } from '@ringback/insights'
import { describeLeague } from './league-text.ts'

const ROW: LeagueRow = {
  task: 'missed-bin',
  journeys: 1_200,
  mature: 400,
  flagged: 20,
  failureRate: 0.05,
  failureLow: 0.0326,
  failureHigh: 0.0761,
  estimatedRate: 0.08,
  dropoutRate: 0.2,
  coverage: 0.4,
  avoidableCost: 53.6,
  topCause: 'lookup',
  provisional: true,
}
const CONFIG = {
  tasks: [{ id: 'missed-bin', title: 'Report a missed bin' }],
  costs: { currency: 'GBP' },
} as unknown as Parameters<typeof describeLeague>[1]

test('a rate stands with its interval and its coverage, in columns below their heads', () => {
  const [head, row] = describeLeague([ROW], CONFIG, 10).split('\n')
  expect(row).toMatch(
    /^Report a missed bin +1,200 +20 of 400 +5\.0 % \(3\.3 to 7\.6\) +8\.0 % +20\.0 % +40\.0 % +54 {2}lookup$/,
  )
  expect(head?.indexOf('Main cause')).toBe(row?.indexOf('lookup'))
})

test('without a rate nothing is claimed', () => {
  const nothing = {
    ...ROW,
    mature: 0,
    flagged: 0,
    failureRate: null,
    failureLow: null,
    failureHigh: null,
    topCause: null,
  }
  expect(describeLeague([nothing], CONFIG, 10).split('\n')[1]).toContain('0 of 0                    –')
})

test('says how many tasks are left out', () => {
  expect(describeLeague([ROW, ROW, ROW], CONFIG, 1)).toContain('and 2 tasks more')
})
