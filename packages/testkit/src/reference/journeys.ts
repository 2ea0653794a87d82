/** Section 5: journeys, and what they were at an instant. */
import { createHash } from 'node:crypto'
import type { Catalogue, Task } from './catalogue.ts'
import type { Carrier, WhoIsWho } from './carriers.ts'
import type { Fact, FactKind, Result } from './facts.ts'
import type { Segment } from './attempts.ts'
import type { EdgeRecords, Outcome } from './types.ts'
import { toAttempts, toSegments } from './attempts.ts'
import { compareResults, isTransactional } from './facts.ts'
import { compareText, compareTimeThenId, sortedTexts } from './order.ts'
import { sessionKey, typeOf } from './sharing.ts'

export interface Journey {
  readonly id: string
  readonly task: Task
  readonly segments: readonly Segment[]
  readonly firstAt: number
  readonly lastAt: number
  readonly completedAt: number | null
  readonly result: Result | null
  /** Of all its segments; facts of different attempts are never merged. */
  readonly facts: readonly Fact[]
  /** Whether it holds a saved draft. */
  readonly isSaved: boolean
  readonly intent: 'transaction' | 'information'
}

/** "For each unit and task, take all segments of its sessions ordered by (first, session id)." */
export const toJourneys = (records: EdgeRecords, who: WhoIsWho, catalogue: Catalogue): Journey[] => {
  const attempts = toAttempts(records, catalogue)
  return catalogue.tasks.flatMap((task) => {
    const ofTask = attempts.filter((attempt) => attempt.task === task)
    const units = [...new Set(ofTask.map((attempt) => unitOf(attempt.session, task, who)))]
    return units.flatMap((unit) => {
      const segments = ofTask
        .filter((attempt) => unitOf(attempt.session, task, who) === unit)
        .flatMap(toSegments)
        .sort((a, b) => compareTimeThenId(a.first, a.session, b.first, b.session))
      return joinSegments(segments, task)
    })
  })
}

export const carrierOfSession = (session: string, who: WhoIsWho): Carrier => {
  const carrier = who.carrierOf(sessionKey(session))
  if (carrier === null) throw new Error('reference: a session with an attempt is a carrier')
  return carrier
}

/** "A unit is one person or one household", by the task's scope; it goes by the key of its first carrier. */
const unitOf = (session: string, task: Task, who: WhoIsWho): string | undefined => {
  const carrier = carrierOfSession(session, who)
  const members = task.scope === 'household' ? who.householdOf(carrier) : who.personOf(carrier)
  return sortedTexts(members.map((member) => member.key))[0]
}

const joinSegments = (segments: readonly Segment[], task: Task): Journey[] => {
  const journeys: Journey[] = []
  for (const segment of segments) {
    const latest = journeys.at(-1)
    if (latest !== undefined && joins(segment, latest)) {
      journeys[journeys.length - 1] = toJourney([...latest.segments, segment], task)
    } else {
      journeys.push(toJourney([segment], task))
    }
  }
  return journeys
}

/** Section 5: when a segment joins the latest journey. */
const joins = (segment: Segment, journey: Journey): boolean => {
  if (journey.completedAt !== null) return segment.first <= journey.completedAt
  return segment.first <= journey.lastAt + resumeLimitOf(journey)
}

/** "`resumeWithin` (`resumeSavedWithin` once the journey holds a saved draft)". */
export const resumeLimitOf = (journey: Journey): number =>
  journey.isSaved ? journey.task.resumeSavedWithinMs : journey.task.resumeWithinMs

const toJourney = (segments: readonly Segment[], task: Task): Journey => {
  const facts = segments.flatMap((segment) => segment.facts)
  const [completion] = segments
    .flatMap(({ last, result }) => (result === null ? [] : [{ last, result }]))
    .sort((a, b) => a.last - b.last || compareResults(a.result, b.result))
  return {
    id: journeyIdOf(segments, task),
    task,
    segments,
    firstAt: Math.min(...segments.map((segment) => segment.first)),
    lastAt: Math.max(...segments.map((segment) => segment.last)),
    completedAt: completion?.last ?? null,
    result: completion?.result ?? null,
    facts,
    isSaved: facts.some((fact) => fact.kind === 'save'),
    intent: facts.some(isTransactional) ? 'transaction' : 'information',
  }
}

/** SHA-256(task + "|" + session id of its first segment + "|" + that segment's index), base64url, 22 characters. */
const journeyIdOf = ([first]: readonly Segment[], task: Task): string => {
  const name = `${task.id}|${first?.session}|${first?.index}`
  return createHash('sha256').update(name).digest('base64url').slice(0, 22)
}

const END_OF_TIME = Infinity

const timesOf = (journey: Journey, kind: FactKind, m: number): number[] =>
  journey.facts.filter((fact) => fact.kind === kind && fact.at <= m).map((fact) => fact.at)

export interface HardSignal {
  readonly code: string
  readonly at: number
}

/** "The `error` codes, and `validation_loop`, at the time of the journey's third validation error on one step." */
export const hardSignals = (journey: Journey, m: number): HardSignal[] => {
  const known = journey.facts.filter((fact) => fact.at <= m)
  const errors = known.filter((fact) => fact.kind === 'error').map((fact) => ({ code: fact.name, at: fact.at }))
  const ofValidation = known.filter((fact) => fact.kind === 'validation_error').sort((a, b) => a.at - b.at)
  const loops = sortedTexts(ofValidation.map((fact) => fact.name)).flatMap((step) => {
    const third = ofValidation.filter((fact) => fact.name === step)[2]
    return third === undefined ? [] : [{ code: 'validation_loop', at: third.at }]
  })
  return [...errors, ...loops]
}

const visitsByStep = (journey: Journey): { step: string; first: number; last: number }[] => {
  const visits = journey.facts.filter((fact) => fact.kind === 'visit')
  return sortedTexts(visits.map((visit) => visit.name)).map((step) => {
    const times = visits.filter((visit) => visit.name === step).map((visit) => visit.at)
    return { step, first: Math.min(...times), last: Math.max(...times) }
  })
}

/** "If the journey's first visit of some step, or a completion, lies strictly after it and at or before m." */
const isOvercome = (signal: HardSignal, journey: Journey, m: number): boolean => {
  const progress = [...visitsByStep(journey).map((visit) => visit.first), ...timesOf(journey, 'completion', m)]
  return progress.some((at) => signal.at < at && at <= m)
}

/** "One at or before m is not followed, up to m, by a later step, validation error or hard signal." */
export const handOffStands = (journey: Journey, m: number): boolean => {
  const latest = Math.max(...timesOf(journey, 'hand_off', m))
  if (latest === -Infinity) return false
  const going = [...timesOf(journey, 'visit', m), ...timesOf(journey, 'validation_error', m)]
  const failing = hardSignals(journey, m).map((signal) => signal.at)
  return ![...going, ...failing].some((at) => at > latest)
}

export const outcomeOf = (journey: Journey): Outcome => {
  if (journey.result !== null) return journey.result === 'confirmed' ? 'completed' : journey.result
  if (handOffStands(journey, END_OF_TIME)) return 'handed_off'
  if (isLeftSaved(journey)) return 'saved'
  return journey.intent === 'transaction' ? 'abandoned' : 'read'
}

/** "If its latest save is not followed by a hard signal that is not overcome." */
const isLeftSaved = (journey: Journey): boolean => {
  if (!journey.isSaved) return false
  const latestSave = Math.max(...timesOf(journey, 'save', END_OF_TIME))
  const standing = hardSignals(journey, END_OF_TIME).filter((signal) => !isOvercome(signal, journey, END_OF_TIME))
  return !standing.some((signal) => signal.at > latestSave)
}

/** Section 5, `cause`, judged at m: only what is at or before m counts. */
export const causeAt = (journey: Journey, m: number): string => {
  const [standing] = hardSignals(journey, m)
    .filter((signal) => !isOvercome(signal, journey, m))
    .sort((a, b) => compareTimeThenId(a.at, a.code, b.at, b.code))
  if (standing !== undefined) return standing.code
  const soft = journey.facts.filter((fact) => fact.kind === 'soft' && fact.at <= m).map((fact) => fact.name)
  const present = ['no_results', 'contact_viewed', 'unhelpful'].find((name) => soft.includes(name))
  if (present !== undefined) return present
  if (timesOf(journey, 'start', m).length >= 3) return 'repeated_starts'
  return journey.intent === 'transaction' ? 'gave_up' : 'dead_end'
}

/** Of a journey that did not come back as `failed`: only what was abandoned or read has a cause. */
export const causeAtTheEnd = (journey: Journey): string | null =>
  ['abandoned', 'read'].includes(outcomeOf(journey)) ? causeAt(journey, END_OF_TIME) : null

/** "The hard and soft signals at the end of time, each once, sorted." */
export const signalsOf = (journey: Journey): string[] => {
  const soft = journey.facts.filter((fact) => fact.kind === 'soft').map((fact) => fact.name)
  return sortedTexts([...hardSignals(journey, END_OF_TIME).map((signal) => signal.code), ...soft])
}

/** "In the order of their first visits" (ties: the smaller name). */
export const stepsOf = (journey: Journey): string[] =>
  visitsByStep(journey)
    .sort((a, b) => compareTimeThenId(a.first, a.step, b.first, b.step))
    .map((visit) => visit.step)

/** "The one visited last (ties: the smaller name)." */
export const lastStepOf = (journey: Journey): string | null => {
  const [last] = visitsByStep(journey).sort((a, b) => b.last - a.last || compareText(a.step, b.step))
  return last?.step ?? null
}

const REACHING = ['mobile', 'landline', 'email', 'crm']

/** "Some session of the journey is unambiguous, and its household holds, in web sessions and profiles, an unshared …" */
export const isReachable = (journey: Journey, who: WhoIsWho): boolean =>
  journey.segments.some((segment) => {
    const session = carrierOfSession(segment.session, who)
    if (session.ambiguous) return false
    const holders = who.householdOf(session).filter((carrier) => carrier.kind !== 'contact')
    return holders.some((carrier) => carrier.unshared.some((token) => REACHING.includes(typeOf(token))))
  })
