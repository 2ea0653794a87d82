/** Nothing that is withheld can be worked out from what is shown of its row, its task or its week. */
import type { TaskRate } from '@ringback/contracts'
import fc from 'fast-check'
import { CONTACT_COUNTS, CONTACT_LAWS, TASK_COUNTS, TASK_LAWS } from './publish.ts'
import { keyOf } from './rates.ts'
import { boundsOf, type Law, type SuppressionRow, withhold } from './suppression.ts'

type TaskCounts = Pick<TaskRate, (typeof TASK_COUNTS)[number]>

const NO_JOURNEYS = Object.fromEntries(TASK_COUNTS.map((count) => [count, 0])) as TaskCounts

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
 * count, every value that the bounds leave; the laws themselves have the last word.
 */
const hasAlternative = (
  counts: Readonly<Record<string, number>>,
  hidden: readonly string[],
  laws: readonly Law[],
  column: string,
): boolean => {
  const most = Math.max(...Object.values(counts)) + 2
  const holds = (chosen: Readonly<Record<string, number>>): boolean =>
    laws.every(
      (law) => Object.entries(law).reduce((sum, [name, factor]) => sum + factor * (chosen[name] as number), 0) <= 0,
    )
  const complete = (chosen: Readonly<Record<string, number>>, open: readonly string[]): boolean => {
    const bounds = boundsOf(chosen, new Set(open), laws)
    if ([...bounds.values()].some(({ low, high }) => low > high)) return false
    const [next, ...others] = open
    if (next === undefined) return holds(chosen)
    const { low, high } = bounds.get(next) as { low: number; high: number }
    return valuesNear(counts[next] as number, low, Math.min(high, most)).some((value) =>
      complete({ ...chosen, [next]: value }, others),
    )
  }
  const others = hidden.filter((name) => name !== column)
  return valuesNear(counts[column] as number, 1, most).some(
    (value) => value !== counts[column] && complete({ ...counts, [column]: value }, others),
  )
}

/** Whole numbers, those near to one first: what agrees is mostly found there. */
const valuesNear = (centre: number, low: number, high: number): number[] =>
  Array.from({ length: Math.max(0, high - low + 1) }, (_, index) => low + index).toSorted(
    (a, b) => Math.abs(a - centre) - Math.abs(b - centre),
  )

const NO_CONTACTS = Object.fromEntries(CONTACT_COUNTS.map((count) => [count, 0]))

const table = [
  {
    name: 'task-rates',
    cell: cellOf(anyJourney, countJourneys),
    columns: TASK_COUNTS,
    laws: TASK_LAWS,
    // At most one of the mature ones can be flagged.
    telltale: { ...NO_JOURNEYS, journeys: 30, reachable: 25, mature: 8, chased: 7, flagged: 1, came_back: 10 },
  },
  {
    name: 'contact-rates',
    cell: cellOf(anyContact, countContacts),
    columns: CONTACT_COUNTS,
    laws: CONTACT_LAWS,
    telltale: { ...NO_CONTACTS, contacts: 60, failed: 2, unrelated: 18, unlinkable: 40 },
  },
]

describe.each(table)('of $name', ({ cell, columns, laws, telltale }) => {
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

  test('of a row that is not protected against its own laws, a count can be worked out (canary)', () => {
    const isOpen = (by: readonly Law[]): boolean => {
      const [hidden = new Set<string>()] = withhold([{ counts: telltale, threshold: 5, lines: [] }], columns, by)
      return [...hidden].some((column) => !hasAlternative(telltale, [...hidden], laws, column))
    }
    expect([isOpen([]), isOpen(laws)]).toEqual([true, false])
  })
})
