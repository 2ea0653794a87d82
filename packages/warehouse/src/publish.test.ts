/** What leaves the house: nothing small, and nothing that says what was small. */
import type { Config, ContactRate, TaskRate } from '@ringback/contracts'
import fc from 'fast-check'
import type { MeasuredContactRate } from './contact-rates.ts'
import {
  CONTACT_COUNTS,
  CONTACT_LAWS,
  publishContactRates,
  publishTaskRates,
  TASK_COUNTS,
  TASK_LAWS,
} from './publish.ts'
import { keyOf } from './rates.ts'
import { type Law, type SuppressionRow, withhold } from './suppression.ts'
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

// From here on: nothing that is withheld can be worked out.

const kinds = fc.constantFrom('failed', 'possible', 'chased', 'contested', 'handed_off', null, null)
const anyJourney = fc.record({
  isTransaction: fc.boolean(),
  outcome: fc.constantFrom('completed', 'abandoned', 'other'),
  isReachable: fc.constantFrom(true, true, false),
  isMature: fc.constantFrom(true, true, false),
  kind: kinds,
  isDeadEnd: fc.boolean(),
  isPlacebo: fc.constantFrom(true, false, false),
})
type AnyJourney = typeof anyJourney extends fc.Arbitrary<infer Journey> ? Journey : never

const countJourneys = (all: readonly AnyJourney[]): TaskCounts => {
  const count = (holds: (journey: AnyJourney) => boolean): number => all.filter(holds).length
  const isCounted = ({ isReachable, isMature }: AnyJourney): boolean => isReachable && isMature
  const isStarted = ({ isTransaction, outcome }: AnyJourney): boolean => isTransaction || outcome === 'completed'
  const ofKind = (name: string): number => count((journey) => isCounted(journey) && journey.kind === name)
  return {
    journeys: all.length,
    started: count(isStarted),
    completed: count(({ outcome }) => outcome === 'completed'),
    dropouts: count((journey) => isStarted(journey) && journey.outcome === 'abandoned'),
    reachable: count(({ isReachable }) => isReachable),
    mature: count(isCounted),
    flagged: ofKind('failed'),
    strict: count((journey) => isCounted(journey) && journey.kind === 'failed' && !journey.isDeadEnd),
    placebo: count((journey) => isCounted(journey) && journey.isPlacebo),
    possible: ofKind('possible'),
    chased: ofKind('chased'),
    contested: ofKind('contested'),
    handed_off: ofKind('handed_off'),
    came_back: count(({ isMature, kind }) => isMature && kind === 'failed'),
  }
}

const VERDICTS = CONTACT_COUNTS.slice(2)
const anyContact = fc.record({ verdict: fc.constantFrom(...VERDICTS), isRepeat: fc.constantFrom(true, false, false) })
const countContacts = (all: readonly { verdict: string; isRepeat: boolean }[]): Record<string, number> => ({
  contacts: all.length,
  repeats: all.filter(({ isRepeat }) => isRepeat).length,
  ...Object.fromEntries(VERDICTS.map((name) => [name, all.filter(({ verdict }) => verdict === name).length])),
})

/** A table of up to four tasks and four weeks, with the lines of `task-rates`. */
const tableOf = (cell: fc.Arbitrary<Record<string, number>>): fc.Arbitrary<SuppressionRow[]> =>
  fc
    .tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 }))
    .chain(([tasks, weeks]) =>
      fc.tuple(
        fc.array(cell, { minLength: tasks * weeks, maxLength: tasks * weeks }),
        fc.array(fc.constantFrom(5, 10), { minLength: tasks, maxLength: tasks }),
        fc.constant(weeks),
      ),
    )
    .map(([cells, thresholds, weeks]) =>
      cells.map((counts, index) => ({
        counts,
        threshold: thresholds[Math.floor(index / weeks)] as number,
        lines: [keyOf('task', String(Math.floor(index / weeks))), keyOf('week', String(index % weeks))],
      })),
    )

const sizes = fc.constantFrom(1, 3, 6, 12, 30)
const cellOf = <One>(one: fc.Arbitrary<One>, count: (all: readonly One[]) => Record<string, number>) =>
  sizes.chain((maxLength) => fc.array(one, { maxLength })).map(count)

/**
 * Whether some other value of a withheld count agrees with everything that is shown of its row: by trying, count after
 * count, every value that the laws allow with those chosen before.
 */
const hasAlternative = (
  counts: Record<string, number>,
  hidden: readonly string[],
  laws: readonly Law[],
  column: string,
) => {
  const most = Math.max(...Object.values(counts)) + 2
  const values = new Map(Object.entries(counts).filter(([name]) => !hidden.includes(name)))
  const mayHold = (law: Law): boolean => {
    let least = 0
    for (const [name, factor] of Object.entries(law)) least += factor * (values.get(name) ?? (factor > 0 ? 1 : most))
    return least <= 0
  }
  const complete = (rest: readonly string[]): boolean => {
    const [next, ...others] = rest
    if (next === undefined) return true
    for (let value = 1; value <= most; value++) {
      values.set(next, value)
      if (laws.every(mayHold) && complete(others)) return true
    }
    values.delete(next)
    return false
  }
  const others = hidden.filter((name) => name !== column)
  for (let value = 1; value <= most; value++) {
    if (value === counts[column]) continue
    values.set(column, value)
    if (laws.every(mayHold) && complete(others)) return true
    for (const name of others) values.delete(name)
  }
  return false
}

const table = [
  ['task-rates', cellOf(anyJourney, countJourneys), TASK_COUNTS, TASK_LAWS],
  ['contact-rates', cellOf(anyContact, countContacts), CONTACT_COUNTS, CONTACT_LAWS],
] as const

describe.each(table)('of %s', (_, cell, columns, laws) => {
  const eachCell = (
    rows: readonly SuppressionRow[],
    check: (counts: Record<string, number>, hidden: ReadonlySet<string>, row: SuppressionRow) => void,
  ): void => {
    const withheld = withhold(rows, columns, laws)
    rows.forEach((row, index) => check({ ...row.counts }, withheld[index] as ReadonlySet<string>, row))
  }

  test('nothing small is shown, and no zero is withheld', () => {
    fc.assert(
      fc.property(tableOf(cell), (rows) => {
        eachCell(rows, (counts, hidden, { threshold }) => {
          for (const column of columns) {
            const count = counts[column] as number
            if (count > 0 && count < threshold) expect(hidden.has(column)).toBe(true)
            if (count === 0) expect(hidden.has(column)).toBe(false)
          }
        })
      }),
    )
  })

  test('the total of a task or week, less what is shown of it, is neither one count nor a small number', () => {
    fc.assert(
      fc.property(tableOf(cell), (rows) => {
        const withheld = withhold(rows, columns, laws)
        for (const line of new Set(rows.flatMap(({ lines }) => lines)))
          for (const column of columns) {
            const cells = rows.flatMap(({ counts, threshold, lines }, index) =>
              lines.includes(line)
                ? [{ count: counts[column] as number, threshold, isHidden: withheld[index]?.has(column) }]
                : [],
            )
            const hidden = cells.filter(({ isHidden }) => isHidden)
            const isAllThereIs = cells.every(({ isHidden, count }) => isHidden || count === 0)
            if (hidden.length === 0 || isAllThereIs) continue
            const sum = hidden.reduce((total, { count }) => total + count, 0)
            expect(hidden.length).toBeGreaterThan(1)
            expect(sum).toBeGreaterThanOrEqual(Math.max(...hidden.map(({ threshold }) => threshold)))
          }
      }),
    )
  })

  test('the counts that a row shows leave more than one value for each that it does not', () => {
    fc.assert(
      fc.property(tableOf(cell), (rows) => {
        eachCell(rows, (counts, hidden) => {
          for (const column of hidden)
            expect([column, hasAlternative(counts, [...hidden], laws, column)]).toEqual([column, true])
        })
      }),
      { numRuns: 60 },
    )
  })

  test('where rows are not protected against their own laws, some count can be worked out (canary)', () => {
    const isOpen = (rows: readonly SuppressionRow[]): boolean => {
      const withheld = withhold(rows, columns, [])
      return rows.some(({ counts }, index) => {
        const hidden = [...(withheld[index] as ReadonlySet<string>)]
        return hidden.some((column) => !hasAlternative({ ...counts }, hidden, laws, column))
      })
    }
    expect(fc.sample(tableOf(cell), { numRuns: 200, seed: 1 }).some(isOpen)).toBe(true)
  })
})
