/** All that begins within one hour, with whatever follows from it later. It depends on the seed and the hour alone. */
import { HOUR_MS, type Instant, type LocalDay, WEEK_MS } from '@ringback/contracts'
import type { Item } from './agenda.ts'
import { hourOf } from './calendar.ts'
import { type ContactPlan, placeContact } from './contacts.ts'
import { fillIn } from './forms.ts'
import { type IncidentName, STRENGTH } from './incidents.ts'
import { GIVEN, OURS } from './parameters.ts'
import { createRandom, createWeighted, type Random } from './random.ts'
import type { Resident } from './residents.ts'
import { drawChannel, drawReturn, whenOpen } from './returns.ts'
import { type CouncilTask, TASKS } from './tasks.ts'
import type { Reason, TrueJourney } from './truth.ts'
import { addBots, type Course, visitPages } from './visits.ts'
import type { Hour, World } from './world.ts'

const BIN_DAYS = TASKS.find(({ id }) => id === 'find-bin-day') as CouncilTask
const TAX_TASKS = TASKS.filter(({ family }) => family === 'council-tax')
const WEEKS_IN_QUARTER = 13
/** Working days in an average week of sessions, weekends counted as what they are of one. */
const DAYS_IN_WEEK = OURS.weekdays.reduce((sum, weight) => sum + weight, 0)
const SUBMITS = GIVEN.outcomes.confirmed + GIVEN.outcomes.refused
/** Of started forms: come back as failed by telephone or at the desk, are answered, and are filled in by an agent. */
const FILLED_RETURNS =
  (GIVEN.outcomes.abandoned * GIVEN.comesBack.abandoned +
    GIVEN.outcomes.error * GIVEN.comesBack.error +
    GIVEN.outcomes.barrier * GIVEN.comesBack.barrier) *
  (OURS.channels.phone * (1 - GIVEN.abandonedCalls * (1 - GIVEN.redialled)) + OURS.channels.face_to_face) *
  OURS.agentFillsReturn
/** Of started forms, those that people have filled in for them without having tried it. */
const ASSISTED = (SUBMITS * GIVEN.filledInByAgents) / (1 - GIVEN.filledInByAgents) - FILLED_RETURNS

const incidentAt = (
  { incidents }: World,
  { task, incident, outcome }: { task: CouncilTask } & Pick<Course, 'incident' | 'outcome'>,
  at: Instant,
): IncidentName | null => {
  if (incident !== null) return incident
  if (outcome === 'handed_off') return 'hand_off_page_launched'
  const posted = incidents.find(({ name }) => name === 'council_tax_bills_posted')
  const isPosted = posted !== undefined && posted.family === task.family && at >= posted.from && at < posted.to
  return isPosted ? 'council_tax_bills_posted' : null
}

/** Whether the journey comes back, by whom; and the truth about it. */
const follow = (hour: Hour, resident: Resident, task: CouncilTask, course: Course): void => {
  const { world, random, items } = hour
  const journey = `j-${hour.newId()}`
  const { outcome, sessions, firstAt, lastAt, code, step, given } = course
  const back = drawReturn(hour, outcome, task.line, lastAt)
  let contact: string | null = null
  if (back !== undefined) {
    const other =
      task.scope === 'household' && random.chance(OURS.otherMember) ? world.residents.otherOf(resident) : undefined
    const { caseRef, journeyCode } = course
    const plan = { ...back, task, journey, caller: other ?? resident, caseRef, journeyCode, repeatOf: null, depth: 0 }
    contact = placeContact(hour, plan)
  }
  const truth: TrueJourney = {
    kind: 'journey',
    journey,
    resident: resident.id,
    household: resident.household,
    task: task.id,
    sessions,
    firstAt,
    lastAt,
    outcome,
    code,
    step,
    incident: incidentAt(world, { task, ...course }, lastAt),
    hasSubmitted: outcome === 'confirmed' || outcome === 'refused',
    given,
    returned: back?.reason ?? null,
    contact,
  }
  items.push({ kind: 'truth', at: lastAt, key: journey, truth })
}

const sit = (hour: Hour, at: Instant): void => {
  const { world, random } = hour
  const resident = world.anyone(random)
  if (random.chance(GIVEN.transactional)) {
    const task = world.formTask(random, at)
    if (task.steps.length > 0) return follow(hour, resident, task, fillIn(hour, resident, task, at))
  }
  const task = random.chance(OURS.onTask) ? world.pageTask(random, at) : undefined
  const course = visitPages(hour, resident, task, at)
  if (task !== undefined && course !== undefined) follow(hour, resident, task, course)
}

/** An event of a type that does not exist, now and then. */
const sendBadEvent = ({ items, newId }: Hour, at: Instant): void => {
  const session = `x-${newId()}`
  const id = `${session}.0`
  const record = { id, time: new Date(at).toISOString(), session, type: 'heartbeat', source: 'website' }
  items.push({ kind: 'record', at, key: id, feed: 'website', record })
  items.push({ kind: 'truth', at, key: id, truth: { kind: 'bad', feed: 'website', id, reason: 'unknown_type' } })
}

/** A call of which the exchange forgot to say that it was one. */
const sendBadCall = ({ items, newId }: Hour, at: Instant): void => {
  const id = `c-${newId()}`
  const record = { source: 'telephony', id, time: new Date(at).toISOString() }
  items.push({ kind: 'record', at, key: id, feed: 'telephony', record })
  items.push({ kind: 'truth', at, key: id, truth: { kind: 'bad', feed: 'telephony', id, reason: 'schema' } })
}

/** Contacts that no journey caused. */
const ringForOtherReasons = (hour: Hour, share: number, from: Instant, length: number): void => {
  const { world, random } = hour
  const { residents, sessionsPerDay } = world
  const anAskedTask = (): CouncilTask => world.contactTask(random)
  const place = (mean: number, reason: Reason, chooseTask: () => CouncilTask): void => {
    for (let left = random.poisson(mean * share * (length / HOUR_MS)); left > 0; left -= 1) {
      const task = chooseTask()
      const at = from + Math.floor(random.next() * length)
      const isAssisted = reason === 'assisted'
      const channel = isAssisted ? (random.chance(0.9) ? 'phone' : 'face_to_face') : drawChannel(random)
      const caller = world.anyone(random)
      const plan: ContactPlan = {
        at: whenOpen(hour, task.line, channel, at),
        channel,
        caller,
        task,
        reason,
        journey: null,
        repeatOf: null,
        depth: 0,
      }
      placeContact(hour, plan)
      if (random.chance(OURS.badRows)) sendBadCall(hour, at)
    }
  }
  const background = (residents.count * GIVEN.backgroundPerResidentAndQuarter) / WEEKS_IN_QUARTER
  const forms = sessionsPerDay * DAYS_IN_WEEK * GIVEN.transactional
  place(background, 'background', anAskedTask)
  place(forms * ASSISTED, 'assisted', () => world.formTask(random, from))
  const weight = ({ contacts }: CouncilTask): number => contacts
  const all = TASKS.reduce((sum, task) => sum + weight(task), 0)
  const because = (tasks: readonly CouncilTask[], reason: Reason, times: number): void => {
    const part = tasks.reduce((sum, task) => sum + weight(task), 0) / all
    const choose = createWeighted(tasks, weight)
    place(background * part * times, reason, () => choose(random))
  }
  if (world.isOn('council_tax_bills_posted', from)) because(TAX_TASKS, 'bills', STRENGTH.billContacts)
  if (world.isOn('snow', from))
    because(
      TASKS.filter(({ id }) => (STRENGTH.snowTasks as readonly string[]).includes(id)),
      'snow',
      STRENGTH.snowContacts,
    )
}

/** Now and then the CRM learns something about a customer. */
const REVISED_A_WEEK = 0.002
const reviseCustomers = (hour: Hour, from: Instant, length: number): void => {
  const { world, random, items } = hour
  const mean = (world.residents.dealing * REVISED_A_WEEK * length) / WEEK_MS
  for (let left = random.poisson(mean); left > 0; left -= 1) {
    const { crm, account, email, phone, id } = world.anyone(random)
    if (crm === undefined) continue
    const identifiers = {
      crm,
      ...(account === undefined ? {} : { account }),
      email: [email, `r${id}@example.com`],
      phone,
    }
    const revision = Math.floor(from / HOUR_MS)
    const record = { source: 'customers', id: crm, revision, identifiers }
    items.push({
      kind: 'record',
      at: from + random.below(length),
      key: `${crm}.${revision}`,
      feed: 'customers',
      record,
    })
  }
}

const visitors = (world: World, random: Random, day: LocalDay, hour: number, from: Instant): number => {
  const usual = world.sessionsPerDay * world.calendar.sessionShare(day, hour)
  const more = world.isOn('snow', from)
    ? STRENGTH.snowSessions
    : world.isOn('council_tax_bills_posted', from)
      ? STRENGTH.billSessions
      : 1
  return random.poisson(usual * more)
}

export const liveHour = (world: World, day: LocalDay, ofDay: number): readonly Item[] => {
  const { from, to, length } = hourOf(world.calendar.zone, day, ofDay)
  if (length === 0) return []
  const number = Math.floor(from / HOUR_MS)
  const random = createRandom(world.seed, 3, number)
  const prefix = number.toString(36)
  let last = 0
  const hour: Hour = { world, random, items: [], newId: () => `${prefix}.${(last++).toString(36)}` }
  const sessions = visitors(world, random, day, ofDay, from)
  const at = (): Instant => from + Math.floor(random.next() * (to - from))
  for (let left = sessions; left > 0; left -= 1) sit(hour, at())
  if (random.chance(sessions * OURS.badEvents)) sendBadEvent(hour, at())
  ringForOtherReasons(hour, world.calendar.contactShare(day, ofDay), from, to - from)
  const hits = hour.items.filter((item) => item.kind === 'record' && item.feed === 'website').length
  addBots(hour, Math.round((hits * GIVEN.botHits) / (1 - GIVEN.botHits)), from, to - from, BIN_DAYS)
  reviseCustomers(hour, from, to - from)
  return hour.items
}
