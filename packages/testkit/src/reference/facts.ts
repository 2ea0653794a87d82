/** Section 4: which facts and spans an attempt keeps of its events. */
import type { EdgeWebEvent } from './types.ts'
import { compareText, sortedNumbers } from './order.ts'
import { HOUR, toMs } from './time.ts'

export type FactKind = 'start' | 'save' | 'hand_off' | 'completion' | 'visit' | 'validation_error' | 'error' | 'soft'
export type Result = 'confirmed' | 'refused' | 'ineligible'

export interface Fact {
  readonly kind: FactKind
  /** The step of a visit or validation error, the code of an error, the name of a soft signal, a completion's result. */
  readonly name: string
  readonly at: number
}

export interface Span {
  readonly from: number
  readonly to: number
}

const TRANSACTIONAL: readonly FactKind[] = ['start', 'visit', 'validation_error', 'save', 'completion']

export const isTransactional = (fact: Fact): boolean => TRANSACTIONAL.includes(fact.kind)

/** "At one instant: confirmed before refused before ineligible." */
const RESULTS: readonly string[] = ['confirmed', 'refused', 'ineligible']

export const compareResults = (a: string, b: string): number => RESULTS.indexOf(a) - RESULTS.indexOf(b)

const ERROR_CODES = [
  'server_error',
  'not_found',
  'unavailable',
  'sign_in',
  'payment',
  'timeout',
  'lookup',
  'upload',
  'no_slots',
  'script',
]

/** The table of section 4; null where an event is a touch and nothing else. */
const factOf = (event: EdgeWebEvent): Fact | null => {
  const at = toMs(event.time)
  switch (event.type) {
    case 'task_started':
      return { kind: 'start', name: '', at }
    case 'step':
      return { kind: 'visit', name: event.step ?? '', at }
    case 'validation_error':
      return { kind: 'validation_error', name: event.step ?? '', at }
    case 'error':
      return { kind: 'error', name: ERROR_CODES.includes(event.code ?? '') ? (event.code ?? '') : 'other', at }
    case 'draft_saved':
      return { kind: 'save', name: '', at }
    case 'handed_off':
      return { kind: 'hand_off', name: '', at }
    case 'task_completed':
      return { kind: 'completion', name: event.result ?? 'confirmed', at }
    case 'search':
      return event.results === 0 ? { kind: 'soft', name: 'no_results', at } : null
    case 'contact_viewed':
      return { kind: 'soft', name: 'contact_viewed', at }
    case 'feedback':
      return event.useful === false ? { kind: 'soft', name: 'unhelpful', at } : null
    default:
      return null
  }
}

/** "Of each kind an attempt keeps the 64 earliest instants and the latest." */
const keepEarliestAndLatest = <T>(ordered: readonly T[]): T[] =>
  ordered.filter((_, i) => i < 64 || i === ordered.length - 1)

/** A fact is a kind and an instant: of one kind there is one at an instant. Completions of any result are one kind. */
const factsOfKind = (facts: readonly Fact[]): Fact[] => {
  const instants = sortedNumbers(new Set(facts.map((fact) => fact.at)))
  const ordered = instants.flatMap((at) => {
    const [first] = facts.filter((fact) => fact.at === at).sort((a, b) => compareResults(a.name, b.name))
    return first === undefined ? [] : [first]
  })
  return keepEarliestAndLatest(ordered)
}

/** The facts that an attempt keeps of all its events. */
export const keptFacts = (events: readonly EdgeWebEvent[]): Fact[] => {
  const facts = events.map(factOf).filter((fact) => fact !== null)
  const kindOf = (fact: Fact): string => (fact.kind === 'completion' ? 'completion' : `${fact.kind} ${fact.name}`)
  const kinds = [...new Set(facts.map(kindOf))]
  const kept = kinds.flatMap((kind) => factsOfKind(facts.filter((fact) => kindOf(fact) === kind)))
  return [...kept, ...visitsThatAreStarts(kept)]
}

/** "Without any `task_started`, the visits of the step that it visited first (ties: the smaller name) are its starts." */
const visitsThatAreStarts = (kept: readonly Fact[]): Fact[] => {
  if (kept.some((fact) => fact.kind === 'start')) return []
  const visits = kept.filter((fact) => fact.kind === 'visit')
  const [first] = [...visits].sort((a, b) => a.at - b.at || compareText(a.name, b.name))
  return visits.filter((visit) => visit.name === first?.name).map((visit) => ({ ...visit, kind: 'start', name: '' }))
}

const hourOf = (time: number): number => Math.floor(time / HOUR)

/**
 * "For each of the 64 earliest UTC hours with an event, the first and the last event's time, and all later hours
 * together as one."
 */
export const keptSpans = (events: readonly EdgeWebEvent[]): Span[] => {
  const times = sortedNumbers(events.map((event) => toMs(event.time)))
  const hours = [...new Set(times.map(hourOf))]
  const early = hours.slice(0, 64).map((hour) => times.filter((time) => hourOf(time) === hour))
  const later = times.filter((time) => !hours.slice(0, 64).includes(hourOf(time)))
  return [...early, later].flatMap((group) => {
    const [from] = group
    const to = group.at(-1)
    return from === undefined || to === undefined ? [] : [{ from, to }]
  })
}
