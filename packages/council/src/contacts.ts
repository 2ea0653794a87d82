/** Somebody gets in touch: the legs, cases and messages that the council's systems make of it, and the truth about each. */
import { formatInstant, type Identifiers, type Instant, type Leg, MINUTE_MS, SECOND_MS } from '@ringback/contracts'
import type { FeedName } from './agenda.ts'
import { fillInForResident } from './agents.ts'
import { bookCase, noteAtDesk, sortMatter, type Matter } from './cases.ts'
import { STRENGTH } from './incidents.ts'
import { givenIdentifiers } from './numbers.ts'
import { GIVEN, OURS } from './parameters.ts'
import type { Resident } from './residents.ts'
import { type ReturnChannel, whenOpen } from './returns.ts'
import { type CouncilTask, GENERAL_QUEUE, NEW_QUEUE, queueOf } from './tasks.ts'
import type { Part, Reason, TrueContact } from './truth.ts'
import type { Hour } from './world.ts'

export interface ContactPlan {
  readonly at: Instant
  readonly channel: ReturnChannel
  readonly caller: Resident
  readonly task: CouncilTask
  readonly reason: Reason
  readonly journey: string | null
  readonly repeatOf: string | null
  readonly caseRef?: string | undefined
  readonly journeyCode?: string | undefined
  /** The number that the exchange sees; drawn when there is none yet. */
  readonly number?: string
  /** How many contacts about the same matter came before it. */
  readonly depth: number
}

const DEEPEST = 3

const drawNumber = ({ world, random }: Hour, { phone }: Resident): string => {
  if (random.chance(GIVEN.withheld)) return random.pick(['withheld', 'anonymous', 'Unavailable'])
  if (random.chance(OURS.adviserCalls)) return world.adviser(random)
  if (!phone.startsWith('0')) return phone
  return random.chance(0.5) ? phone : `+44${phone.slice(1)}`
}

interface Told {
  readonly contact: string
  readonly identifiers?: Identifiers | undefined
  /** Unlike the plan's. */
  readonly at?: Instant
  readonly isAnswered?: boolean
  /** What it is part of, and as what. */
  readonly part?: Part
  readonly of?: string
}

const tell = ({ items }: Hour, plan: ContactPlan, told: Told): void => {
  const { caller, task, channel, reason, journey, repeatOf } = plan
  const { contact, identifiers = {}, at = plan.at, isAnswered = true, part = 'whole', of = null } = told
  const truth: TrueContact = {
    kind: 'contact',
    contact,
    part,
    of,
    channel,
    resident: caller.id,
    household: caller.household,
    at,
    task: task.id,
    reason,
    journey,
    repeatOf,
    isAnswered,
    given: givenIdentifiers(identifiers),
  }
  items.push({ kind: 'truth', at, key: contact, truth })
}

const send = ({ items }: Hour, feed: FeedName, at: Instant, record: Leg): void => {
  items.push({ kind: 'record', at: Math.round(at), key: `${record.id}.${record.revision ?? 0}`, feed, record })
}

/** The matter comes up again: the same one, after some days. */
const comeAgain = (hour: Hour, plan: ContactPlan, contact: string, at: Instant): void => {
  const { random } = hour
  if (plan.depth >= DEEPEST || !random.chance(OURS.unresolved)) return
  const later = at + random.between(0.2, OURS.repeatDays) * 24 * 60 * MINUTE_MS
  const { number: _, ...same } = plan
  const next = { ...same, at: whenOpen(hour, plan.task.line, plan.channel, Math.round(later)) }
  placeContact(hour, { ...next, repeatOf: contact, depth: plan.depth + 1 })
}

const chooseQueue = ({ world, random }: Hour, { family }: CouncilTask, at: Instant): string => {
  if (world.isOn('new_queue_unmapped', at) && random.chance(STRENGTH.newQueueShare)) return NEW_QUEUE
  return random.chance(OURS.queueByTopic) ? queueOf(family) : GENERAL_QUEUE
}

const known = (hour: Hour, { caller, caseRef, journeyCode }: ContactPlan, number: string): Identifiers => {
  const { random } = hour
  const isKnown = caller.crm !== undefined && random.chance(OURS.crmOnCall)
  return {
    phone: number,
    ...(isKnown ? { crm: caller.crm } : {}),
    ...(caseRef !== undefined && random.chance(OURS.quotesCase) ? { case: caseRef } : {}),
    ...(journeyCode !== undefined && random.chance(OURS.codeQuoted) ? { code: journeyCode } : {}),
  }
}

/** Someone rings back whom the council had promised it: no contact of theirs, but a call. */
const ringBack = (hour: Hour, plan: ContactPlan, call: Leg, contact: string): void => {
  const { random } = hour
  const at = whenOpen(hour, plan.task.line, 'phone', Math.round(plan.at + random.between(20, 120) * MINUTE_MS))
  const id = `o-${hour.newId()}`
  const { revision: _, disposition: __, ...rest } = call
  const handle_seconds = Math.round(60 + random.exponential(200))
  const record: Leg = {
    ...rest,
    id,
    conversation: id,
    time: formatInstant(at),
    direction: 'outbound',
    outcome: 'answered',
    handle_seconds,
  }
  send(hour, 'telephony', at + OURS.telephonyDelayMs, record)
  tell(hour, plan, { contact: `telephony:${id}`, at, part: 'callback', of: contact })
}

/** A second leg of the conversation, at the queue that it should have come to. */
const transfer = (hour: Hour, plan: ContactPlan, call: Leg, matter: Matter): void => {
  const { random } = hour
  const at = plan.at + ((call.handle_seconds ?? 60) + 20) * SECOND_MS
  const handle_seconds = Math.round(60 + random.exponential(240))
  const record: Leg = {
    ...call,
    id: `${call.id}-2`,
    time: formatInstant(at),
    queue: queueOf(plan.task.family),
    disposition: matter.disposition,
    handle_seconds,
  }
  send(hour, 'telephony', at + handle_seconds * SECOND_MS + OURS.telephonyDelayMs, record)
}

const answer = (hour: Hour, plan: ContactPlan, base: Leg, contact: string): void => {
  const { random } = hour
  const matter = sortMatter(hour, plan.task)
  const isTransferred = random.chance(GIVEN.transferred)
  const handle_seconds = Math.round(45 + random.exponential(isTransferred ? 90 : 280))
  const ended = plan.at + handle_seconds * SECOND_MS
  const outcome = random.chance(GIVEN.calledBack) ? 'callback' : 'answered'
  const call: Leg = { ...base, outcome, handle_seconds, ...(isTransferred ? {} : { disposition: matter.disposition }) }
  send(hour, 'telephony', ended + OURS.telephonyDelayMs, call)
  if (isTransferred) transfer(hour, plan, call, matter)
  if (outcome === 'callback') ringBack(hour, plan, call, contact)
  tell(hour, plan, { contact, identifiers: base.identifiers })
  const isBooked = random.chance(OURS.bookedInCrm)
  const book = (part: Part, at: Instant): void => {
    const booked = bookCase(hour, plan, matter, call, at)
    if (booked !== undefined) tell(hour, plan, { ...booked, part, of: contact })
  }
  if (isBooked) book('echo', ended)
  if (random.chance(GIVEN.duplicates)) {
    if (isBooked && random.chance(0.3)) book('duplicate', ended + 2 * MINUTE_MS)
    else send(hour, 'telephony', ended + 60 * MINUTE_MS, { ...call, revision: 1, handle_seconds: handle_seconds + 5 })
  }
  fillInForResident(hour, plan, contact)
  comeAgain(hour, plan, contact, plan.at)
}

/** Returns the contact that counts: of one who gave up and dialled again, the last. */
const ring = (hour: Hour, plan: ContactPlan): string => {
  const { random } = hour
  const number = plan.number ?? drawNumber(hour, plan.caller)
  const id = `c-${hour.newId()}`
  const contact = `telephony:${id}`
  const base: Leg = {
    source: 'telephony',
    id,
    conversation: id,
    time: formatInstant(plan.at),
    channel: 'phone',
    identifiers: known(hour, plan, number),
    queue: chooseQueue(hour, plan.task, plan.at),
  }
  if (!random.chance(GIVEN.abandonedCalls)) {
    answer(hour, plan, base, contact)
    return contact
  }
  const waited = Math.round(20 + random.exponential(150))
  send(hour, 'telephony', plan.at + waited * SECOND_MS + OURS.telephonyDelayMs, {
    ...base,
    identifiers: { phone: number },
    outcome: 'abandoned',
  })
  const again = Math.round(plan.at + random.between(1, 9) * MINUTE_MS)
  if (!random.chance(GIVEN.redialled)) {
    tell(hour, plan, { contact, identifiers: { phone: number }, isAnswered: false })
    return contact
  }
  const last = ring(hour, { ...plan, number, at: again })
  tell(hour, plan, { contact, isAnswered: false, part: 'redialled', of: last })
  return last
}

const write = (hour: Hour, plan: ContactPlan): string => {
  const { random } = hour
  const { caller, caseRef, at, channel } = plan
  const matter = sortMatter(hour, plan.task)
  const id = `${channel === 'email' ? 'm' : 'w'}-${hour.newId()}`
  const isOther = random.chance(OURS.otherEmail)
  const email = isOther ? `r${caller.id}@example.com` : caller.email
  const feed = channel === 'email' ? 'mailbox' : 'chat'
  const record: Leg = {
    source: feed,
    id,
    time: formatInstant(at),
    channel: channel === 'email' ? 'email' : 'webchat',
    identifiers: {
      ...(channel === 'email' || random.chance(0.5) ? { email } : {}),
      ...(caseRef !== undefined && random.chance(OURS.quotesCase) ? { case: caseRef } : {}),
    },
    ...(matter.category === undefined ? {} : { category: matter.category }),
    handle_seconds: Math.round(60 + random.exponential(300)),
  }
  send(hour, feed, at + (channel === 'email' ? OURS.emailDelayMs : 5 * MINUTE_MS), record)
  const contact = `${feed}:${id}`
  tell(hour, plan, { contact, identifiers: record.identifiers })
  comeAgain(hour, plan, contact, at)
  return contact
}

const visit = (hour: Hour, plan: ContactPlan): string => {
  const { contact, identifiers } = noteAtDesk(hour, plan, sortMatter(hour, plan.task))
  tell(hour, plan, { contact, identifiers })
  fillInForResident(hour, plan, contact)
  comeAgain(hour, plan, contact, plan.at)
  return contact
}

/** Returns the id, as the product will name it, of the contact that counts. */
export const placeContact = (hour: Hour, plan: ContactPlan): string => {
  if (plan.channel === 'phone') return ring(hour, plan)
  return plan.channel === 'face_to_face' ? visit(hour, plan) : write(hour, plan)
}
