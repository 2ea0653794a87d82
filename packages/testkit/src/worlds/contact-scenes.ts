/** Scenes at the telephone, the desk and the mailbox: returns, redials, echoes, repeats, cases booked by day. */
import type { RawIdentifiers, RawRecord } from '../reference/plain-edge.ts'
import type { Call, Stage } from './stage.ts'
import { HOUR, localDay, MINUTE } from '../reference/time.ts'
import { identifiersOf, toIdentifiers } from './people.ts'
import { CASES, CATEGORIES, DESK, QUEUES, TELEPHONY } from './random-catalogue.ts'
import { written } from './stage.ts'

const CHANNELS = ['phone', 'phone', 'phone', 'email', 'webchat', 'face_to_face', 'post']
const OUTCOMES = ['answered', 'abandoned', 'abandoned', 'voicemail', 'callback', 'other']

/** What a leg says it is about: tasks, a queue or a category that rules know or don't, nothing. */
const topicFields = (task: string, { random, catalogue }: Stage): RawRecord => {
  const other = random.pick(catalogue.tasks).id
  return random.pick<RawRecord>([
    { tasks: [task] },
    { tasks: [task] },
    { tasks: [task] },
    { tasks: [other, task, other] },
    { tasks: [other] },
    { tasks: ['retired'], queue: random.pick(QUEUES) },
    { tasks: [], queue: random.pick(QUEUES) },
    { queue: random.pick(QUEUES), category: random.pick(CATEGORIES) },
    { category: random.pick(CATEGORIES) },
    { queue: '', disposition: random.pick(['x', 'y']) },
    {},
  ])
}

interface LegSketch {
  readonly source: string
  readonly at: number
  readonly channel: string
  readonly identifiers: RawIdentifiers
  readonly topic: RawRecord
  readonly more?: RawRecord
}

const addLeg = ({ source, at, channel, identifiers, topic, more = {} }: LegSketch, stage: Stage): RawRecord => {
  const { random, name } = stage
  const leg: RawRecord = {
    source,
    id: name('c'),
    time: written(at, random),
    channel,
    identifiers,
    ...topic,
    ...(random.chance(0.5) ? { outcome: random.pick(OUTCOMES) } : {}),
    ...(random.chance(0.5) ? { handle_seconds: random.pick([0, 60, 341, 12.5, 0.001]) } : {}),
    ...(random.chance(0.08) ? { actor: random.pick(['public', 'public', 'agent', 'internal']) } : {}),
    ...(random.chance(0.06) ? { direction: random.pick(['inbound', 'outbound', 'internal']) } : {}),
    ...more,
  }
  stage.contacts.push(leg)
  if (random.chance(0.1)) addRevision(leg, stage)
  return leg
}

/** Another revision of a leg: older, newer, or of the same number with other content, so that canonical JSON decides. */
const addRevision = (leg: RawRecord, stage: Stage): void => {
  const { random, moments, people } = stage
  const person = random.pick(people)
  const other = {
    ...leg,
    ...random.pick<RawRecord>([
      { time: written(moments.some(), random) },
      { identifiers: identifiersOf(person, people, [], random) },
      { handle_seconds: random.between(0, 9) },
      { outcome: random.pick(OUTCOMES) },
      { channel: random.pick(CHANNELS) },
      { direction: random.pick(['outbound', 'internal']) },
      { queue: random.pick(QUEUES) },
      { conversation: leg.conversation ?? leg.id },
    ]),
  }
  const [own, others] = random.pick([
    [0, 0],
    [1, 1],
    [2, 1],
    [0, 1],
    [10, 9],
  ] as const)
  stage.contacts.pop()
  stage.contacts.push({ ...leg, ...(own === 0 ? {} : { revision: own }) }, { ...other, revision: others })
}

/** Further legs of the same conversation: a transfer, a call-back, an agent's note, one that has only a day. */
const addFurtherLegs = (leg: RawRecord, call: Call, stage: Stage): void => {
  const { random, moments, people, catalogue } = stage
  const conversation = String(leg.conversation ?? leg.id)
  for (let n = random.between(1, 2); n > 0; n -= 1) {
    const at = random.pick([call.at, moments.soonAfter(call.at), moments.about(call.at - MINUTE)])
    const day = localDay(at, catalogue.zone)
    const more = random.pick<RawRecord>([
      {},
      { direction: 'internal' },
      { direction: 'outbound' },
      { actor: 'agent' },
      { time: null, date: day },
    ])
    const identifiers = random.chance(0.5) ? call.identifiers : identifiersOf(call.person, people, [], random)
    const source = String(leg.source)
    const topic = topicFields(random.pick(catalogue.tasks).id, stage)
    addLeg({ source, at, channel: random.pick(CHANNELS), identifiers, topic, more: { conversation, ...more } }, stage)
  }
}

const makeCall = (sketch: LegSketch, person: Call['person'], stage: Stage): void => {
  const { random, name } = stage
  const more = { ...(random.chance(0.2) ? { conversation: name('v') } : {}), ...sketch.more }
  const leg = addLeg({ ...sketch, more }, stage)
  const { at, channel, identifiers, topic } = sketch
  const call = { person, at, channel, identifiers, topic }
  stage.calls.push(call)
  if (random.chance(0.12)) addFurtherLegs(leg, call, stage)
}

/** Somebody who was on the web comes back: during it, after it, at the window's end, exactly a week before it. */
export const returnScene = (stage: Stage): void => {
  const { random, moments, people, visits } = stage
  if (visits.length === 0) return strayScene(stage)
  const { person, task, times, quotes } = random.pick(visits)
  const [first, last] = [Math.min(...times), Math.max(...times)]
  const at = random.pick([
    () => moments.about(random.pick(times)),
    () => moments.about(random.pick(times)),
    () => moments.about(random.pick(times)),
    () => moments.soonAfter(last),
    () => moments.soonAfter(last),
    () => moments.atWindowEnd(last),
    () => moments.after(random.pick(times)),
    () => moments.about(first - 168 * HOUR),
    () => moments.after(last - 168 * HOUR),
    () => moments.atWindowEnd(last) - 168 * HOUR,
  ])()
  const quoted = random.chance(0.3) ? quotes : []
  const known = random.chance(0.3) ? toIdentifiers([['account', person.account], ...quoted], random) : null
  const source = random.pick([TELEPHONY, TELEPHONY, CASES, DESK])
  const identifiers = known ?? identifiersOf(person, people, quoted, random)
  makeCall({ source, at, channel: random.pick(CHANNELS), identifiers, topic: topicFields(task, stage) }, person, stage)
}

/** A contact of anybody at any time about anything. */
export const strayScene = (stage: Stage): void => {
  const { random, moments, people, catalogue } = stage
  const person = random.pick(people)
  const topic = topicFields(random.pick(catalogue.tasks).id, stage)
  const identifiers = identifiersOf(person, people, [], random)
  const source = random.pick([TELEPHONY, CASES, DESK])
  makeCall({ source, at: moments.some(), channel: random.pick(CHANNELS), identifiers, topic }, person, stage)
}

/** The same caller again and again, around 10 minutes, `echoWithin`, 2 minutes, `repeatWithin` from the last. */
export const chainScene = (stage: Stage): void => {
  const { random, moments, people, catalogue, calls } = stage
  if (calls.length === 0) return strayScene(stage)
  const begun = random.pick(calls)
  const isRedial = random.chance(0.5)
  let { at } = begun
  for (let n = random.between(1, 4); n > 0; n -= 1) {
    at = random.pick([
      () => moments.about(at + 10 * MINUTE),
      () => moments.about(at + catalogue.echoWithinMs),
      () => moments.about(at - 2 * MINUTE),
      () => moments.about(at + catalogue.repeatWithinMs),
      () => moments.soonAfter(at),
      () => moments.soonAfter(at),
      () => at,
    ])()
    const source = isRedial ? random.pick([TELEPHONY, TELEPHONY, CASES]) : random.pick([CASES, CASES, TELEPHONY])
    const channel = random.chance(0.9) ? begun.channel : random.pick(CHANNELS)
    const person = random.chance(0.85) ? begun.person : random.pick(people)
    const identifiers = random.chance(0.8) ? begun.identifiers : identifiersOf(person, people, [], random)
    const topic = random.chance(0.6) ? begun.topic : topicFields(random.pick(catalogue.tasks).id, stage)
    const more = isRedial && random.chance(0.8) ? { outcome: random.pick(['abandoned', 'other']) } : {}
    makeCall({ source, at, channel, identifiers, topic, more }, person, stage)
  }
}

/** A case that somebody booked by day only. */
export const dayOnlyScene = (stage: Stage): void => {
  const { random, moments, people, catalogue } = stage
  const person = random.pick(people)
  const at = moments.some()
  const topic = topicFields(random.pick(catalogue.tasks).id, stage)
  const more = { time: null, date: localDay(at, catalogue.zone) }
  const identifiers = identifiersOf(person, people, [], random)
  addLeg({ source: random.pick([CASES, DESK]), at, channel: random.pick(CHANNELS), identifiers, topic, more }, stage)
}
