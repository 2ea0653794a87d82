/** Scenes past what an attempt keeps, and crowds that give rates something to count. */
import type { RawRecord } from '../reference/plain-edge.ts'
import type { Person } from './people.ts'
import type { Sitting } from './sittings.ts'
import type { Stage } from './stage.ts'
import { HOUR, MINUTE } from '../reference/time.ts'
import { toIdentifiers } from './people.ts'
import { DESK, TELEPHONY } from './random-catalogue.ts'
import { addEvent, HAPPENINGS, newSitting, signIn, someTask } from './sittings.ts'
import { written } from './stage.ts'

const play = (plot: readonly RawRecord[], times: readonly number[], sitting: Sitting, stage: Stage): void => {
  const { task, session, person, quotes } = sitting
  for (const [n, at] of times.entries()) addEvent({ ...plot[n % plot.length], task }, at, sitting, stage)
  const [first = stage.moments.some()] = times
  signIn(sitting, first, stage)
  stage.visits.push({ session, person, task, times, quotes })
}

/** 65 instants of one kind and more: of what cuts an attempt, and of what makes a hand-off or a save stand. */
export const manyFactsScene = (stage: Stage): void => {
  const { random, moments } = stage
  const sitting = newSitting(random.pick(stage.people), someTask(stage), stage)
  const plot = random.pick<readonly RawRecord[]>([
    [{ type: 'task_started' }, { type: 'task_completed' }],
    [{ type: 'task_completed' }, { type: 'task_completed', result: 'refused' }],
    [{ type: 'step', step: 'a' }, { type: 'task_completed' }],
    [{ type: 'step', step: 'a' }],
    [{ type: 'handed_off' }, { type: 'validation_error', step: 'a' }],
    [{ type: 'draft_saved' }, { type: 'error', code: 'payment' }],
    [random.pick(HAPPENINGS)(stage)],
  ])
  const from = moments.some()
  const apart = random.pick([1, MINUTE])
  const count = plot.length * random.between(64, 67)
  const times = Array.from({ length: count }, (_, n) => from + n * apart)
  play(plot, times, sitting, stage)
  const last = times.at(-1) ?? from
  const { task } = sitting
  if (random.chance(0.5)) addEvent({ ...random.pick(plot), task }, moments.soonAfter(last), sitting, stage)
  if (random.chance(0.5)) addEvent({ type: 'page_view', task }, moments.atResumeLimit(last), sitting, stage)
}

/** 64 hours of activity and more, one after the other, with a long silence before or after the 65th. */
export const manyHoursScene = (stage: Stage): void => {
  const { random, moments } = stage
  const sitting = newSitting(random.pick(stage.people), someTask(stage), stage)
  const from = Math.floor(moments.some() / HOUR) * HOUR + random.pick([0, 59 * MINUTE])
  const times = Array.from({ length: random.between(63, 66) }, (_, n) => from + n * HOUR)
  for (let n = random.between(1, 3); n > 0; n -= 1) times.push(moments.atResumeLimit(times.at(-1) ?? from))
  const plot = random.pick<readonly RawRecord[]>([[{ type: 'page_view' }], [{ type: 'step', step: 'a' }]])
  play(plot, times, sitting, stage)
}

/** Several residents fail at one task in one week and ring: a rate with more than one in it. */
export const floodScene = (stage: Stage): void => {
  const { random, moments, name } = stage
  const task = someTask(stage)
  const from = moments.some()
  for (let n = random.between(2, 6); n > 0; n -= 1) {
    const own = name('')
    const person: Person = {
      ...random.pick(stage.people),
      account: `flood ${own}`,
      emails: [`flood${own.length}@b.uk`],
    }
    const sitting = { ...newSitting(person, task, stage), actor: {} }
    const at = moments.soonAfter(from)
    const happening = random.pick<RawRecord>([
      { type: 'page_view' },
      { type: 'page_view' },
      { type: 'task_started' },
      { type: 'error', code: 'payment' },
      { type: 'task_completed' },
      { type: 'handed_off' },
    ])
    addEvent({ ...happening, task }, at, sitting, stage)
    const told: [string, string][] = [['account', person.account]]
    const identifiers = toIdentifiers([...told, ['crm', `flood ${own}`]], random)
    addEvent({ type: 'page_view', task }, at, sitting, stage)
    stage.web.push({ ...stage.web.pop(), linking: 'transaction', identifiers })
    const time = written(moments.soonAfter(at), random)
    const channel = random.pick(['phone', 'phone', 'face_to_face', 'email'])
    const topic = random.chance(0.8) ? { tasks: [task] } : { queue: 'WASTE_Q1' }
    const source = random.pick([TELEPHONY, DESK])
    if (random.chance(0.7))
      stage.contacts.push({ source, id: name('c'), time, channel, identifiers: toIdentifiers(told, random), ...topic })
  }
}
