/** Section 8: rates by task and by contact topic, per ISO week. */
import type { Catalogue, Task } from './catalogue.ts'
import type { JudgedContact, JudgedJourney, Judgement } from './law.ts'
import type { EdgeRecords, ReferenceConfig, ReferenceContactRate, ReferenceTaskRate } from './types.ts'
import { hasInstant } from './contacts.ts'
import { resumeLimitOf } from './journeys.ts'
import { judgeAll } from './law.ts'
import { compareText, roundTo, sortedNumbers, sortedTexts } from './order.ts'
import { isoWeek, localDay, MINUTE, toMs, weekEndOf } from './time.ts'

export interface ReferenceRates {
  readonly taskRates: readonly ReferenceTaskRate[]
  readonly contactRates: readonly ReferenceContactRate[]
}

/** What reports are read by: the clock, and how far all contact feeds together reach. */
interface Reading {
  readonly now: number
  readonly feedsReach: number
}

/** `completeTo`: what was declared of each source, as milliseconds. */
export const referenceRates = (
  records: EdgeRecords,
  config: ReferenceConfig,
  now: number,
  completeTo: ReadonlyMap<string, number>,
): ReferenceRates => {
  const judgement = judgeAll(records, config)
  const feeds = sortedTexts([...judgement.catalogue.contactFeeds, ...records.contacts.map((leg) => leg.source)])
  const reaches = feeds.map((feed) => reachOf(feed, judgement.catalogue, now, completeTo))
  const reading = { now, feedsReach: Math.min(...reaches) }
  return { taskRates: taskRates(judgement, reading), contactRates: contactRates(judgement, reading) }
}

/** Section 9: "the later of what has been declared and, with a `delay`, now − delay; with neither, nothing". */
const reachOf = (feed: string, catalogue: Catalogue, now: number, completeTo: ReadonlyMap<string, number>): number => {
  const delay = catalogue.delays.get(feed)
  return Math.max(completeTo.get(feed) ?? -Infinity, delay === undefined ? -Infinity : now - delay)
}

const ratio = (numerator: number, denominator: number): number | null =>
  denominator === 0 ? null : numerator / denominator

const shown = (rate: number | null): number | null => (rate === null ? null : roundTo(rate, 6))

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)

/** "Medians interpolate." */
const median = (numbers: readonly number[]): number | null => {
  const ordered = sortedNumbers(numbers)
  const low = ordered[Math.floor((ordered.length - 1) / 2)]
  const high = ordered[Math.ceil((ordered.length - 1) / 2)]
  return low === undefined || high === undefined ? null : (low + high) / 2
}

/** The most frequent (ties: the smaller). */
const mostFrequent = (names: readonly string[]): string | null => {
  const timesOf = (name: string): number => names.filter((other) => other === name).length
  const [top] = sortedTexts(names).sort((a, b) => timesOf(b) - timesOf(a) || compareText(a, b))
  return top ?? null
}

const Z = 1.959963984540054

/** The Wilson score interval of `hits` in `all`. */
const wilson = (hits: number, all: number): { low: number; high: number } | null => {
  if (all === 0) return null
  const p = hits / all
  const divisor = 1 + Z ** 2 / all
  const centre = (p + Z ** 2 / (2 * all)) / divisor
  const half = (Z * Math.sqrt((p * (1 - p)) / all + Z ** 2 / (4 * all ** 2))) / divisor
  return { low: Math.max(0, centre - half), high: Math.min(1, centre + half) }
}

const dayOfJourney = (judged: JudgedJourney, catalogue: Catalogue): string =>
  localDay(judged.journey.lastAt, catalogue.zone)

const taskRates = (judgement: Judgement, reading: Reading): ReferenceTaskRate[] => {
  const { catalogue, journeys } = judgement
  const weekOf = (judged: JudgedJourney): string => isoWeek(dayOfJourney(judged, catalogue))
  return [...catalogue.tasks]
    .sort((a, b) => compareText(a.id, b.id))
    .flatMap((task) => {
      const ofTask = journeys.filter((judged) => judged.journey.task === task)
      return sortedTexts(ofTask.map(weekOf)).map((week) => {
        const group = ofTask.filter((judged) => weekOf(judged) === week)
        return taskRate(task, week, group, judgement, reading)
      })
    })
}

const taskRate = (
  task: Task,
  week: string,
  group: readonly JudgedJourney[],
  judgement: Judgement,
  reading: Reading,
): ReferenceTaskRate => {
  const { catalogue } = judgement
  const mature = group.filter((judged) => isMature(judged, reading))
  const rated = mature.filter((judged) => judged.row.reachable)
  const flagged = rated.filter((judged) => judged.row.flagged)
  const placebo = rated.filter((judged) => judged.row.placebo)
  const kinds = (kind: string): number => rated.filter((judged) => judged.row.return_kind === kind).length
  const started = group.filter(({ journey }) => journey.intent === 'transaction' && !isInProgress(journey, reading))
  const completed = group.filter((judged) => judged.row.outcome === 'completed').length
  const reachable = group.filter((judged) => judged.row.reachable).length
  const cameBack = mature.filter((judged) => judged.row.flagged)
  const failureRate = ratio(flagged.length, rated.length)
  const placeboRate = ratio(placebo.length, rated.length)
  const interval = wilson(flagged.length, rated.length)
  const gap = median(cameBack.flatMap(({ row }) => (row.gap_seconds === null ? [] : [row.gap_seconds])))
  const counted = countedInWeek(week, judgement)
  const sight = sightOf(counted)
  const about = contactsAbout(task, counted, catalogue)
  const [any] = group
  const weekEnd = weekEndOf(any === undefined ? '' : dayOfJourney(any, catalogue), catalogue.zone)
  return {
    task: task.id,
    week,
    journeys: group.length,
    started: started.length,
    completed,
    dropouts: started.filter((judged) => judged.row.outcome === 'abandoned').length,
    reachable,
    mature: rated.length,
    flagged: flagged.length,
    strict: flagged.filter((judged) => judged.row.cause !== 'dead_end').length,
    placebo: placebo.length,
    possible: kinds('possible'),
    chased: kinds('chased'),
    contested: kinds('contested'),
    handed_off: kinds('handed_off'),
    failure_rate: shown(failureRate),
    failure_low: shown(interval?.low ?? null),
    failure_high: shown(interval?.high ?? null),
    placebo_rate: shown(placeboRate),
    excess: failureRate === null || placeboRate === null ? null : roundTo(failureRate - placeboRate, 6),
    came_back: cameBack.length,
    avoidable_cost: roundTo(sum(cameBack.map((judged) => avoidableCostOf(judged, catalogue))), 4),
    median_gap_seconds: gap === null ? null : roundTo(gap, 3),
    top_cause: mostFrequent(cameBack.flatMap(({ row }) => (row.cause === null ? [] : [row.cause]))),
    sight: shown(sight),
    estimated_rate: shown(estimateOf(failureRate, sight)),
    coverage: shown(ratio(reachable, group.length)),
    take_up: shown(ratio(completed, completed + about)),
    provisional: isProvisional(weekEnd, reading) || mature.length < group.length,
  }
}

/**
 * "Now ≥ `windowEndsAt`, every contact feed is complete to there, and, for a journey without completion, now ≥ lastAt +
 * its resume limit."
 */
const isMature = ({ row, journey }: JudgedJourney, { now, feedsReach }: Reading): boolean => {
  const windowEndsAt = toMs(row.window_ends_at)
  const mayResume = journey.completedAt === null && now < journey.lastAt + resumeLimitOf(journey)
  return now >= windowEndsAt && feedsReach >= windowEndsAt && !mayResume
}

/** Section 5: "it is while now < lastAt + 30 min". */
const isInProgress = (journey: { readonly lastAt: number }, { now }: Reading): boolean =>
  now < journey.lastAt + 30 * MINUTE

/** "The week is not over, some contact feed is not complete to its end." */
const isProvisional = (weekEnd: number, { now, feedsReach }: Reading): boolean => now < weekEnd || feedsReach < weekEnd

/** "Σ (channel cost − web cost) over their attributed contacts that are not `possible`"; no cost, no money. */
const avoidableCostOf = ({ returns }: JudgedJourney, catalogue: Catalogue): number =>
  sum(
    returns.flatMap((contact) => {
      const cost = catalogue.costs.get(contact.channel)
      return cost === undefined ? [] : [cost - (catalogue.costs.get('web') ?? 0)]
    }),
  )

const countedInWeek = (week: string, { contacts }: Judgement): JudgedContact[] =>
  contacts.filter((judged) => judged.isCounted && isoWeek(judged.row.day) === week)

/** "The share of the council's counted contacts with an instant, of that week, that are linkable and have a topic." */
const sightOf = (counted: readonly JudgedContact[]): number | null => {
  const timed = counted.filter(({ contact }) => hasInstant(contact))
  return ratio(timed.filter(({ row, isLinkable }) => isLinkable && row.families.length > 0).length, timed.length)
}

/** "failureRate ÷ `sight`, at most 1." */
const estimateOf = (failureRate: number | null, sight: number | null): number | null => {
  const estimate = failureRate === null || sight === null ? null : ratio(failureRate, sight)
  return estimate === null ? null : Math.min(1, estimate)
}

/** "Each counted contact that names it, and its share of those known only by families." */
const contactsAbout = (task: Task, counted: readonly JudgedContact[], catalogue: Catalogue): number => {
  const naming = (id: string): number => counted.filter(({ row }) => row.tasks.includes(id)).length
  const siblings = catalogue.tasks.filter((other) => other.family === task.family)
  const namingFamily = sum(siblings.map((sibling) => naming(sibling.id)))
  const shareOfFamily = namingFamily === 0 ? 1 / siblings.length : naming(task.id) / namingFamily
  const ofFamily = counted
    .filter(({ row }) => row.tasks.length === 0 && row.families.includes(task.family))
    .map(({ row }) => 1 / row.families.length)
  return naming(task.id) + sum(ofFamily) * shareOfFamily
}

const contactRates = (judgement: Judgement, reading: Reading): ReferenceContactRate[] => {
  const counted = judgement.contacts.filter((judged) => judged.isCounted)
  const cells = counted.flatMap((judged) => {
    const tasks = judged.row.tasks.length === 0 ? [null] : judged.row.tasks
    return tasks.map((task) => ({ task, channel: judged.row.channel, week: isoWeek(judged.row.day), judged }))
  })
  const names = sortedTexts(cells.map(({ task, channel, week }) => JSON.stringify([task, channel, week])))
  return names.map((name) => {
    const group = cells.filter(({ task, channel, week }) => JSON.stringify([task, channel, week]) === name)
    const [{ task, channel, week } = { task: null, channel: '', week: '' }] = group
    const ofGroup = group.map(({ judged }) => judged)
    return contactRate({ task, channel, week }, ofGroup, judgement, reading)
  })
}

const contactRate = (
  cell: Pick<ReferenceContactRate, 'task' | 'channel' | 'week'>,
  group: readonly JudgedContact[],
  judgement: Judgement,
  reading: Reading,
): ReferenceContactRate => {
  const { catalogue } = judgement
  const verdicts = (verdict: string): number => group.filter(({ row }) => row.verdict === verdict).length
  const handled = group.flatMap(({ row }) => (row.handle_seconds === null ? [] : [row.handle_seconds]))
  const cost = catalogue.costs.get(cell.channel)
  const [any] = group
  return {
    ...cell,
    contacts: group.length,
    repeats: group.filter(({ row }) => row.repeat_of !== null).length,
    first_contact_resolution: shown(firstContactResolution(group, judgement, reading)),
    failed: verdicts('failed'),
    possible: verdicts('possible'),
    chased: verdicts('chased'),
    contested: verdicts('contested'),
    handed_off: verdicts('handed_off'),
    unrelated: verdicts('unrelated'),
    unlinkable: verdicts('unlinkable'),
    handle_seconds: handled.length === 0 ? null : roundTo(sum(handled), 3),
    cost: cost === undefined ? null : roundTo(cost * group.length, 4),
    provisional: isProvisional(weekEndOf(any?.row.day ?? '', catalogue.zone), reading),
  }
}

/**
 * "Share of counted, linkable contacts with an instant of which no contact is a repeat, over those whose `repeatWithin`
 * has passed."
 */
const firstContactResolution = (
  group: readonly JudgedContact[],
  { contacts, catalogue }: Judgement,
  { now }: Reading,
): number | null => {
  const settled = group.filter(
    ({ contact, isLinkable }) =>
      isLinkable && hasInstant(contact) && now >= contact.startedAt + catalogue.repeatWithinMs,
  )
  const resolved = settled.filter(({ row }) => !contacts.some((other) => other.row.repeat_of === row.contact_id))
  return ratio(resolved.length, settled.length)
}
