/** The measures on a truth made by hand, of which every answer is known. */
import type { ExportedContact, ExportedJourney, TaskRate } from '@ringback/contracts'
import { createCouncil, type TrueContact, type TrueJourney } from '@ringback/council'
import { measure, type Measures } from './measure.ts'
import { shareValue } from './share.ts'
import { createTruthBook, type TruthBook } from './truth-book.ts'

const MONDAY = '2026-09-07'
const at = (day: number, hour: number): number =>
  Date.parse(`${MONDAY}T00:00:00Z`) + day * 86_400_000 + hour * 3_600_000
const TASK = 'report-missed-bin'
const WEEK = '2026-W37'

const trueJourney = (name: string, more: Partial<TrueJourney> = {}): TrueJourney => ({
  kind: 'journey',
  journey: name,
  resident: 1,
  household: 1,
  task: TASK,
  sessions: [`s-${name}`],
  firstAt: at(0, 9),
  lastAt: at(0, 9),
  outcome: 'abandoned',
  code: null,
  step: 'address',
  incident: null,
  hasSubmitted: false,
  given: [],
  returned: null,
  contact: null,
  ...more,
})
const trueContact = (name: string, more: Partial<TrueContact> = {}): TrueContact => ({
  kind: 'contact',
  contact: `telephony:${name}`,
  part: 'whole',
  of: null,
  channel: 'phone',
  resident: 1,
  household: 1,
  at: at(0, 10),
  task: TASK,
  reason: 'background',
  journey: null,
  repeatOf: null,
  isAnswered: true,
  given: [],
  ...more,
})
/** A journey that failed and the contact that it caused. */
const failure = (name: string, more: Partial<TrueJourney> = {}, given: readonly string[] = []) => [
  trueJourney(name, { returned: 'failure', contact: `telephony:${name}`, ...more }),
  trueContact(name, { reason: 'failure', journey: name, given }),
]

const journeyRow = (name: string, more: Partial<ExportedJourney> = {}): ExportedJourney =>
  ({
    journey_id: `J${name}`,
    task: TASK,
    family: 'waste',
    sessions: [`s-${name}`],
    last_at: new Date(at(0, 9)).toISOString(),
    outcome: 'abandoned',
    cause: null,
    last_step: 'address',
    reachable: true,
    return_kind: null,
    flagged: false,
    placebo: false,
    first_contact_id: null,
    basis: null,
    topic: null,
    ...more,
  }) as ExportedJourney
const flaggedRow = (name: string, by: string, more: Partial<ExportedJourney> = {}): ExportedJourney =>
  journeyRow(name, {
    flagged: true,
    return_kind: 'failed',
    first_contact_id: `telephony:${by}`,
    basis: 'person',
    topic: 'task',
    ...more,
  })
const contactRow = (name: string, more: Partial<ExportedContact> = {}): ExportedContact =>
  ({
    contact_id: `telephony:${name}`,
    source: 'telephony',
    channel: 'phone',
    started_at: new Date(at(0, 10)).toISOString(),
    day: MONDAY,
    tasks: [TASK],
    families: ['waste'],
    verdict: 'unrelated',
    reason: 'no_web_journey',
    journey_id: null,
    repeat_of: null,
    ...more,
  }) as ExportedContact
const failedRow = (name: string, journey: string): ExportedContact =>
  contactRow(name, { verdict: 'failed', reason: null, journey_id: `J${journey}` })

const rateRow = (more: Partial<TaskRate> = {}): TaskRate =>
  ({
    task: TASK,
    week: WEEK,
    mature: 4,
    sight: 0.5,
    failure_rate: 0.5,
    failure_low: 0.15,
    failure_high: 0.85,
    top_cause: null,
    ...more,
  }) as TaskRate

async function* each<T>(rows: readonly T[]): AsyncGenerator<T> {
  yield* rows
}
const council = createCouncil({ residents: 200, weeks: 1, start: MONDAY })
const measured = (
  book: TruthBook,
  journeys: readonly ExportedJourney[],
  contacts: readonly ExportedContact[],
  rates: readonly TaskRate[] = [rateRow()],
): Promise<Measures> =>
  measure(council, book, { journeys: each(journeys), contacts: each(contacts), taskRates: each(rates) })
const bookOf = (...records: readonly (TrueJourney | TrueContact)[]): TruthBook => {
  const book = createTruthBook()
  for (const record of records) book.add(record)
  return book
}

/** Four journeys: two truly came back, one of them found; one is flagged for a contact that it did not cause. */
const world = (): Promise<Measures> =>
  measured(
    bookOf(
      ...failure('a'),
      ...failure('b'),
      trueJourney('c'),
      trueJourney('d', { outcome: 'confirmed' }),
      trueContact('x'),
    ),
    [
      flaggedRow('a', 'a'),
      journeyRow('b'),
      flaggedRow('c', 'x', { basis: 'household' }),
      journeyRow('d', { outcome: 'completed', placebo: true }),
    ],
    [failedRow('a', 'a'), contactRow('b'), failedRow('x', 'c')],
  )

test('a flag is right when its contact was caused by its journey, and a return is found when a right flag holds it', async () => {
  const { flags } = await world()
  expect(flags.precision).toEqual({ part: 1, all: 2 })
  expect(Object.fromEntries(flags.precisionBy)).toEqual({
    'person task': { part: 1, all: 1 },
    'household task': { part: 0, all: 1 },
  })
  expect(flags.wrongBecause.entries()).toEqual([['background', 1]])
  expect(flags.recall).toEqual({ part: 1, all: 2 })
  expect(flags.missed.entries()).toEqual([['unrelated: no_web_journey', 1]])
  expect(Object.fromEntries(flags.verdicts)).toEqual({
    failed: { part: 1, all: 2 },
    'unrelated: no_web_journey': { part: 1, all: 1 },
  })
})

test('a flag for the failure of another journey is wrong, and finds neither', async () => {
  const { flags } = await measured(
    bookOf(...failure('a'), trueJourney('c')),
    [flaggedRow('c', 'a'), journeyRow('a')],
    [failedRow('a', 'c')],
  )
  expect(flags.precision).toEqual({ part: 0, all: 1 })
  expect(flags.wrongBecause.entries()).toEqual([['failure of another journey', 1]])
  expect(flags.recall).toEqual({ part: 0, all: 1 })
})

test('ties go through whatever was told together, but not through what is everybody’s', async () => {
  const book = bookOf(
    ...failure('direct', { given: ['mobile:07700900001'] }, ['mobile:07700900001']),
    ...failure('profile', { given: ['account:7'] }, ['mobile:07700900002']),
    ...failure('house', { given: ['uprn:999'] }, ['landline:01632960001']),
    ...failure('library', { given: ['device:public-computer-3'] }, ['mobile:07700900004']),
    ...failure('nothing'),
  )
  book.addRecords([
    { id: '7', source: 'customers', identifiers: { account: '7', phone: '+447700900002' } },
    { id: 'e1', session: 'q', identifiers: { uprn: '999', phone: '01632 960001'.replace(' ', '') } },
    { id: 'e2', session: 'r', identifiers: { device: 'public-computer-3', phone: '07700900004' } },
    { id: 'e3', session: 't', actor: 'agent', identifiers: { account: '7', uprn: '999' } },
  ])
  const names = [...book.journeys()].map((journey) => [journey.journey, book.tieOf(journey)])
  expect(Object.fromEntries(names)).toEqual({
    direct: 'person',
    profile: 'person',
    house: 'household',
    library: 'none',
    nothing: 'none',
  })
  const { flags } = await measured(book, [flaggedRow('profile', 'profile')], [failedRow('profile', 'profile')])
  expect([flags.recall, flags.recallShared, flags.recallPerson]).toEqual([
    { part: 1, all: 5 },
    { part: 1, all: 3 },
    { part: 1, all: 2 },
  ])
})

test('rates are about reachable journeys, the estimate about all', async () => {
  const { rates } = await world()
  expect(rates.counts).toMatchObject({
    reachable: 4,
    flagged: 2,
    failures: 2,
    placebo: 1,
    coincidences: 1,
    trueJourneys: 4,
    trueFailures: 2,
  })
  // Two of four flagged, of which half can be seen; Wilson's interval of two of four holds a half.
  expect(rates.estimated).toBe(1)
  expect(rates.tasks).toHaveLength(1)
  expect(rates.tasks[0]).toMatchObject({
    task: TASK,
    failureRate: 0.5,
    truth: 0.5,
    excess: 0.25,
    estimated: 1,
    trueOfAll: 0.5,
  })
  expect(rates.tasksWithin).toEqual({ part: 1, all: 1 })
  expect(rates.taskWeeksWithin).toEqual({ part: 1, all: 1 })
  expect(rates.mature).toBe(4)
})

test('an interval that the truth has left is counted as such', async () => {
  const failed = Array.from({ length: 9 }, (_, index) => `n${index}`)
  const { rates } = await measured(
    bookOf(...failed.flatMap((name) => failure(name)), trueJourney('one')),
    [...failed, 'one'].map((name) => journeyRow(name)),
    [],
    [rateRow({ failure_rate: 0, failure_low: 0, failure_high: 0.28 })],
  )
  expect(rates.tasksWithin).toEqual({ part: 0, all: 1 })
  expect([rates.tasksTooLow, rates.tasksTooHigh]).toEqual([1, 0])
  expect(rates.taskWeeksWithin).toEqual({ part: 0, all: 1 })
})

test('repeats, first contact resolution and take-up', async () => {
  const book = bookOf(
    trueJourney('d', { outcome: 'confirmed' }),
    trueContact('1'),
    trueContact('2', { repeatOf: 'telephony:1' }),
    trueContact('3'),
    trueContact('4', { repeatOf: 'telephony:3' }),
    trueContact('5', { part: 'echo', of: 'telephony:1' }),
  )
  const { contacts } = await measured(
    book,
    [journeyRow('d', { outcome: 'completed' })],
    [
      contactRow('1'),
      contactRow('2', { repeat_of: 'telephony:1' }),
      contactRow('3', { repeat_of: 'telephony:2', tasks: [], families: [] }),
      contactRow('4', { verdict: 'unlinkable', reason: 'no_identifier' }),
      contactRow('5', { verdict: 'echo', reason: null }),
    ],
  )
  expect(contacts.counted).toBe(4)
  expect(contacts.trueContacts).toBe(4)
  expect(contacts.repeatPrecision).toEqual({ part: 1, all: 2 })
  expect(contacts.repeatRecall).toEqual({ part: 1, all: 2 })
  // Of 1, 2 and 3, the first two have a repeat, to the product; truly 1 and 3 have one.
  expect(contacts.resolution).toEqual({ part: 1, all: 3 })
  expect(contacts.trueResolutionOfThose).toEqual({ part: 1, all: 3 })
  expect(shareValue(contacts.trueResolution)).toBe(0.5)
  // One completed; three of the counted contacts name the task, four are truly about it.
  expect(contacts.takeUp).toEqual([{ task: TASK, found: 1 / 4, truth: 1 / 5, contacts: 4 }])
})
