/** A form that somebody starts: in one sitting, in two with a draft between them, or on two devices. */
import { DAY_MS, HOUR_MS, type Identifiers, type Instant, MINUTE_MS } from '@ringback/contracts'
import type { IncidentName } from './incidents.ts'
import { STRENGTH } from './incidents.ts'
import { GIVEN, OURS } from './parameters.ts'
import type { Random } from './random.ts'
import type { Resident } from './residents.ts'
import { createSitting, type Sitting } from './sitting.ts'
import { chooseDevice, type ChosenDevice, type Course, lookForHelp } from './visits.ts'
import { type CouncilTask, formOf } from './tasks.ts'
import type { TrueOutcome } from './truth.ts'
import type { Hour } from './world.ts'

interface Ending {
  readonly outcome: TrueOutcome
  /** The step at which it stops, of one that stops. */
  readonly stopAt: number
  readonly code: string | null
  readonly incident: IncidentName | null
}

const STEP_CODES: Readonly<Record<string, string>> = {
  address: 'lookup',
  old_address: 'lookup',
  proof: 'upload',
  photo: 'upload',
  date: 'no_slots',
  payment: 'payment',
}
const OTHER_CODES = ['server_error', 'timeout', 'script', 'unavailable'] as const
const STEP_SECONDS = 35
const SUBMITS = GIVEN.outcomes.confirmed + GIVEN.outcomes.refused
/** Of account holders, since the others cannot sign in; those who fail to do so have an outcome of their own. */
const SIGNS_IN = 0.4 / OURS.hasAccount / (1 - GIVEN.outcomes.barrier)

const drawOutcome = (random: Random): keyof typeof GIVEN.outcomes => {
  let at = random.next()
  for (const [name, share] of Object.entries(GIVEN.outcomes) as [keyof typeof GIVEN.outcomes, number][])
    if ((at -= share) < 0) return name
  return 'confirmed'
}

const drawEnding = ({ world, random }: Hour, { id, steps }: CouncilTask, at: Instant): Ending => {
  const outcome = drawOutcome(random)
  const payment = steps.indexOf('payment')
  const passes = outcome === 'confirmed' || outcome === 'refused'
  if (id === 'report-missed-bin' && world.isOn('address_lookup_broken', at) && random.chance(STRENGTH.lookupFails))
    return { outcome: 'error', stopAt: 0, code: 'lookup', incident: 'address_lookup_broken' }
  if (passes && payment >= 0 && world.isOn('payment_gateway_down', at) && random.chance(STRENGTH.paymentFails))
    return { outcome: 'error', stopAt: payment, code: 'payment', incident: 'payment_gateway_down' }
  const stopAt = passes ? steps.length : random.below(steps.length)
  if (outcome === 'barrier') return { outcome, stopAt: 0, code: 'sign_in', incident: null }
  if (outcome !== 'error') return { outcome, stopAt, code: null, incident: null }
  const ofStep = STEP_CODES[steps[stopAt] ?? '']
  const code = ofStep !== undefined && random.chance(0.5) ? ofStep : random.pick(OTHER_CODES)
  return { outcome, stopAt, code, incident: null }
}

const tellContact = (random: Random, { email, phone }: Resident, share: number): Identifiers => {
  if (!random.chance(share)) return {}
  const typed = random.chance(OURS.mistypedPhone) ? phone.slice(0, -2) : phone
  const both = random.next()
  return { ...(both < 0.8 ? { phone: typed } : {}), ...(both > 0.3 ? { email } : {}) }
}

/** Visits the steps from `from` up to `to`, with a slip here and there that is overcome. */
const walk = (sitting: Sitting, random: Random, task: CouncilTask, from: number, to: number): void => {
  const url = formOf(task)
  for (const step of task.steps.slice(from, to)) {
    sitting.wait(STEP_SECONDS)
    sitting.add({ type: 'step', task: task.id, step, url: `${url}?step=${step}` })
    if (!random.chance(0.12)) continue
    sitting.wait(STEP_SECONDS / 2)
    sitting.add({ type: 'validation_error', task: task.id, step, url, field: step, rule: 'required' })
  }
}

const stop = (
  sitting: Sitting,
  hour: Hour,
  task: CouncilTask,
  { outcome, stopAt, code }: Ending,
): string | undefined => {
  const { random } = hour
  const step = task.steps[stopAt] ?? ''
  const common = { task: task.id, url: formOf(task) }
  sitting.wait(STEP_SECONDS)
  if (outcome !== 'barrier') sitting.add({ type: 'step', step, ...common })
  if (outcome === 'abandoned') {
    for (let slip = random.chance(0.3) ? 3 : 0; slip > 0; slip -= 1) {
      sitting.wait(STEP_SECONDS / 2)
      sitting.add({ type: 'validation_error', step, field: step, rule: 'format', ...common })
    }
    return lookForHelp(sitting, hour, 0.15)
  }
  sitting.wait(10)
  sitting.add({ type: 'error', code: code ?? 'other', ...common })
  if (random.chance(0.3)) {
    sitting.wait(20)
    sitting.add({ type: 'error', code: code ?? 'other', ...common })
  }
  return lookForHelp(sitting, hour, 0.4)
}

const complete = (
  sitting: Sitting,
  hour: Hour,
  task: CouncilTask,
  resident: Resident,
  outcome: TrueOutcome,
): string | undefined => {
  const { random } = hour
  sitting.wait(STEP_SECONDS)
  const caseRef = random.chance(0.6) ? `BC${hour.newId().replace('.', '')}` : undefined
  const uprn = task.scope === 'household' && random.chance(0.6) ? { uprn: resident.uprn } : {}
  sitting.add(
    {
      type: 'task_completed',
      task: task.id,
      url: formOf(task),
      result: outcome === 'confirmed' ? 'confirmed' : random.chance(0.5) ? 'refused' : 'ineligible',
      ...(caseRef === undefined ? {} : { case: caseRef }),
    },
    { ...tellContact(random, resident, GIVEN.tellsContact / SUBMITS), ...uprn },
  )
  return caseRef
}

/** Where the first of two sittings stops; the second goes on, from the draft or, on another device, from the start. */
type Break = 'none' | 'saved' | 'device'

const drawBreak = (random: Random, ending: Ending): Break => {
  if (ending.incident !== null) return 'none'
  const at = random.next()
  return at < GIVEN.saveAndResume ? 'saved' : at < GIVEN.saveAndResume + GIVEN.secondDevice ? 'device' : 'none'
}

export const fillIn = (hour: Hour, resident: Resident, task: CouncilTask, at: Instant): Course => {
  const { random, items } = hour
  const ending = drawEnding(hour, task, at)
  const interruption = drawBreak(random, ending)
  const signsIn = ending.outcome !== 'barrier' && resident.account !== undefined && random.chance(SIGNS_IN)
  const sittings: Sitting[] = []
  const open = (when: Instant, { deviceClass, device }: ChosenDevice): Sitting => {
    const sitting = createSitting({ session: `s-${hour.newId()}`, at: when, deviceClass, device }, random, items)
    sittings.push(sitting)
    if (signsIn) sitting.signIn(resident.account ?? '')
    sitting.add({ type: 'task_started', task: task.id, url: formOf(task) })
    return sitting
  }
  const chosen = chooseDevice(hour, resident, at)
  let sitting = open(at, chosen)
  let from = 0
  if (interruption !== 'none') {
    const reached = Math.min(ending.stopAt, 1 + random.below(task.steps.length))
    walk(sitting, random, task, 0, reached)
    if (interruption === 'saved') {
      from = reached
      sitting.wait(STEP_SECONDS)
      const told = tellContact(random, resident, GIVEN.tellsContact / SUBMITS)
      sitting.add({ type: 'draft_saved', task: task.id, url: formOf(task) }, told)
    }
    const pause =
      interruption === 'saved' ? random.between(HOUR_MS, 5 * DAY_MS) : random.between(10 * MINUTE_MS, 12 * HOUR_MS)
    const other = interruption === 'saved' ? chosen : chooseDevice(hour, resident, at, chosen)
    sitting = open(Math.round(sitting.now() + pause), other)
  }
  walk(sitting, random, task, from, ending.stopAt)
  const isDone = ending.outcome === 'confirmed' || ending.outcome === 'refused'
  const told = isDone
    ? { caseRef: complete(sitting, hour, task, resident, ending.outcome) }
    : { journeyCode: stop(sitting, hour, task, ending) }
  const step = isDone || ending.outcome === 'barrier' ? null : (task.steps[ending.stopAt] ?? null)
  const { outcome, code, incident } = ending
  const sessions = sittings.map(({ session }) => session)
  const given = [...new Set(sittings.flatMap((each) => each.given()))]
  return { outcome, sessions, firstAt: at, lastAt: sitting.now(), given, code, step, incident, ...told }
}
