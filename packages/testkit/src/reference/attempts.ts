/** Section 4: sessions, attempts, segments. */
import type { Catalogue, Task } from './catalogue.ts'
import type { EdgeRecords, EdgeWebEvent } from './types.ts'
import type { Fact, Result, Span } from './facts.ts'
import { isExcludedSession } from './carriers.ts'
import { taskOfEvent } from './catalogue.ts'
import { keptFacts, keptSpans } from './facts.ts'
import { compareText, sortedTexts } from './order.ts'
import { toMs } from './time.ts'

export interface Attempt {
  readonly session: string
  readonly task: Task
  readonly spans: readonly Span[]
  readonly facts: readonly Fact[]
}

export interface Segment {
  readonly session: string
  /** Its index within its attempt, from 0. */
  readonly index: number
  readonly first: number
  readonly last: number
  /** The completion that ends it, which lies at `last`. */
  readonly result: Result | null
  /** Those whose time its interval holds. */
  readonly facts: readonly Fact[]
  /** The attempt's, cut to its interval. */
  readonly spans: readonly Span[]
}

/** "An attempt is one session's activity on one task"; an excluded session yields none. */
export const toAttempts = (records: EdgeRecords, catalogue: Catalogue): Attempt[] => {
  const sessions = sortedTexts(records.web.map((event) => event.session))
  return sessions
    .filter((session) => !isExcludedSession(session, records))
    .flatMap((session) => attemptsOfSession(session, records, catalogue))
}

const attemptsOfSession = (session: string, records: EdgeRecords, catalogue: Catalogue): Attempt[] => {
  const events = records.web.filter((event) => event.session === session)
  const withTask = catalogue.tasks
    .map((task) => ({ task, own: events.filter((event) => taskOfEvent(event, catalogue) === task) }))
    .filter(({ own }) => own.length > 0)
  const beginnings = withTask.map(({ task, own }) => {
    return { task, at: Math.min(...own.map((event) => toMs(event.time))) }
  })
  const floating = events.filter((event) => taskOfEvent(event, catalogue) === null)
  return withTask.map(({ task, own }) => {
    const joined = [...own, ...floating.filter((event) => taskOfFloating(event, beginnings) === task)]
    return { session, task, spans: keptSpans(joined), facts: keptFacts(joined) }
  })
}

const FLOATING_TYPES = ['error', 'search', 'contact_viewed', 'feedback', 'handed_off']

/**
 * An event without a task "belongs to the attempt of its own session whose first event with a task came most recently
 * at or before it (ties: the smaller task id); if there is none, and for every other type, to no attempt".
 */
const taskOfFloating = (
  event: EdgeWebEvent,
  beginnings: readonly { readonly task: Task; readonly at: number }[],
): Task | null => {
  if (!FLOATING_TYPES.includes(event.type)) return null
  const [latest] = beginnings
    .filter((beginning) => beginning.at <= toMs(event.time))
    .sort((a, b) => b.at - a.at || compareText(a.task.id, b.task.id))
  return latest?.task ?? null
}

/** An attempt is cut first by long silences, then by completions. */
export const toSegments = (attempt: Attempt): Segment[] => {
  const intervals = stretchesOf(attempt).flatMap((stretch) => intervalsOf(stretch, attempt.facts))
  return intervals.map(({ first, last, result }, index): Segment => {
    return {
      session: attempt.session,
      index,
      first,
      last,
      result,
      facts: attempt.facts.filter((fact) => first <= fact.at && fact.at <= last),
      spans: attempt.spans
        .filter((span) => span.from <= last && span.to >= first)
        .map((span) => ({ from: Math.max(span.from, first), to: Math.min(span.to, last) })),
    }
  })
}

/** Section 4, cut 1: the stretches of spans between long silences. */
const stretchesOf = (attempt: Attempt): Span[] => {
  const stretches: Span[] = []
  for (const span of attempt.spans) {
    const stretch = stretches.at(-1)
    if (stretch === undefined || span.from - stretch.to > allowedSilence(attempt, stretch, span)) {
      stretches.push({ ...span })
    } else {
      stretches[stretches.length - 1] = { from: stretch.from, to: span.to }
    }
  }
  return stretches
}

/**
 * "`resumeWithin` (`resumeSavedWithin`, if there is a save before it, later than the last completion and the last long
 * silence before it)". The last long silence ended where the stretch begins: a save at that instant is later than it.
 */
const allowedSilence = (attempt: Attempt, stretch: Span, next: Span): number => {
  const before = attempt.facts.filter((fact) => fact.at < next.from)
  const lastCompletion = Math.max(...before.filter((fact) => fact.kind === 'completion').map((fact) => fact.at))
  const isSaved = before.some((fact) => fact.kind === 'save' && fact.at > lastCompletion && fact.at >= stretch.from)
  return isSaved ? attempt.task.resumeSavedWithinMs : attempt.task.resumeWithinMs
}

type Interval = Pick<Segment, 'first' | 'last' | 'result'>

/**
 * Section 4, cut 2: "a segment ends with the first completion at or after its beginning and before the next silence.
 * Then the next segment begins at the first later start, or at the next silence's end, whichever is first."
 */
const intervalsOf = (stretch: Span, facts: readonly Fact[]): Interval[] => {
  const earliest = (kind: Fact['kind'], isWanted: (at: number) => boolean): Fact | undefined =>
    facts.filter((fact) => fact.kind === kind && isWanted(fact.at)).sort((a, b) => a.at - b.at)[0]
  const intervals: Interval[] = []
  let first: number | undefined = stretch.from
  while (first !== undefined) {
    const begin: number = first
    const completion = earliest('completion', (at) => begin <= at && at <= stretch.to)
    if (completion === undefined) {
      intervals.push({ first: begin, last: stretch.to, result: null })
      break
    }
    intervals.push({ first: begin, last: completion.at, result: completion.name as Result })
    first = earliest('start', (at) => completion.at < at && at <= stretch.to)?.at
  }
  return intervals
}
