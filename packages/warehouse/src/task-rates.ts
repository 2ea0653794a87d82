/** `export task-rates`: SEMANTICS section 8, a row for each task and week with a journey. */
import { type Config, type LocalDay, MINUTE_MS, type TaskRate } from '@ringback/contracts'
import {
  contactsAboutTasks,
  estimateRate,
  mostFrequent,
  shareOf,
  toMoney,
  toRate,
  toSeconds,
  wilsonInterval,
} from '@ringback/journeys'
import { costOf, createRatesContext, groupBy, keyOf, type RatesContext, type RatesQuestion } from './rates.ts'
import type { Engine } from './engine.ts'
import { readStatement } from './statements.ts'
import { isoWeekOf } from './weeks.ts'

const TASK_RATES = readStatement('task-rates')
const CAME_BACK_CONTACTS = readStatement('came-back-contacts')
const WEEK_TOPICS = readStatement('week-topics')

/** "In progress is no stored fact: it is while now < lastAt + 30 min" (SEMANTICS section 5). */
const IN_PROGRESS_MS = 30 * MINUTE_MS

interface JourneyCounts {
  readonly task: string
  readonly monday: LocalDay
  readonly journeys: number
  readonly started: number
  readonly completed: number
  readonly dropouts: number
  readonly reachable: number
  readonly mature: number
  readonly flagged: number
  readonly strict: number
  readonly placebo: number
  readonly possible: number
  readonly chased: number
  readonly contested: number
  readonly handed_off: number
  readonly came_back: number
  readonly median_gap_ms: number | null
  readonly causes: readonly string[]
  readonly cause_counts: readonly number[]
  readonly immature: number
  readonly first_back_ms: number
  readonly last_back_ms: number
}

interface ChannelCount {
  readonly task: string
  readonly monday: LocalDay
  readonly channel: string
  readonly contacts: number
}

interface TopicWeek {
  readonly monday: LocalDay
  readonly tasks: readonly string[]
  readonly families: readonly string[]
  readonly contacts: number
  readonly timed: number
  readonly linkable: number
}

/** A row, and the counts behind its figures that do not stand in it. */
export interface MeasuredTaskRate {
  readonly row: TaskRate
  readonly behind: {
    /** Contacts of the week with an instant, and those of them that are linkable and have a topic. */
    readonly timed: number
    readonly seen: number
    /** Contacts about the task. */
    readonly about: number
    /** Contacts whose cost is summed. */
    readonly costed: number
  }
}

/** What the contacts of a week tell of every task. */
interface WeekOfContacts {
  readonly timed: number
  readonly seen: number
  readonly about: ReadonlyMap<string, number>
}

export const measureTaskRates = async (
  engine: Engine,
  question: RatesQuestion,
): Promise<readonly MeasuredTaskRate[]> => {
  const context = await createRatesContext(engine, question)
  const counts = await engine.select<JourneyCounts>(TASK_RATES, {
    ...context.parameters,
    in_progress_ms: IN_PROGRESS_MS,
  })
  const returns = await contactsOfReturns(context, counts)
  const weeks = await weeksOfContacts(context)
  return counts.map((count) =>
    measure(context, count, returns.get(keyOf(count.task, count.monday)) ?? [], weeks.get(count.monday)),
  )
}

const measure = (
  { question: { config }, isOpen }: RatesContext,
  count: JourneyCounts,
  returns: readonly ChannelCount[],
  week: WeekOfContacts | undefined,
): MeasuredTaskRate => {
  const { timed = 0, seen = 0 } = week ?? {}
  const about = week?.about.get(count.task) ?? 0
  const avoidable = avoidableCost(config, returns)
  const failureRate = shareOf(count.flagged, count.mature)
  const failure = wilsonInterval(count.flagged, count.mature)
  const sight = shareOf(seen, timed)
  const cameBack = count.came_back > 0
  const row: TaskRate = {
    task: count.task,
    week: isoWeekOf(count.monday),
    journeys: count.journeys,
    started: count.started,
    completed: count.completed,
    dropouts: count.dropouts,
    reachable: count.reachable,
    mature: count.mature,
    flagged: count.flagged,
    strict: count.strict,
    placebo: count.placebo,
    possible: count.possible,
    chased: count.chased,
    contested: count.contested,
    handed_off: count.handed_off,
    failure_rate: rounded(failureRate),
    failure_low: rounded(failure?.low ?? null),
    failure_high: rounded(failure?.high ?? null),
    placebo_rate: rounded(shareOf(count.placebo, count.mature)),
    excess: rounded(shareOf(count.flagged - count.placebo, count.mature)),
    came_back: count.came_back,
    avoidable_cost: toMoney(avoidable.cost),
    median_gap_seconds: cameBack && count.median_gap_ms !== null ? toSeconds(count.median_gap_ms) : null,
    top_cause: mostFrequent(count.causes.map((cause, index) => [cause, count.cause_counts[index] ?? 0])),
    sight: rounded(sight),
    estimated_rate: rounded(estimateRate(failureRate, sight)),
    coverage: rounded(shareOf(count.reachable, count.journeys)),
    take_up: rounded(shareOf(count.completed, count.completed + about)),
    provisional: isOpen(count.monday) || count.immature > 0,
  }
  return { row, behind: { timed, seen, about, costed: avoidable.contacts } }
}

const rounded = (rate: number | null): number | null => (rate === null ? null : toRate(rate))

/** Σ (channel cost − web cost); "a channel without a cost counts contacts and no money". */
const avoidableCost = (config: Config, returns: readonly ChannelCount[]): { cost: number; contacts: number } => {
  const web = config.costs.web ?? 0
  let cost = 0
  let costed = 0
  for (const { channel, contacts } of returns) {
    const each = costOf(config, channel)
    if (each === null) continue
    cost += contacts * (each - web)
    costed += contacts
  }
  return { cost, contacts: costed }
}

/** The contacts attributed to the journeys that came back, by task and week. */
const contactsOfReturns = async (
  { engine, parameters }: RatesContext,
  counts: readonly JourneyCounts[],
): Promise<ReadonlyMap<string, readonly ChannelCount[]>> => {
  const back = counts.filter(({ came_back }) => came_back > 0)
  if (back.length === 0) return new Map()
  const contacts_from = back.reduce((least, { first_back_ms }) => Math.min(least, first_back_ms), Infinity)
  const contacts_to = back.reduce((most, { last_back_ms }) => Math.max(most, last_back_ms), -Infinity)
  const returns = await engine.select<ChannelCount>(CAME_BACK_CONTACTS, { ...parameters, contacts_from, contacts_to })
  return groupBy(returns, ({ task, monday }) => keyOf(task, monday))
}

const weeksOfContacts = async ({
  engine,
  parameters,
  question,
}: RatesContext): Promise<ReadonlyMap<LocalDay, WeekOfContacts>> => {
  const topics = await engine.select<TopicWeek>(WEEK_TOPICS, parameters)
  const tasksOf = tasksOfFamilies(question.config)
  const weeks = new Map<LocalDay, WeekOfContacts>()
  for (const [monday, ofWeek] of groupBy(topics, (topic) => topic.monday))
    weeks.set(monday, {
      timed: ofWeek.reduce((sum, { timed }) => sum + timed, 0),
      seen: ofWeek.filter(hasTopic).reduce((sum, { linkable }) => sum + linkable, 0),
      about: contactsAboutTasks(ofWeek, tasksOf),
    })
  return weeks
}

const hasTopic = ({ tasks, families }: TopicWeek): boolean => tasks.length > 0 || families.length > 0

const tasksOfFamilies = (config: Config): ReadonlyMap<string, readonly string[]> => {
  const byFamily = groupBy(config.tasks, ({ family }) => family)
  return new Map([...byFamily].map(([family, tasks]) => [family, tasks.map(({ id }) => id)]))
}
