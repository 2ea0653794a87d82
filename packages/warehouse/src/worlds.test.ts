/** The rates of the law's worked examples: their expected rows go in, their expected rates must come out. */
import {
  compileUrlRule,
  type Config,
  type ContactRow,
  cutUrl,
  type ExportedContact,
  type ExportedJourney,
  formatInstant,
  type JourneyRow,
  parseInstant,
} from '@ringback/contracts'
import { readLawExamples } from '@ringback/testkit'
import { contactRow, createTestTables, insertRows, journeyRow, parseConfig } from './testing/tables.ts'

interface WebEvent {
  readonly session: string
  readonly time: string
  readonly type: string
  readonly task?: string
  readonly url?: string
}

const ms = (time: string): number => parseInstant(time) as number

/** SEMANTICS section 4, as far as it is needed to tell which journeys hold a saved draft. */
const taskOf = (event: WebEvent, config: Config): string | undefined => {
  if (config.tasks.some(({ id }) => id === event.task)) return event.task
  const url = event.url
  if (url === undefined) return undefined
  return config.tasks.find(({ urls }) => urls.some((rule) => compileUrlRule(rule)(cutUrl(url))))?.id
}

const toJourney = (row: Partial<ExportedJourney>, web: readonly WebEvent[], config: Config): JourneyRow => {
  const journey = { ...journeyRow(), ...row }
  const task = config.tasks.find(({ id }) => id === journey.task) as Config['tasks'][number]
  const [first, last] = [ms(journey.first_at), ms(journey.last_at)]
  const isSaved = web.some(
    (event) =>
      event.type === 'draft_saved' &&
      journey.sessions.includes(event.session) &&
      taskOf(event, config) === task.id &&
      ms(event.time) >= first &&
      ms(event.time) <= last,
  )
  const resumableUntil = last + (isSaved ? task.resumeSavedWithin : task.resumeWithin)
  return {
    ...journey,
    family: task.family,
    resumable_until: journey.completed_at === null ? formatInstant(resumableUntil) : null,
  }
}

const toContact = (row: Partial<ExportedContact>): ContactRow => ({
  ...contactRow(),
  ...row,
  source: decodeURIComponent((row.contact_id as string).split(':')[0] as string),
})

/** The rows by task, channel and week, cut to the keys that the expected ones have (the examples leave some out). */
const keyed = (rows: readonly object[], keys: readonly string[]): Record<string, unknown> =>
  Object.fromEntries(
    rows.map((row) => {
      const cells = new Map(Object.entries(row))
      const name = ['task', 'channel', 'week'].map((key) => String(cells.get(key))).join(' ')
      return [name, Object.fromEntries(keys.map((key) => [key, cells.get(key)]))]
    }),
  )

const keysOf = (rows: readonly object[]): string[] => Object.keys(rows[0] ?? {})

const examples = readLawExamples()?.flatMap(({ title, now, complete_to, catalogue, web, contacts, expected }) => {
  const { journeys, task_rates, contact_rates } = expected
  if (now === undefined || complete_to === undefined || !task_rates || !contact_rates) return []
  const world = {
    config: parseConfig(catalogue),
    now: ms(now),
    completeTo: ms(complete_to),
    web: web as readonly object[] as readonly WebEvent[],
    sources: contacts.map(({ source }) => String(source)),
    journeys: journeys as readonly Partial<ExportedJourney>[],
    contacts: expected.contacts as readonly Partial<ExportedContact>[],
    taskRates: task_rates,
    contactRates: contact_rates,
  }
  return [[title, world] as const]
})
if (examples) {
  const tables = createTestTables()
  afterAll(() => tables.close())

  test('there are examples with rates', () => {
    expect(examples.length).toBeGreaterThanOrEqual(25)
  })

  test.each(examples)('the tables agree with %s', async (_, world) => {
    const { config, completeTo, now } = world
    const warehouse = await tables.fresh()
    await insertRows(warehouse, {
      journeys: world.journeys.map((row) => toJourney(row, world.web, config)),
      contacts: world.contacts.map(toContact),
    })
    const sources = new Set([...Object.keys(config.feeds), ...world.sources])
    for (const source of sources) await warehouse.declareFeed(source, completeTo)
    const question = { config, now }
    expect(keyed(await warehouse.taskRates(question), keysOf(world.taskRates))).toEqual(
      keyed(world.taskRates, keysOf(world.taskRates)),
    )
    expect(keyed(await warehouse.contactRates(question), keysOf(world.contactRates))).toEqual(
      keyed(world.contactRates, keysOf(world.contactRates)),
    )
  })
} else test.skip('the tables agree with the examples of the law', () => {})
