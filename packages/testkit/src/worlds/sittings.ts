/** What happens in a sitting: one event after the other, each an edge now and then. */
import type { RawRecord } from '../reference/plain-edge.ts'
import type { Person } from './people.ts'
import type { Stage } from './stage.ts'
import { identifiersOf, toIdentifiers } from './people.ts'
import { URLS } from './random-catalogue.ts'
import { written } from './stage.ts'

const STEPS = ['address', 'about', 'summary', 'ａ', '\u{1F4DE}']

const CODES = ['server_error', 'payment', 'upload', 'no_slots', 'script', 'strange']

/** Each as often as it is interesting. */
export const HAPPENINGS: readonly ((stage: Stage) => RawRecord)[] = [
  () => ({ type: 'page_view' }),
  () => ({ type: 'page_view' }),
  () => ({ type: 'task_started' }),
  () => ({ type: 'task_started' }),
  ({ random }) => ({ type: 'step', step: random.pick(STEPS) }),
  ({ random }) => ({ type: 'step', step: random.pick(STEPS) }),
  ({ random }) => ({ type: 'step', step: random.pick(STEPS) }),
  ({ random }) => ({
    type: 'validation_error',
    ...(random.chance(0.6) ? { step: random.pick(STEPS) } : {}),
    field: 'f',
  }),
  ({ random }) => ({ type: 'validation_error', step: 'about', rule: random.pick(['required', 'format']) }),
  ({ random }) => ({ type: 'error', ...(random.chance(0.8) ? { code: random.pick(CODES) } : {}) }),
  () => ({ type: 'draft_saved' }),
  () => ({ type: 'handed_off' }),
  ({ random }) => ({ type: 'search', ...(random.chance(0.9) ? { results: random.pick([0, 0, 3]) } : {}) }),
  () => ({ type: 'contact_viewed' }),
  ({ random }) => ({ type: 'feedback', useful: random.pick([true, false, false]) }),
]

export const completion = ({ random, name }: Stage): RawRecord => {
  return {
    type: 'task_completed',
    ...random.pick<RawRecord>([{}, { result: 'confirmed' }, { result: 'refused' }, { result: 'ineligible' }]),
    ...(random.chance(0.4) ? { case: `CAS ${name('')}` } : {}),
  }
}

/** An event's task: named, found by its URL, unknown, or none at all. */
const taskFields = (task: string, { random }: Stage): RawRecord => {
  const url = random.pick(URLS)
  if (random.chance(0.7)) return { task }
  return random.pick<RawRecord>([
    { task, url },
    { url },
    { task: 'retired', url },
    { task: 'retired' },
    { task: '' },
    {},
  ])
}

const LINKINGS = ['consent', 'transaction', 'consent', 'transaction', 'consent', 'transaction', 'quoted', 'none']

export interface Sitting {
  readonly session: string
  readonly person: Person
  readonly task: string
  readonly linking: string
  readonly quotes: readonly [string, string][]
  readonly actor: RawRecord
}

export const addEvent = (happening: RawRecord, at: number, sitting: Sitting, stage: Stage): void => {
  const { random, name, people } = stage
  const isTold = random.chance(0.4)
  const quoted = random.chance(0.3) ? sitting.quotes : []
  const linking = random.chance(0.9) ? sitting.linking : random.pick(LINKINGS)
  stage.web.push({
    id: name('e'),
    time: written(at, random),
    session: sitting.session,
    ...taskFields(sitting.task, stage),
    ...happening,
    ...(linking === 'none' && random.chance(0.5) ? {} : { linking }),
    ...(isTold ? { identifiers: identifiersOf(sitting.person, people, quoted, random) } : {}),
    ...(random.chance(0.3) ? { device_class: random.pick(['mobile', 'tablet', 'desktop']) } : {}),
    ...(random.chance(0.2) ? { source: random.pick(['website', 'forms']) } : {}),
    ...sitting.actor,
  })
}

/** A sitting's instants: one after the other, now and then after exactly one of the law's lengths, or all at once. */
export const sittingTimes = (from: number, count: number, { random, moments }: Stage): number[] => {
  const times = [from]
  for (let last = from; times.length < count; times.push(last)) {
    last = random.chance(0.15) ? moments.after(last) : moments.soonAfter(last)
  }
  return times
}

const someOf = ({ account, mobiles, emails, crm }: Person, { random }: Stage): [string, string][] => {
  const [mobile = '', email = ''] = [mobiles[0], emails[0]]
  return random.pick<[string, string][]>([
    [['account', account]],
    [['account', account]],
    [['phone', mobile]],
    [['email', email]],
    [['crm', crm]],
    [
      ['account', account],
      ['phone', mobile],
    ],
  ])
}

/** An event that says who it is, so that the session is somebody's. */
export const signIn = (
  sitting: Sitting,
  at: number,
  stage: Stage,
  as: readonly [string, string][] = someOf(sitting.person, stage),
): void => {
  addEvent({ type: 'page_view' }, at, sitting, stage)
  const event = stage.web.pop()
  stage.web.push({ ...event, linking: 'consent', identifiers: toIdentifiers(as, stage.random) })
}

/** Plays a sitting out: what happens at these instants, then sometimes its end. `earlier`: events that are there already. */
export const sit = (
  sitting: Sitting,
  times: readonly number[],
  stage: Stage,
  earlier: readonly number[] = [],
): void => {
  const { random, moments } = stage
  for (const at of times) addEvent(random.pick(HAPPENINGS)(stage), at, sitting, stage)
  if (random.chance(0.6)) signIn(sitting, random.pick([...earlier, ...times]), stage)
  const last = [...earlier, ...times].at(-1) ?? moments.some()
  const closing = random.chance(0.4) ? random.pick([last, moments.soonAfter(last), moments.after(last)]) : null
  if (closing !== null) {
    const own = completion(stage)
    addEvent(own, closing, sitting, stage)
    if (random.chance(0.3))
      addEvent(completion(stage), random.pick([closing, moments.soonAfter(closing)]), sitting, stage)
    if (random.chance(0.4)) addEvent(random.pick(HAPPENINGS)(stage), moments.soonAfter(closing), sitting, stage)
  }
  const { session, person, task, quotes } = sitting
  const cases = stage.web.flatMap((event) =>
    event.session === session && typeof event.case === 'string' ? [['case', event.case] as [string, string]] : [],
  )
  const all = [...earlier, ...times, ...(closing === null ? [] : [closing])]
  stage.visits.push({ session, person, task, times: all, quotes: [...quotes, ...cases] })
}

export const newSitting = (person: Person, task: string, { random, name }: Stage): Sitting => {
  const excluding = random.pick(['agent', 'internal', 'bot'])
  return {
    session: name('s'),
    person,
    task,
    linking: random.pick(LINKINGS),
    quotes: random.chance(0.5) ? [['code', `Q0-${name('')}`]] : [],
    actor: random.chance(0.04) ? { actor: excluding } : random.chance(0.1) ? { actor: 'public' } : {},
  }
}

export const someTask = ({ random, catalogue }: Stage): string => random.pick(catalogue.tasks).id
