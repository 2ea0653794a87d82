/** Scenes on the web: sittings, retries, loops. */
import type { RawRecord } from '../reference/plain-edge.ts'
import type { Stage, Visit } from './stage.ts'
import { addEvent, newSitting, signIn, sit, sittingTimes, someTask } from './sittings.ts'

/** Somebody sits down and tries something. */
export const visitScene = (stage: Stage): void => {
  const sitting = newSitting(stage.random.pick(stage.people), someTask(stage), stage)
  sit(sitting, sittingTimes(stage.moments.some(), stage.random.between(1, 7), stage), stage)
}

const newest = (visit: Visit): number => Math.max(...visit.times)

/** The same resident again: in the same session or on another device, around the limit within which one resumes. */
export const retryScene = (stage: Stage): void => {
  const { random, moments, visits } = stage
  if (visits.length === 0) return visitScene(stage)
  const visit = random.pick(visits)
  const task = random.chance(0.8) ? visit.task : someTask(stage)
  const again = { ...newSitting(visit.person, task, stage), linking: random.pick(['consent', 'transaction']) }
  const sitting = random.chance(0.4) ? { ...again, session: visit.session } : again
  if (random.chance(0.7)) signIn({ ...sitting, session: visit.session }, newest(visit), stage)
  const from = random.pick([
    () => moments.atResumeLimit(newest(visit)),
    () => moments.after(newest(visit)),
    () => moments.soonAfter(random.pick(visit.times)),
  ])()
  const times = sittingTimes(from, random.between(1, 5), stage)
  if (random.chance(0.7)) signIn(sitting, random.pick(times), stage)
  sit(sitting, times, stage)
}

/** Three and more of the same: errors on one step, starts, the same soft signal. */
export const loopScene = (stage: Stage): void => {
  const { random, moments } = stage
  const sitting = newSitting(random.pick(stage.people), someTask(stage), stage)
  const again = random.pick<RawRecord>([
    { type: 'validation_error', step: 'about' },
    { type: 'task_started' },
    { type: 'step', step: 'about' },
    { type: 'error', code: 'payment' },
    { type: 'search', results: 0 },
  ])
  const times = sittingTimes(moments.some(), random.between(3, 5), stage)
  for (const at of times) addEvent(again, at, sitting, stage)
  sit(sitting, random.chance(0.5) ? [moments.soonAfter(times.at(-1) ?? 0)] : [], stage, times)
}

/** Only two or three things happen, over and over: saves and errors, hand-offs and steps, ends and beginnings. */
export const tangleScene = (stage: Stage): void => {
  const { random, moments, name } = stage
  const sitting = newSitting(random.pick(stage.people), someTask(stage), stage)
  const plot = random.pick<readonly RawRecord[]>([
    [{ type: 'draft_saved' }, { type: 'error', code: 'payment' }],
    [{ type: 'draft_saved' }, { type: 'error', code: 'payment' }, { type: 'step', step: 'a' }],
    [{ type: 'error' }, { type: 'step', step: 'a' }, { type: 'step', step: 'b' }, { type: 'step', step: 'c' }],
    [{ type: 'handed_off' }, { type: 'step', step: 'a' }],
    [{ type: 'handed_off' }, { type: 'validation_error', step: 'a' }, { type: 'error' }],
    [
      { type: 'validation_error', step: 'a' },
      { type: 'validation_error', step: 'b' },
      { type: 'step', step: 'b' },
    ],
    [{ type: 'step', step: 'a' }, { type: 'step', step: 'b' }, { type: 'task_completed' }],
    [{ type: 'task_started' }, { type: 'task_completed' }, { type: 'task_completed', result: 'refused' }],
    [{ type: 'task_completed', result: 'ineligible' }, { type: 'draft_saved' }, { type: 'page_view' }],
    [{ type: 'page_view' }, { type: 'page_view' }, { type: 'draft_saved' }],
  ])
  const { task } = sitting
  const times = sittingTimes(moments.some(), random.between(4, 9), stage)
  // Sometimes on two devices at once: facts of two attempts lie between each other.
  const other = { ...sitting, session: random.chance(0.3) ? name('s') : sitting.session }
  for (const at of times) addEvent({ ...random.pick(plot), task }, at, random.pick([sitting, other]), stage)
  if (other.session !== sitting.session) {
    for (const own of [sitting, other]) signIn(own, random.pick(times), stage, [['account', sitting.person.account]])
  }
  if (random.chance(0.3)) {
    // A save in the very instant of a completion, and a silence that only a save would bridge.
    const last = times.at(-1) ?? moments.some()
    addEvent({ type: 'task_completed', task }, last, sitting, stage)
    addEvent({ type: 'draft_saved', task }, last, sitting, stage)
    addEvent({ type: 'page_view', task }, moments.atResumeLimit(last), sitting, stage)
  }
  signIn(sitting, random.pick(times), stage)
  stage.visits.push({ ...sitting, times, quotes: sitting.quotes })
}
