/** From records, as they leave the edge, to the facts of their carriers: SEMANTICS section 4 (the table of types). */
import {
  type EdgeLeg,
  type EdgeProfile,
  type EdgeWebEvent,
  type Instant,
  RESULTS,
  type Token,
} from '@ringback/contracts'
import {
  type CarrierFacts,
  type CarrierTokens,
  type FactKind,
  keepFloating,
  keepOf,
  mergeTokens,
  toCompletion,
  toSpans,
} from './facts.ts'
import { type Keyed, toKeyed } from './lattice.ts'
import type { Rules } from './rules.ts'
import { peopleBeside, type SharingLimits } from './sharing.ts'

const ERROR_CODES: ReadonlySet<string> = new Set([
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
])

/** What an event does beside being a touch; undefined where it does nothing else. */
const effectOf = (event: EdgeWebEvent): FactKind | undefined => {
  switch (event.type) {
    case 'page_view':
      return undefined
    case 'task_started':
      return 'start'
    case 'step':
      return `step:${event.step ?? ''}`
    case 'validation_error':
      return `invalid:${event.step ?? ''}`
    case 'error':
      return `error:${event.code !== undefined && ERROR_CODES.has(event.code) ? event.code : 'other'}`
    case 'draft_saved':
      return 'save'
    case 'handed_off':
      return 'handoff'
    case 'task_completed':
      return 'completion'
    case 'search':
      return event.results === 0 ? 'soft:no_results' : undefined
    case 'contact_viewed':
      return 'soft:contact_viewed'
    case 'feedback':
      return event.useful === false ? 'soft:unhelpful' : undefined
  }
}

/** Without a task these belong to whichever attempt of the session began most recently. */
const FLOATING: ReadonlySet<EdgeWebEvent['type']> = new Set([
  'error',
  'search',
  'contact_viewed',
  'feedback',
  'handed_off',
])

const evidenceOf = (tokens: readonly Token[], shows: boolean, limits: SharingLimits): CarrierTokens =>
  tokens.map((token) => [token, { shows, people: shows ? peopleBeside(token, tokens, limits) : [] }])

const isSameIdentity = (a: EdgeWebEvent, b: EdgeWebEvent): boolean =>
  a.isPublic === b.isPublic &&
  a.tokens.length === b.tokens.length &&
  a.tokens.every((token, i) => token === b.tokens[i])

const append = (lists: Map<string, Instant[]>, key: string, at: Instant): void => {
  const list = lists.get(key)
  if (list) list.push(at)
  else lists.set(key, [at])
}

const toKinds = (lists: Map<FactKind, Instant[]>): Keyed<readonly Instant[]> =>
  toKeyed([...lists].map(([kind, instants]) => [kind, keepOf(kind, instants)] as const))

/** Facts of one session from any of its events. Merging the facts of parts gives the facts of the whole. */
export const factsOfSession = (events: readonly EdgeWebEvent[], rules: Rules): CarrierFacts => {
  const attempts = new Map<string, { readonly touches: Instant[]; readonly kinds: Map<FactKind, Instant[]> }>()
  const floating = new Map<FactKind, Instant[]>()
  let received = -Infinity
  let first = Infinity
  let last = -Infinity
  let isExcluded = false
  let device: readonly [Instant, NonNullable<EdgeWebEvent['deviceClass']>] | null = null
  let tokens: CarrierTokens = []
  let before: EdgeWebEvent | undefined
  for (const event of events) {
    const { at } = event
    if (event.received > received) received = event.received
    if (at < first) first = at
    if (at > last) last = at
    if (!event.isPublic) isExcluded = true
    const named = event.deviceClass
    if (named && (!device || at < device[0] || (at === device[0] && named < device[1]))) device = [at, named]
    // A session's events mostly carry the same tokens, so only a change is looked at.
    if (event.tokens.length > 0 && !(before && isSameIdentity(before, event))) {
      tokens = mergeTokens(tokens, evidenceOf(event.tokens, event.isPublic, rules.config.identity))
      before = event
    }
    const effect = effectOf(event)
    const task = rules.taskOf(event.task, event.url)
    if (task === undefined) {
      if (FLOATING.has(event.type)) append(floating, effect ?? 'touch', at)
      continue
    }
    let attempt = attempts.get(task)
    if (!attempt) {
      attempt = { touches: [], kinds: new Map() }
      attempts.set(task, attempt)
    }
    attempt.touches.push(at)
    if (effect === 'completion') append(attempt.kinds, effect, toCompletion(at, event.result ?? RESULTS[0]))
    else if (effect) append(attempt.kinds, effect, at)
  }
  return {
    own: {
      kind: 'session',
      received,
      first,
      last,
      isExcluded,
      device,
      attempts: toKeyed(
        [...attempts].map(([task, { touches, kinds }]) => [
          task,
          { spans: toSpans(touches.sort((x, y) => x - y)), kinds: toKinds(kinds) },
        ]),
      ),
      floating: toKeyed([...floating].map(([kind, instants]) => [kind, keepFloating(instants)])),
    },
    tokens,
  }
}

/** A leg as the facts of its contact. */
export const factsOfLeg = (leg: EdgeLeg, limits: SharingLimits): CarrierFacts => {
  const { revision, canonical, received } = leg
  return {
    own: { kind: 'contact', received, legs: [[leg.id, { revision, canonical, received }]] },
    tokens: evidenceOf(leg.tokens, leg.shows, limits),
  }
}

export const factsOfProfile = (profile: EdgeProfile, limits: SharingLimits): CarrierFacts => {
  const { revision, canonical, received } = profile
  return { own: { kind: 'profile', revision, canonical, received }, tokens: evidenceOf(profile.tokens, true, limits) }
}
