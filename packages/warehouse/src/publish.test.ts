/** What leaves the house: nothing small, and nothing that says what was small. */
import type { Config, ContactRate, TaskRate } from '@ringback/contracts'
import type { MeasuredContactRate } from './contact-rates.ts'
import { type CONTACT_COUNTS, publishContactRates, publishTaskRates, TASK_COUNTS } from './publish.ts'
import type { MeasuredTaskRate } from './task-rates.ts'
import { parseConfig } from './testing/tables.ts'

const config: Config = parseConfig({
  council: { name: 'Testshire', timezone: 'Europe/London' },
  tasks: [{ id: 'missed-bin' }, { id: 'bulky' }, { id: 'blue-badge', sensitive: true }],
})

type TaskCounts = Pick<TaskRate, (typeof TASK_COUNTS)[number]>

const NO_JOURNEYS = Object.fromEntries(TASK_COUNTS.map((count) => [count, 0])) as TaskCounts

/** A row with figures that are all there: what is null in what is published was withheld. */
const taskRate = (
  task: string,
  week: string,
  counts: Partial<TaskCounts>,
  behind: Partial<MeasuredTaskRate['behind']> = {},
): MeasuredTaskRate => ({
  row: {
    ...NO_JOURNEYS,
    ...counts,
    task,
    week,
    failure_rate: 0.5,
    failure_low: 0.4,
    failure_high: 0.6,
    placebo_rate: 0.1,
    excess: 0.4,
    avoidable_cost: 12.5,
    median_gap_seconds: 60,
    top_cause: 'gave_up',
    sight: 0.5,
    estimated_rate: 1,
    coverage: 0.5,
    take_up: 0.5,
    provisional: false,
  },
  behind: { timed: 100, seen: 50, about: 100, costed: 100, ...behind },
})

const LARGE: Partial<TaskCounts> = {
  journeys: 200,
  started: 150,
  completed: 60,
  dropouts: 40,
  reachable: 100,
  mature: 90,
  flagged: 30,
  strict: 20,
  placebo: 10,
  came_back: 40,
}

describe('task-rates', () => {
  test('large counts leave as they are', () => {
    const [row] = publishTaskRates([taskRate('missed-bin', '2026-W46', LARGE)], config)
    expect(row).toEqual({ ...taskRate('missed-bin', '2026-W46', LARGE).row, suppressed: false })
    expect(Object.keys(row ?? {}).at(-1)).toBe('suppressed')
  })

  test('a count from 1 to 4 is withheld, with every rate and sum that rests on it; 0 and 5 are not', () => {
    const [row] = publishTaskRates([taskRate('missed-bin', '2026-W46', { ...LARGE, placebo: 4, chased: 5 })], config)
    expect(row).toMatchObject({ placebo: null, placebo_rate: null, excess: null, suppressed: true })
    expect(row).toMatchObject({ chased: 5, contested: 0, failure_rate: 0.5, estimated_rate: 1, coverage: 0.5 })
  })

  test('of a sensitive task, and of one that the catalogue knows no more, up to 9', () => {
    const rows = ['missed-bin', 'blue-badge', 'forgotten'].map((task) => taskRate(task, task, { ...LARGE, placebo: 9 }))
    expect(publishTaskRates(rows, config).map(({ placebo }) => placebo)).toEqual([9, null, null])
  })

  test.each<[keyof TaskCounts, readonly (keyof TaskRate)[]]>([
    ['mature', ['failure_rate', 'failure_low', 'failure_high', 'placebo_rate', 'excess', 'estimated_rate']],
    ['flagged', ['failure_rate', 'failure_low', 'failure_high', 'excess', 'estimated_rate']],
    ['came_back', ['avoidable_cost', 'median_gap_seconds', 'top_cause']],
    ['reachable', ['coverage']],
    ['completed', ['take_up']],
  ])('without %s there is no %p', (count, figures) => {
    const small = { ...NO_JOURNEYS, journeys: 200, reachable: 100, mature: 90, [count]: 3 }
    const [row] = publishTaskRates([taskRate('missed-bin', '2026-W46', small)], config)
    for (const figure of figures) expect([figure, row?.[figure]]).toEqual([figure, null])
  })

  test('figures that rest on few contacts are withheld too', () => {
    const few = taskRate('missed-bin', '2026-W46', LARGE, { seen: 3, about: 4.5, costed: 1 })
    const [row] = publishTaskRates([few], config)
    expect(row).toMatchObject({ sight: null, estimated_rate: null, take_up: null, avoidable_cost: null })
    expect(row).toMatchObject({ failure_rate: 0.5, came_back: 40, suppressed: true })
  })

  test('the next smallest of a task goes with a single small one, and of a week likewise', () => {
    const placebos = [
      ['missed-bin', 'W1', 3],
      ['missed-bin', 'W2', 12],
      ['missed-bin', 'W3', 8],
      ['missed-bin', 'W4', 0],
      ['bulky', 'W1', 40],
      ['bulky', 'W2', 41],
      ['bulky', 'W3', 42],
    ] as const
    const rows = placebos.map(([task, week, placebo]) => taskRate(task, week, { ...LARGE, placebo }))
    const published = publishTaskRates(rows, config).map(({ task, week, placebo }) => [task, week, placebo])
    expect(published).toEqual([
      ['missed-bin', 'W1', null],
      ['missed-bin', 'W2', 12],
      ['missed-bin', 'W3', null],
      ['missed-bin', 'W4', 0],
      ['bulky', 'W1', null],
      ['bulky', 'W2', 41],
      ['bulky', 'W3', null],
    ])
  })

  test('two small ones that are few together take the next smallest with them', () => {
    const rows = [1, 2, 20, 30].map((placebo, week) => taskRate('missed-bin', `W${week}`, { ...LARGE, placebo }))
    expect(publishTaskRates(rows, config).map(({ placebo }) => placebo)).toEqual([null, null, null, 30])
  })

  test('what the counts of a row say of one another is not left to say it', () => {
    // Everyone is reachable, so came_back would be flagged.
    const [row] = publishTaskRates(
      [
        taskRate('missed-bin', 'W1', {
          ...NO_JOURNEYS,
          journeys: 20,
          reachable: 20,
          mature: 20,
          flagged: 3,
          came_back: 3,
        }),
      ],
      config,
    )
    expect(row).toMatchObject({ flagged: null, came_back: null, journeys: 20 })
    // mature − chased would leave one.
    const [other] = publishTaskRates(
      [
        taskRate('missed-bin', 'W1', {
          ...NO_JOURNEYS,
          journeys: 30,
          reachable: 25,
          mature: 8,
          chased: 7,
          flagged: 1,
          came_back: 10,
        }),
      ],
      config,
    )
    expect(other).toMatchObject({ flagged: null, chased: null, mature: 8 })
  })
})

describe('contact-rates', () => {
  const contactRate = (
    counts: Partial<Pick<ContactRate, (typeof CONTACT_COUNTS)[number]>>,
    behind: Partial<MeasuredContactRate['behind']> = {},
    key: Partial<Pick<ContactRate, 'task' | 'channel' | 'week'>> = {},
  ): MeasuredContactRate => ({
    row: {
      task: 'missed-bin',
      channel: 'phone',
      week: '2026-W46',
      contacts: 0,
      repeats: 0,
      first_contact_resolution: 0.5,
      failed: 0,
      possible: 0,
      chased: 0,
      contested: 0,
      handed_off: 0,
      unrelated: 0,
      unlinkable: 0,
      handle_seconds: 600,
      cost: 28.3,
      provisional: false,
      ...counts,
      ...key,
    },
    behind: { settled: 50, resolved: 25, handled: 50, ...behind },
  })

  test('a single small verdict would be the contacts less the others: the next smallest goes with it', () => {
    const [row] = publishContactRates([contactRate({ contacts: 60, failed: 2, unrelated: 18, unlinkable: 40 })], config)
    expect(row).toMatchObject({ contacts: 60, failed: null, unrelated: null, unlinkable: 40, cost: 28.3 })
  })

  test('few contacts have no cost, no handling and no resolution', () => {
    const [row] = publishContactRates([contactRate({ contacts: 4, unrelated: 4 })], config)
    expect(row).toMatchObject({ contacts: null, unrelated: null, cost: null, handle_seconds: null })
    expect(row).toMatchObject({ first_contact_resolution: null, suppressed: true, provisional: false })
  })

  test('figures that rest on few of many contacts are withheld', () => {
    const many = contactRate({ contacts: 60, unrelated: 60 }, { handled: 2, resolved: 3 })
    const [row] = publishContactRates([many], config)
    expect(row).toMatchObject({ contacts: 60, handle_seconds: null, first_contact_resolution: null, cost: 28.3 })
  })

  test('without a task the ordinary threshold holds', () => {
    const keys = [{ task: null }, { task: 'blue-badge' }]
    const rows = keys.map((key, week) => contactRate({ contacts: 7, unrelated: 7 }, {}, { ...key, week: `W${week}` }))
    expect(publishContactRates(rows, config).map(({ contacts }) => contacts)).toEqual([7, null])
  })

  test('the next smallest goes over the channels of a task and week, too', () => {
    const channels = ['phone', 'email', 'webchat'] as const
    const rows = channels.map((channel, index) =>
      contactRate({ contacts: [90, 3, 20][index] as number }, {}, { channel }),
    )
    expect(publishContactRates(rows, config).map(({ contacts }) => contacts)).toEqual([90, null, null])
  })
})

test('where no threshold is set, nothing is withheld', () => {
  const open = { ...config, privacy: { ...config.privacy, suppressBelow: 0, sensitiveBelow: 0 } }
  const [row] = publishTaskRates([taskRate('missed-bin', 'W1', { ...NO_JOURNEYS, journeys: 1 }, { about: 1 })], open)
  expect(row).toMatchObject({ journeys: 1, take_up: 0.5, suppressed: false })
})
