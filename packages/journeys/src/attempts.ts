/** Sessions become attempts, attempts become segments: SEMANTICS section 4. */
import type { Instant, Result, Task } from '@ringback/contracts'
import type { Carrier } from './carriers.ts'
import {
  type AttemptFacts,
  completionAt,
  completionResult,
  type FactKind,
  keepOf,
  mergeKinds,
  mergeSpans,
  type SessionFacts,
  toSpans,
} from './facts.ts'
import { type Instants, type Keyed, toKeyed, valueOf } from './lattice.ts'

/** A stretch of one session's activity on one task, cut at long silences and by completions. */
export interface Segment {
  readonly session: Carrier<SessionFacts>
  readonly task: Task
  /** Within its attempt, from 0. */
  readonly index: number
  readonly first: Instant
  readonly last: Instant
  /** The attempt's spans, cut to this segment, ascending. */
  readonly spans: readonly (readonly [begin: Instant, end: Instant])[]
  /** The facts whose time this segment holds; `completion` as plain instants. */
  readonly kinds: Keyed<Instants>
  /** The completion that ends it. */
  readonly completed: { readonly at: Instant; readonly result: Result } | undefined
}

/** Facts without a task go to the attempt that began most recently at or before them (ties: the smaller task id). */
const withFloating = (facts: SessionFacts, known: (task: string) => boolean): Keyed<AttemptFacts> => {
  const attempts = facts.attempts.filter(([task]) => known(task))
  if (facts.floating.length === 0 || attempts.length === 0) return attempts
  const byBeginning = attempts
    .map(([task, attempt]) => ({ task, begin: attempt.spans[0] as Instant }))
    .sort((a, b) => b.begin - a.begin || (a.task < b.task ? -1 : 1))
  const gained = new Map<string, Map<FactKind, Instant[]>>()
  for (const [kind, instants] of facts.floating)
    for (const at of instants) {
      const task = byBeginning.find(({ begin }) => begin <= at)?.task
      if (task === undefined) continue
      const kinds = gained.get(task) ?? new Map<FactKind, Instant[]>()
      gained.set(task, kinds)
      const list = kinds.get(kind)
      if (list) list.push(at)
      else kinds.set(kind, [at])
    }
  return attempts.map(([task, attempt]) => {
    const kinds = gained.get(task)
    if (!kinds) return [task, attempt]
    const touches = [...new Set([...kinds.values()].flat())].sort((x, y) => x - y)
    const facts = [...kinds].filter(([kind]) => kind !== 'touch')
    const kept = toKeyed(facts.map(([kind, instants]) => [kind, keepOf(kind, instants)] as const))
    return [task, { spans: mergeSpans(attempt.spans, toSpans(touches)), kinds: mergeKinds(attempt.kinds, kept) }]
  })
}

/** In an attempt without any `task_started` the visits of its first-visited step (ties: the smaller name) are its starts. */
const withStarts = (kinds: Keyed<Instants>): Keyed<Instants> => {
  if (valueOf(kinds, 'start')) return kinds
  let entry: { readonly visits: Instants; readonly first: Instant } | undefined
  for (const [kind, visits] of kinds)
    if (kind.startsWith('step:') && visits[0] !== undefined && (!entry || visits[0] < entry.first))
      entry = { visits, first: visits[0] }
  return entry ? toKeyed([...kinds, ['start', entry.visits]]) : kinds
}

const latestBefore = (instants: Instants, at: Instant): Instant => {
  let latest = -Infinity
  for (const instant of instants) if (instant < at) latest = instant
  return latest
}

/** Where the spans fall apart by a long silence: each part as the index of its first span. */
const silences = (attempt: AttemptFacts, completions: Instants, task: Task): number[] => {
  const saves = valueOf(attempt.kinds, 'save') ?? []
  const begins = [0]
  let stretchBegin = attempt.spans[0] as Instant
  for (let i = 2; i < attempt.spans.length; i += 2) {
    const begin = attempt.spans[i] as Instant
    const saved = latestBefore(saves, begin)
    const isSaved = saved > latestBefore(completions, begin) && saved >= stretchBegin
    if (begin - (attempt.spans[i - 1] as Instant) > (isSaved ? task.resumeSavedWithin : task.resumeWithin)) {
      begins.push(i)
      stretchBegin = begin
    }
  }
  return begins
}

const cut = (
  session: Carrier<SessionFacts>,
  task: Task,
  attempt: AttemptFacts,
  kinds: Keyed<Instants>,
  index: number,
  first: Instant,
  last: Instant,
  completion: number | undefined,
): Segment => {
  const spans: [Instant, Instant][] = []
  for (let i = 0; i < attempt.spans.length; i += 2) {
    const begin = Math.max(attempt.spans[i] as Instant, first)
    const end = Math.min(attempt.spans[i + 1] as Instant, last)
    if (begin <= end) spans.push([begin, end])
  }
  const held: (readonly [FactKind, Instants])[] = []
  for (const [kind, instants] of kinds) {
    const within = instants.filter((at) => at >= first && at <= last)
    if (within.length > 0) held.push([kind, within])
  }
  const completed =
    completion === undefined ? undefined : { at: completionAt(completion), result: completionResult(completion) }
  return { session, task, index, first, last, spans, kinds: held, completed }
}

const segmentsOfAttempt = (session: Carrier<SessionFacts>, task: Task, attempt: AttemptFacts): Segment[] => {
  const completions = valueOf(attempt.kinds, 'completion') ?? []
  const completedAts = completions.map(completionAt)
  const kinds = withStarts(
    attempt.kinds.map((entry) => (entry[0] === 'completion' ? ['completion', completedAts] : entry)),
  )
  const starts = valueOf(kinds, 'start') ?? []
  const begins = silences(attempt, completedAts, task)
  const segments: Segment[] = []
  for (const [i, spanIndex] of begins.entries()) {
    const end = attempt.spans[(begins[i + 1] ?? attempt.spans.length) - 1] as Instant
    let begin = attempt.spans[spanIndex]
    while (begin !== undefined) {
      const from: Instant = begin
      const completion = completions.find((one) => completionAt(one) >= from && completionAt(one) <= end)
      const last = completion === undefined ? end : completionAt(completion)
      segments.push(cut(session, task, attempt, kinds, segments.length, from, last, completion))
      begin = completion === undefined ? undefined : starts.find((at) => at > last && at <= end)
    }
  }
  return segments
}

/** All segments of a session, of every task that the catalogue knows. */
export const segmentsOf = (
  session: Carrier<SessionFacts>,
  taskById: (id: string) => Task | undefined,
): readonly Segment[] =>
  withFloating(session.own, (id) => taskById(id) !== undefined).flatMap(([id, attempt]) => {
    const task = taskById(id)
    return task ? segmentsOfAttempt(session, task, attempt) : []
  })
