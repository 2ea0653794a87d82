/**
 * `--publish`: both tables of rates for outside the house. "A count from 1 to the threshold − 1 becomes null and
 * `suppressed` true, as does every rate or sum with it in numerator or denominator; where one cell of a task or week is
 * suppressed, so is its next smallest" (CONTRACT section 4). `suppression.ts` says which counts; here, what rests on them.
 */
import type { Config, ContactRate, TaskRate } from '@ringback/contracts'
import type { MeasuredContactRate } from './contact-rates.ts'
import { keyOf } from './rates.ts'
import { type Law, withhold, type Withheld } from './suppression.ts'
import type { MeasuredTaskRate } from './task-rates.ts'

/** A row of which any figure may be null. */
type Published<Row, Kept extends keyof Row> = {
  readonly [Key in keyof Row]: Key extends Kept ? Row[Key] : Row[Key] | null
} & {
  /** Whether something in this row was withheld; what is null for want of anything to count is not. */
  readonly suppressed: boolean
}

export type PublishedTaskRate = Published<TaskRate, 'task' | 'week' | 'provisional'>
export type PublishedContactRate = Published<ContactRate, 'task' | 'channel' | 'week' | 'provisional'>

export const TASK_COUNTS = [
  'journeys',
  'started',
  'completed',
  'dropouts',
  'reachable',
  'mature',
  'flagged',
  'strict',
  'placebo',
  'possible',
  'chased',
  'contested',
  'handed_off',
  'came_back',
] as const satisfies readonly (keyof TaskRate)[]

/** How the counts of a row bound one another, as anyone can read in SEMANTICS section 8. */
export const TASK_LAWS: readonly Law[] = [
  { started: 1, journeys: -1 },
  { dropouts: 1, started: -1 },
  { completed: 1, dropouts: 1, journeys: -1 },
  // Once none is in progress any more.
  { completed: 1, dropouts: 1, started: -1 },
  { reachable: 1, journeys: -1 },
  { mature: 1, reachable: -1 },
  { flagged: 1, possible: 1, chased: 1, contested: 1, handed_off: 1, mature: -1 },
  { strict: 1, flagged: -1 },
  { placebo: 1, mature: -1 },
  { flagged: 1, came_back: -1 },
  // Those that came back beyond the flagged ones are not reachable.
  { came_back: 1, flagged: -1, reachable: 1, journeys: -1 },
]

/** Each rate or sum and the counts it rests on. */
const TASK_FIGURES: readonly (readonly [keyof TaskRate, readonly (typeof TASK_COUNTS)[number][]])[] = [
  ['failure_rate', ['flagged', 'mature']],
  ['failure_low', ['flagged', 'mature']],
  ['failure_high', ['flagged', 'mature']],
  ['placebo_rate', ['placebo', 'mature']],
  ['excess', ['flagged', 'placebo', 'mature']],
  ['avoidable_cost', ['came_back']],
  ['median_gap_seconds', ['came_back']],
  ['top_cause', ['came_back']],
  ['estimated_rate', ['flagged', 'mature']],
  ['coverage', ['reachable', 'journeys']],
  ['take_up', ['completed']],
]

export const CONTACT_COUNTS = [
  'contacts',
  'repeats',
  'failed',
  'possible',
  'chased',
  'contested',
  'handed_off',
  'unrelated',
  'unlinkable',
] as const satisfies readonly (keyof ContactRate)[]

const VERDICTS = { failed: 1, possible: 1, chased: 1, contested: 1, handed_off: 1, unrelated: 1, unlinkable: 1 }

/** The seven verdicts add up to the contacts. */
export const CONTACT_LAWS: readonly Law[] = [
  { repeats: 1, contacts: -1 },
  { ...VERDICTS, contacts: -1 },
  { ...Object.fromEntries(Object.keys(VERDICTS).map((verdict) => [verdict, -1])), contacts: 1 },
]

const CONTACT_FIGURES: readonly (readonly [keyof ContactRate, readonly (typeof CONTACT_COUNTS)[number][]])[] = [
  ['first_contact_resolution', ['contacts']],
  ['handle_seconds', ['contacts']],
  ['cost', ['contacts']],
]

type Privacy = Pick<Config, 'tasks' | 'privacy'>

/** A task that the catalogue does not know any more may have been a sensitive one. */
const thresholdOf = ({ tasks, privacy }: Privacy, id: string | null): number => {
  if (id === null) return privacy.suppressBelow
  const task = tasks.find((one) => one.id === id)
  if (task === undefined) return Math.max(privacy.suppressBelow, privacy.sensitiveBelow)
  return task.sensitive ? privacy.sensitiveBelow : privacy.suppressBelow
}

const isSmall = (count: number, threshold: number): boolean => count > 0 && count < threshold

export const publishTaskRates = (rates: readonly MeasuredTaskRate[], config: Privacy): readonly PublishedTaskRate[] => {
  const rows = rates.map(({ row }) => ({
    counts: pick(row, TASK_COUNTS),
    threshold: thresholdOf(config, row.task),
    lines: [keyOf('task', row.task), keyOf('week', row.week)],
  }))
  const withheld = withhold(rows, TASK_COUNTS, TASK_LAWS)
  return rates.map(({ row, behind }, index) => {
    const counts = withheld[index] as Withheld
    const threshold = thresholdOf(config, row.task)
    const gone = new Set<string>([...counts, ...restingOn(TASK_FIGURES, counts)])
    if (isSmall(behind.costed, threshold)) gone.add('avoidable_cost')
    if (isSmall(behind.about, threshold)) gone.add('take_up')
    // Sight is the council's, not the task's.
    if (isSmall(behind.seen, config.privacy.suppressBelow) || isSmall(behind.timed, config.privacy.suppressBelow))
      gone.add('sight').add('estimated_rate')
    return blank(row, gone)
  })
}

export const publishContactRates = (
  rates: readonly MeasuredContactRate[],
  config: Privacy,
): readonly PublishedContactRate[] => {
  const rows = rates.map(({ row }) => ({
    counts: pick(row, CONTACT_COUNTS),
    threshold: thresholdOf(config, row.task),
    lines: [
      keyOf('of a task, over its weeks', row.task, row.channel),
      keyOf('of a task, over its channels', row.task, row.week),
      keyOf('of a week, over its tasks', row.channel, row.week),
    ],
  }))
  const withheld = withhold(rows, CONTACT_COUNTS, CONTACT_LAWS)
  return rates.map(({ row, behind }, index) => {
    const counts = withheld[index] as Withheld
    const threshold = thresholdOf(config, row.task)
    const gone = new Set<string>([...counts, ...restingOn(CONTACT_FIGURES, counts)])
    if (isSmall(behind.settled, threshold) || isSmall(behind.resolved, threshold)) gone.add('first_contact_resolution')
    if (isSmall(behind.handled, threshold)) gone.add('handle_seconds')
    return blank(row, gone)
  })
}

const pick = <Row, Key extends keyof Row & string>(row: Row, keys: readonly Key[]): Pick<Row, Key> =>
  Object.fromEntries(keys.map((key) => [key, row[key]])) as Pick<Row, Key>

const restingOn = (
  figures: readonly (readonly [figure: string, counts: readonly string[]])[],
  withheld: Withheld,
): readonly string[] =>
  figures.filter(([, counts]) => counts.some((count) => withheld.has(count))).map(([figure]) => figure)

/** A figure that is null anyway stays so, and is not called suppressed. */
const blank = <Row extends object, Kept extends keyof Row>(
  row: Row,
  gone: ReadonlySet<string>,
): Published<Row, Kept> => {
  const entries = Object.entries(row)
  const suppressed = entries.some(([key, value]) => gone.has(key) && value !== null)
  return {
    ...Object.fromEntries(entries.map(([key, value]) => [key, gone.has(key) ? null : value])),
    suppressed,
  } as Published<Row, Kept>
}
