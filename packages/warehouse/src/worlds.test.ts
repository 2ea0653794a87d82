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
import { existsSync, readFileSync } from 'node:fs'
import { contactRow, createTestTables, insertRows, journeyRow, parseConfig } from './testing/tables.ts'

interface WebEvent {
  readonly session: string
  readonly time: string
  readonly type: string
  readonly task?: string
  readonly url?: string
}

interface World {
  readonly title: string
  readonly now: string
  readonly complete_to: string
  readonly catalogue: unknown
  readonly web: readonly WebEvent[]
  readonly contacts: readonly { readonly source: string }[]
  readonly expected: {
    readonly journeys: readonly Partial<ExportedJourney>[]
    readonly contacts: readonly Partial<ExportedContact>[]
    readonly task_rates: readonly object[]
    readonly contact_rates: readonly object[]
  }
}

// Tests run in the repository's root; the shared folder lies beside it.
const EXAMPLES = '../shared/examples/law.ndjson'

const worlds = (): World[] =>
  readFileSync(EXAMPLES, 'utf8')
    .split('\n')
    .filter((line) => line.includes('"task_rates"'))
    .map((line) => JSON.parse(line) as World)

const ms = (time: string): number => parseInstant(time) as number

/** SEMANTICS section 4, as far as it is needed to tell which journeys hold a saved draft. */
const taskOf = (event: WebEvent, config: Config): string | undefined => {
  if (config.tasks.some(({ id }) => id === event.task)) return event.task
  const url = event.url
  if (url === undefined) return undefined
  return config.tasks.find(({ urls }) => urls.some((rule) => compileUrlRule(rule)(cutUrl(url))))?.id
}

const toJourney = (row: Partial<ExportedJourney>, { web }: World, config: Config): JourneyRow => {
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

if (existsSync(EXAMPLES)) {
  const tables = createTestTables()
  afterAll(() => tables.close())

  const examples = worlds().map((world) => [world.title, world] as const)

  test('there are examples with rates', () => {
    expect(examples.length).toBeGreaterThanOrEqual(25)
  })

  test.each(examples)('the tables agree with %s', async (_, world) => {
    const config = parseConfig(world.catalogue)
    const warehouse = await tables.fresh()
    await insertRows(warehouse, {
      journeys: world.expected.journeys.map((row) => toJourney(row, world, config)),
      contacts: world.expected.contacts.map(toContact),
    })
    const sources = new Set([...Object.keys(config.feeds), ...world.contacts.map(({ source }) => source)])
    for (const source of sources) await warehouse.declareFeed(source, ms(world.complete_to))
    const question = { config, now: ms(world.now) }
    const { task_rates, contact_rates } = world.expected
    expect(keyed(await warehouse.taskRates(question), keysOf(task_rates))).toEqual(
      keyed(task_rates, keysOf(task_rates)),
    )
    expect(keyed(await warehouse.contactRates(question), keysOf(contact_rates))).toEqual(
      keyed(contact_rates, keysOf(contact_rates)),
    )
  })
} else {
  console.warn(`SKIPPED: the examples of the law are not at ${EXAMPLES}`)
  test.skip('the tables agree with the examples of the law', () => {})
}
