/** The rates of SEMANTICS section 8 once more, row by row and slowly: what the SQL is compared with. */
import type { Config, ContactRate, ContactRow, Instant, JourneyRow, TaskRate } from '@ringback/contracts'

export interface PlainTables {
  readonly journeys: readonly JourneyRow[]
  readonly contacts: readonly ContactRow[]
  readonly declared: ReadonlyMap<string, Instant>
}

const DAY = 86_400_000

/** By Intl, not by Temporal or ClickHouse. */
const localDay = (at: Instant, timeZone: string): string => new Intl.DateTimeFormat('sv-SE', { timeZone }).format(at)

const mondayOf = (day: string): string => {
  const at = Date.parse(day)
  return new Date(at - ((new Date(at).getUTCDay() + 6) % 7) * DAY).toISOString().slice(0, 10)
}

/** The first instant, to the quarter of an hour, at which the clocks show a later week. */
const endOfWeek = (monday: string, timeZone: string): Instant => {
  let at = Date.parse(monday) + 7 * DAY - DAY
  while (mondayOf(localDay(at, timeZone)) <= monday) at += DAY / 96
  return at
}

/** The week's number is one more than the Thursdays of its Thursday's year that came before. */
const isoWeek = (monday: string): string => {
  const thursday = Date.parse(monday) + 3 * DAY
  const year = new Date(thursday).getUTCFullYear()
  let number = 1
  while (new Date(thursday - number * 7 * DAY).getUTCFullYear() === year) number++
  return `${year}-W${number < 10 ? '0' : ''}${number}`
}

const round = (value: number, decimals: number): number => Math.round(value * 10 ** decimals) / 10 ** decimals
const rate = (part: number, all: number): number | null => (all === 0 ? null : round(part / all, 6))
const isCounted = ({ verdict }: ContactRow): boolean => !['excluded', 'echo', 'redialled'].includes(verdict)
const isOneOf = (value: string | null, values: readonly string[]): boolean => value !== null && values.includes(value)

const reachOfFeeds = ({ contacts, declared }: PlainTables, config: Config, now: Instant): number => {
  const named = Object.entries(config.feeds).flatMap(([source, { kind }]) => (kind === 'contacts' ? [source] : []))
  return [...named, ...contacts.map(({ source }) => source)]
    .map((source) => {
      const delay = config.feeds[source]?.delay
      return Math.max(declared.get(source) ?? -Infinity, delay === undefined ? -Infinity : now - delay)
    })
    .reduce((least, reach) => Math.min(least, reach), Infinity)
}

const createMaturity = (tables: PlainTables, config: Config, now: Instant): ((journey: JourneyRow) => boolean) => {
  const reach = reachOfFeeds(tables, config, now)
  return (journey) => {
    const windowEnd = Date.parse(journey.window_ends_at)
    const isSettled = journey.resumable_until === null || now >= Date.parse(journey.resumable_until)
    return now >= windowEnd && reach >= windowEnd && isSettled
  }
}

const aboutTask = (task: string, contacts: readonly ContactRow[], config: Config): number => {
  const naming = (id: string): number => contacts.filter(({ tasks }) => tasks.includes(id)).length
  let about = naming(task)
  for (const { tasks, families } of contacts) {
    if (tasks.length > 0) continue
    for (const family of families) {
      const members = config.tasks.filter((one) => one.family === family).map(({ id }) => id)
      if (!members.includes(task)) continue
      const all = members.reduce((sum, id) => sum + naming(id), 0)
      about += (all === 0 ? 1 / members.length : naming(task) / all) / families.length
    }
  }
  return about
}

const median = (values: readonly number[]): number | null => {
  const sorted = values.toSorted((a, b) => a - b)
  const [low, high] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted[Math.ceil((sorted.length - 1) / 2)]]
  return low === undefined || high === undefined ? null : Math.round((low * 1000 + high * 1000) / 2) / 1000
}

const topOf = (names: readonly string[]): string | null => {
  const times = (name: string): number => names.filter((other) => other === name).length
  return names.toSorted((a, b) => times(b) - times(a) || (a < b ? -1 : 1))[0] ?? null
}

export const plainTaskRates = (tables: PlainTables, config: Config, now: Instant): TaskRate[] => {
  const { timezone } = config.council
  const weekOf = (journey: JourneyRow): string => mondayOf(localDay(Date.parse(journey.last_at), timezone))
  const isMature = createMaturity(tables, config, now)
  const cells = new Set(tables.journeys.map((journey) => JSON.stringify([journey.task, weekOf(journey)])))
  return [...cells].map((cell) => {
    const [task, monday] = JSON.parse(cell) as [string, string]
    const all = tables.journeys.filter((journey) => journey.task === task && weekOf(journey) === monday)
    const started = all.filter(
      ({ intent, last_at }) => intent === 'transaction' && now >= Date.parse(last_at) + 30 * 60_000,
    )
    const counted = all.filter((journey) => isMature(journey) && journey.reachable)
    const flagged = counted.filter((journey) => journey.flagged).length
    const placebo = counted.filter((journey) => journey.placebo).length
    const kind = (name: string): number => counted.filter(({ return_kind }) => return_kind === name).length
    const back = all.filter((journey) => isMature(journey) && journey.flagged)
    const ofWeek = tables.contacts.filter((contact) => isCounted(contact) && mondayOf(contact.day) === monday)
    const timed = ofWeek.filter(({ started_at }) => started_at !== null)
    const seen = timed.filter(
      ({ verdict, families, tasks }) => verdict !== 'unlinkable' && families.length + tasks.length,
    )
    const completed = all.filter(({ outcome }) => outcome === 'completed').length
    const returns = tables.contacts.filter(
      ({ journey_id, verdict }) =>
        isOneOf(verdict, ['failed', 'chased', 'contested', 'handed_off']) &&
        back.some((journey) => journey.journey_id === journey_id),
    )
    const costs = returns.flatMap(({ channel }) => config.costs[channel] ?? [])
    const interval = wilson(flagged, counted.length)
    return {
      task,
      week: isoWeek(monday),
      journeys: all.length,
      started: started.length,
      completed,
      dropouts: started.filter(({ outcome }) => outcome === 'abandoned').length,
      reachable: all.filter(({ reachable }) => reachable).length,
      mature: counted.length,
      flagged,
      strict: counted.filter((journey) => journey.flagged && journey.cause !== 'dead_end').length,
      placebo,
      possible: kind('possible'),
      chased: kind('chased'),
      contested: kind('contested'),
      handed_off: kind('handed_off'),
      failure_rate: rate(flagged, counted.length),
      failure_low: interval && round(interval[0], 6),
      failure_high: interval && round(interval[1], 6),
      placebo_rate: rate(placebo, counted.length),
      excess: rate(flagged - placebo, counted.length),
      came_back: back.length,
      avoidable_cost: round(
        costs.reduce((sum, cost) => sum + cost - (config.costs.web ?? 0), 0),
        4,
      ),
      median_gap_seconds: median(back.map(({ gap_seconds }) => gap_seconds as number)),
      top_cause: topOf(back.map(({ cause }) => cause as string)),
      sight: rate(seen.length, timed.length),
      estimated_rate:
        counted.length === 0 || seen.length === 0
          ? null
          : round(Math.min(1, flagged / counted.length / (seen.length / timed.length)), 6),
      coverage: rate(all.filter(({ reachable }) => reachable).length, all.length),
      take_up: rate(completed, completed + aboutTask(task, ofWeek, config)),
      provisional:
        now < endOfWeek(monday, timezone) ||
        reachOfFeeds(tables, config, now) < endOfWeek(monday, timezone) ||
        !all.every(isMature),
    }
  })
}

/** The two shares at which the observed one lies z standard errors away: the roots of (p − x)² = z² x (1 − x) ÷ n. */
const wilson = (part: number, all: number): readonly [number, number] | null => {
  if (all === 0) return null
  const p = part / all
  const z2 = 1.959963984540054 ** 2 / all
  const [a, b, c] = [1 + z2, -(2 * p + z2), p * p]
  const root = Math.sqrt(Math.max(0, b * b - 4 * a * c))
  return [(-b - root) / (2 * a), (-b + root) / (2 * a)]
}

export const plainContactRates = (tables: PlainTables, config: Config, now: Instant): ContactRate[] => {
  const { timezone } = config.council
  const isMature = createMaturity(tables, config, now)
  const repeated = new Set(tables.contacts.map(({ repeat_of }) => repeat_of))
  const counted = tables.contacts.filter(isCounted)
  const topicsOf = ({ tasks }: ContactRow): readonly (string | null)[] => (tasks.length === 0 ? [null] : tasks)
  const cells = new Set(
    counted.flatMap((contact) =>
      topicsOf(contact).map((task) => JSON.stringify([task, contact.channel, mondayOf(contact.day)])),
    ),
  )
  return [...cells].map((cell) => {
    const [task, channel, monday] = JSON.parse(cell) as [string | null, ContactRow['channel'], string]
    const all = counted.filter(
      (contact) => topicsOf(contact).includes(task) && contact.channel === channel && mondayOf(contact.day) === monday,
    )
    const count = (verdict: string): number => all.filter((contact) => contact.verdict === verdict).length
    const settled = all.filter(
      ({ verdict, started_at }) =>
        verdict !== 'unlinkable' && started_at !== null && now >= Date.parse(started_at) + config.defaults.repeatWithin,
    )
    const handled = all.flatMap(({ handle_seconds }) => handle_seconds ?? [])
    const cost = config.costs[channel]
    const immature = tables.journeys.filter(
      (journey) =>
        (task === null || journey.task === task) &&
        mondayOf(localDay(Date.parse(journey.last_at), timezone)) === monday &&
        !isMature(journey),
    )
    return {
      task,
      channel,
      week: isoWeek(monday),
      contacts: all.length,
      repeats: all.filter(({ repeat_of }) => repeat_of !== null).length,
      first_contact_resolution: rate(
        settled.filter(({ contact_id }) => !repeated.has(contact_id)).length,
        settled.length,
      ),
      failed: count('failed'),
      possible: count('possible'),
      chased: count('chased'),
      contested: count('contested'),
      handed_off: count('handed_off'),
      unrelated: count('unrelated'),
      unlinkable: count('unlinkable'),
      handle_seconds:
        handled.length === 0
          ? null
          : round(
              handled.reduce((sum, seconds) => sum + seconds, 0),
              3,
            ),
      cost: cost === undefined ? null : round(all.length * cost, 4),
      provisional:
        now < endOfWeek(monday, timezone) ||
        reachOfFeeds(tables, config, now) < endOfWeek(monday, timezone) ||
        immature.length > 0,
    }
  })
}
