/** Segments become journeys, and what a journey came to: SEMANTICS section 5. */
import { hash } from 'node:crypto'
import type { DeviceClass, Instant, Outcome, Result, Task } from '@ringback/contracts'
import type { Segment } from './attempts.ts'
import type { Household, Person } from './carriers.ts'
import type { FactKind } from './facts.ts'
import { valueOf } from './lattice.ts'

export const END_OF_TIME = Infinity

/** From the third validation error on one step a journey is in a loop. */
const LOOP = 3
/** So many starts tell of somebody who keeps beginning again. */
const REPEATED_STARTS = 3

const SOFT_SIGNALS = ['no_results', 'contact_viewed', 'unhelpful'] as const

export interface Journey {
  readonly id: string
  readonly task: Task
  readonly household: Household
  /** In the order in which they joined: by (first, session id). */
  readonly segments: readonly Segment[]
  readonly firstAt: Instant
  readonly lastAt: Instant
  readonly completed: { readonly at: Instant; readonly result: Result } | undefined
  readonly hasDraft: boolean
  readonly history: History
}

/** A hard signal: something that stood in the way, and when. */
interface HardSignal {
  readonly at: Instant
  readonly code: string
}

/** A journey's facts, all segments together; what the rules ask of it, by time. */
interface History {
  /** Ascending by time, then code; with a `validation_loop` for each step that has one. */
  readonly hard: readonly HardSignal[]
  /** First visit of each step, ascending (ties: the smaller name). */
  readonly firstVisits: readonly { readonly at: Instant; readonly step: string }[]
  readonly lastStep: string | null
  readonly soft: readonly { readonly signal: string; readonly first: Instant }[]
  readonly starts: readonly Instant[]
  readonly saves: readonly Instant[]
  readonly handoffs: readonly Instant[]
  /** Step visits, validation errors and hard signals: what ends a hand-off. */
  readonly goingOn: readonly Instant[]
  readonly completions: readonly Instant[]
  readonly isTransaction: boolean
}

const ascending = (a: number, b: number): number => a - b
const bySmaller = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

const toHistory = (segments: readonly Segment[]): History => {
  // Facts of different attempts are never merged: two at one instant are two.
  const byKind = new Map<FactKind, Instant[]>()
  for (const segment of segments)
    for (const [kind, instants] of segment.kinds) {
      const known = byKind.get(kind)
      if (known) known.push(...instants)
      else byKind.set(kind, [...instants])
    }
  for (const instants of byKind.values()) instants.sort(ascending)
  const of = (kind: FactKind): readonly Instant[] => byKind.get(kind) ?? []
  const hard: HardSignal[] = []
  const firstVisits: { at: Instant; step: string }[] = []
  const goingOn: Instant[] = []
  let lastVisit = { at: -Infinity, step: null as string | null }
  let isTransaction = ['start', 'save', 'completion'].some((kind) => byKind.has(kind))
  for (const [kind, instants] of byKind) {
    const first = instants[0] as Instant
    const last = instants[instants.length - 1] as Instant
    const name = kind.slice(kind.indexOf(':') + 1)
    if (kind.startsWith('step:')) {
      firstVisits.push({ at: first, step: name })
      if (last > lastVisit.at || (last === lastVisit.at && name < (lastVisit.step ?? ''))) {
        lastVisit = { at: last, step: name }
      }
      isTransaction = true
      goingOn.push(...instants)
    } else if (kind.startsWith('invalid:')) {
      const third = instants[LOOP - 1]
      if (third !== undefined) hard.push({ at: third, code: 'validation_loop' })
      isTransaction = true
      goingOn.push(...instants)
    } else if (kind.startsWith('error:')) {
      for (const at of instants) hard.push({ at, code: name })
      goingOn.push(...instants)
    }
  }
  return {
    hard: hard.sort((a, b) => a.at - b.at || bySmaller(a.code, b.code)),
    firstVisits: firstVisits.sort((a, b) => a.at - b.at || bySmaller(a.step, b.step)),
    lastStep: lastVisit.step,
    soft: SOFT_SIGNALS.flatMap((signal) => {
      const first = of(`soft:${signal}`)[0]
      return first === undefined ? [] : [{ signal, first }]
    }),
    starts: of('start'),
    saves: of('save'),
    handoffs: of('handoff'),
    goingOn: goingOn.sort(ascending),
    completions: of('completion'),
    isTransaction,
  }
}

/** The latest of ascending instants at or before `m`; −∞ if there is none. */
const latestUpTo = (instants: readonly Instant[], m: Instant): Instant => {
  let latest = -Infinity
  for (const at of instants) {
    if (at > m) break
    latest = at
  }
  return latest
}

const toJourneyId = ({ task, session, index }: Segment): string =>
  hash('sha256', `${task.id}|${session.name.slice('session:'.length)}|${index}`, 'base64url').slice(0, 22)

const isBetter = (a: NonNullable<Segment['completed']>, b: Journey['completed']): boolean =>
  !b || a.at < b.at || (a.at === b.at && RESULT_ORDER[a.result] < RESULT_ORDER[b.result])
const RESULT_ORDER: Readonly<Record<Result, number>> = { confirmed: 0, refused: 1, ineligible: 2 }

interface OpenJourney {
  readonly segments: Segment[]
  lastAt: Instant
  completed: Journey['completed']
  hasDraft: boolean
}

const joins = (segment: Segment, latest: OpenJourney, task: Task): boolean =>
  latest.completed
    ? segment.first <= latest.completed.at
    : segment.first - latest.lastAt <= (latest.hasDraft ? task.resumeSavedWithin : task.resumeWithin)

const sequence = (segments: readonly Segment[], task: Task): readonly OpenJourney[] => {
  const ordered = segments.toSorted((a, b) => a.first - b.first || bySmaller(a.session.name, b.session.name))
  const journeys: OpenJourney[] = []
  for (const segment of ordered) {
    let journey = journeys[journeys.length - 1]
    if (!journey || !joins(segment, journey, task)) {
      journey = { segments: [], lastAt: -Infinity, completed: undefined, hasDraft: false }
      journeys.push(journey)
    }
    journey.segments.push(segment)
    journey.lastAt = Math.max(journey.lastAt, segment.last)
    if (segment.completed && isBetter(segment.completed, journey.completed)) journey.completed = segment.completed
    journey.hasDraft ||= valueOf(segment.kinds, 'save') !== undefined
  }
  return journeys
}

/** The journeys of all units: one person or one household, by the scope of each task. */
export const journeysOf = (segments: readonly Segment[]): readonly Journey[] => {
  const units = new Map<Person | Household, Map<string, Segment[]>>()
  for (const segment of segments) {
    const unit = segment.task.scope === 'household' ? segment.session.household : segment.session.person
    const byTask = units.get(unit) ?? new Map<string, Segment[]>()
    units.set(unit, byTask)
    const known = byTask.get(segment.task.id)
    if (known) known.push(segment)
    else byTask.set(segment.task.id, [segment])
  }
  const journeys: Journey[] = []
  for (const byTask of units.values())
    for (const ofTask of byTask.values()) {
      const { task } = ofTask[0] as Segment
      for (const { segments, lastAt, completed, hasDraft } of sequence(ofTask, task)) {
        const first = segments[0] as Segment
        journeys.push({
          id: toJourneyId(first),
          task,
          household: first.session.household,
          segments,
          firstAt: first.first,
          lastAt,
          completed,
          hasDraft,
          history: toHistory(segments),
        })
      }
    }
  return journeys
}

/** A hand-off at or before m that no later step, validation error or hard signal up to m follows. */
export const handoffStands = ({ history }: Journey, m: Instant): boolean => {
  const handoff = latestUpTo(history.handoffs, m)
  return handoff > -Infinity && latestUpTo(history.goingOn, m) <= handoff
}

/** When the journey last got on: to a step it had not visited before, or to a completion, at or before m. */
const latestProgress = ({ history }: Journey, m: Instant): Instant =>
  Math.max(
    latestUpTo(
      history.firstVisits.map(({ at }) => at),
      m,
    ),
    latestUpTo(history.completions, m),
  )

/** Hard signals at or before m that no progress strictly after them overcame; ascending. */
const standing = (journey: Journey, m: Instant): readonly HardSignal[] => {
  const progress = latestProgress(journey, m)
  return journey.history.hard.filter(({ at }) => at <= m && at >= progress)
}

export const outcomeOf = (journey: Journey): Outcome => {
  if (journey.completed) return journey.completed.result === 'confirmed' ? 'completed' : journey.completed.result
  if (handoffStands(journey, END_OF_TIME)) return 'handed_off'
  const saved = journey.history.saves[journey.history.saves.length - 1]
  if (saved !== undefined && !standing(journey, END_OF_TIME).some(({ at }) => at > saved)) return 'saved'
  return journey.history.isTransaction ? 'abandoned' : 'read'
}

/** Why it failed, of what is at or before m. */
export const causeAt = (journey: Journey, m: Instant): string => {
  const [hard] = standing(journey, m)
  if (hard) return hard.code
  const soft = journey.history.soft.find(({ first }) => first <= m)
  if (soft) return soft.signal
  if (journey.history.starts.filter((at) => at <= m).length >= REPEATED_STARTS) return 'repeated_starts'
  return journey.history.isTransaction ? 'gave_up' : 'dead_end'
}

/** Hard and soft signals at the end of time, each once, sorted. */
export const signalsOf = ({ history }: Journey): readonly string[] =>
  [...new Set([...history.hard.map(({ code }) => code), ...history.soft.map(({ signal }) => signal)])].sort()

export const deviceClassOf = (journey: Journey): DeviceClass | null =>
  journey.segments[0]?.session.own.device?.[1] ?? null
