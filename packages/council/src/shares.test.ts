/** The figures that were set for the council, against what it makes: `GIVEN` of parameters.ts. */
import type { Leg, WebEvent } from '@ringback/contracts'
import { createCouncil } from './council.ts'
import { GIVEN } from './parameters.ts'
import type { TrueContact, TrueJourney } from './truth.ts'

const RESIDENTS = 6_000
const WEEKS = 6
const council = createCouncil({ residents: RESIDENTS, weeks: WEEKS, seed: 2 })

interface Session {
  readonly isMobile: boolean
  readonly isBot: boolean
  readonly isAgent: boolean
  isForm: boolean
  isSignedIn: boolean
  tellsContact: boolean
  hasDevice: boolean
}
const sessions = new Map<string, Session>()
const calls: Leg[] = []
const journeys: TrueJourney[] = []
const contacts: TrueContact[] = []
let hits = 0
let unnamedHits = 0
let bookings = 0
let secondLegs = 0

const note = ({ session: id, actor, type, identifiers, device_class }: WebEvent): void => {
  hits += 1
  if (id.startsWith('b-')) unnamedHits += 1
  const first = {
    isMobile: device_class === 'mobile',
    isBot: id.startsWith('b-'),
    isAgent: actor === 'agent',
    isForm: false,
    isSignedIn: false,
    tellsContact: false,
    hasDevice: false,
  }
  const session = sessions.get(id) ?? first
  sessions.set(id, session)
  session.isForm ||= type === 'task_started'
  session.isSignedIn ||= identifiers?.account !== undefined
  session.hasDevice ||= identifiers?.device !== undefined
  session.tellsContact ||= identifiers?.phone !== undefined || identifiers?.email !== undefined
}

const consentFrom = council.incidents.find(({ name }) => name === 'consent_banner_changed')?.from ?? 0
for (const output of council.everything()) {
  if (output.kind === 'truth') {
    if (output.truth.kind === 'journey') journeys.push(output.truth)
    if (output.truth.kind === 'contact') contacts.push(output.truth)
  } else if (output.kind === 'records' && output.recordKind === 'web') {
    if (output.arrivesAt < consentFrom) for (const record of output.records) note(record as WebEvent)
  } else if (output.kind === 'records' && output.feed === 'telephony')
    for (const leg of output.records as Leg[]) {
      if (leg.id.endsWith('-2')) secondLegs += 1
      else if (leg.id.startsWith('c-') && leg.channel !== undefined && leg.revision === undefined) calls.push(leg)
    }
  else if (output.kind === 'file' && output.feed === 'crm') bookings += output.text.split('\r\n').length - 2
}

const share = <T>(list: readonly T[], is: (item: T) => boolean): number => list.filter(is).length / list.length
/** Within four standard deviations of chance, and a tenth of what the generator may round. */
const expectShare = <T>(list: readonly T[], is: (item: T) => boolean, expected: number, slack = 0.1): void => {
  const deviation = 4 * Math.sqrt((expected * (1 - expected)) / list.length) + slack * expected
  const found = share(list, is)
  expect({ found, isNear: Math.abs(found - expected) <= deviation, expected }).toEqual({
    found,
    isNear: true,
    expected,
  })
}

const people = [...sessions.values()].filter(({ isBot, isAgent }) => !isBot && !isAgent)
const forms = people.filter(({ isForm }) => isForm)
const usual = journeys.filter(
  ({ incident, step, code, outcome }) => incident === null && (outcome !== 'read' || (step ?? code) === null),
)
const started = usual.filter(({ outcome }) =>
  ['confirmed', 'refused', 'abandoned', 'error', 'barrier'].includes(outcome),
)

test('sessions: how many, of what, and who gives what away', () => {
  // Five weeks of 5.95 average working days; a tenth of the forms takes a second session.
  expect(people.length / ((RESIDENTS / 120_000) * 25_000 * 5 * 5.95)).toBeCloseTo(1, 1)
  expectShare(people, ({ isForm }) => isForm, GIVEN.transactional)
  expectShare(people, ({ isMobile }) => isMobile, GIVEN.mobileShare)
  expectShare(people, ({ isSignedIn }) => isSignedIn, GIVEN.signedIn, 0.15)
  expectShare(people, ({ hasDevice }) => hasDevice, GIVEN.consent)
  expectShare(forms, ({ tellsContact }) => tellsContact, GIVEN.tellsContact, 0.15)
  expect(unnamedHits / hits).toBeCloseTo(GIVEN.botHits, 2)
})

test('forms end as they were set to', () => {
  for (const [name, expected] of Object.entries(GIVEN.outcomes))
    expectShare(started, ({ outcome }) => outcome === name, expected)
  // A second sitting is one with a draft, or on another device.
  expectShare(started, ({ sessions: { length } }) => length > 1, GIVEN.saveAndResume + GIVEN.secondDevice)
  const filledIn = [...sessions.values()].filter(({ isAgent }) => isAgent).length
  const submitted = started.filter(({ hasSubmitted, lastAt }) => hasSubmitted && lastAt < consentFrom).length
  expect(filledIn / (filledIn + submitted)).toBeCloseTo(GIVEN.filledInByAgents, 1)
})

test('journeys come back as often, and as soon, as they were set to', () => {
  for (const [name, expected] of Object.entries(GIVEN.comesBack)) {
    const ended = journeys.filter(({ outcome }) => outcome === name)
    expectShare(ended, ({ returned }) => returned !== null, expected)
  }
  const whole = new Map(contacts.map((contact) => [contact.contact, contact]))
  /** Of those that ended while the lines were open, from Monday to Wednesday: how long it took, and how many nights. */
  const back = journeys.flatMap(({ lastAt, contact: id }) => {
    const contact = whole.get(id ?? '')
    const [hour, weekday] = [new Date(lastAt).getUTCHours(), new Date(lastAt).getUTCDay()]
    if (contact === undefined || contact.channel === 'email' || hour < 8 || hour >= 15 || weekday < 1 || weekday > 3)
      return []
    return [{ gap: contact.at - lastAt, nights: Math.floor(contact.at / 86_400_000) - Math.floor(lastAt / 86_400_000) }]
  })
  const { atOnce, sameDay, nextOpening, later } = GIVEN.delays
  // Redialled calls count from the last of them.
  expectShare(back, ({ gap }) => gap <= 12 * 60_000, atOnce, 0.15)
  expectShare(back, ({ nights }) => nights === 0, atOnce + sameDay)
  expectShare(back, ({ nights }) => nights > 0, nextOpening + later)
  // Of two or three days later, those that end before the next day does come on the next day too.
  expectShare(back, ({ nights }) => nights > 1, later * 0.75, 0.3)
})

test('contacts: withheld, of the house, abandoned, redialled, transferred, called back, booked', () => {
  const phoneOf = ({ identifiers }: Leg): string => String(identifiers?.phone)
  expectShare(calls, (call) => /^[a-zA-Z]/.test(phoneOf(call)), GIVEN.withheld)
  expectShare(calls, (call) => /^(?:0|\+44)[123]/.test(phoneOf(call)), GIVEN.landlineCalls, 0.12)
  expectShare(calls, ({ outcome }) => outcome === 'abandoned', GIVEN.abandonedCalls)
  const answered = calls.filter(({ outcome }) => outcome !== 'abandoned')
  expectShare(answered, ({ outcome }) => outcome === 'callback', GIVEN.calledBack)
  expect(secondLegs / answered.length).toBeCloseTo(GIVEN.transferred, 1)
  const atOnce = answered.filter(({ handle_seconds: seconds = 0 }) => seconds > 0)
  expect(atOnce.length).toBe(answered.length)
  const redialled = contacts.filter(({ part }) => part === 'redialled').length
  const abandoned = calls.filter(({ outcome }) => outcome === 'abandoned').length
  expect(redialled / abandoned).toBeCloseTo(GIVEN.redialled, 1)
  expect(bookings).toBeGreaterThan(answered.length / 2)
})

test('people ring for other reasons as often as they were set to, most of all on a Monday', () => {
  const background = contacts.filter(
    ({ reason, part, repeatOf, contact }) =>
      reason === 'background' && part === 'whole' && repeatOf === null && !contact.startsWith('crm:'),
  )
  const expected = (RESIDENTS * GIVEN.backgroundPerResidentAndQuarter * WEEKS) / 13
  expect(Math.abs(background.length - expected)).toBeLessThan(4 * Math.sqrt(expected))
  const onDay = (day: number): number => background.filter(({ at }) => new Date(at).getUTCDay() === day).length
  for (const day of [2, 3, 4, 5, 6, 0]) expect(onDay(1)).toBeGreaterThan(onDay(day))
})
