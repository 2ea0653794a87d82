/** `export contact-rates`: SEMANTICS section 8, a row for each task, channel and week with a counted contact. */
import type { Channel, ContactRate, LocalDay } from '@ringback/contracts'
import { shareOf, toMoney, toRate, toSeconds } from '@ringback/journeys'
import { costOf, createRatesContext, keyOf, type RatesContext, type RatesQuestion } from './rates.ts'
import type { Engine } from './engine.ts'
import { inRange } from './exports.ts'
import { readStatement } from './statements.ts'
import { isoWeekOf } from './weeks.ts'

const CONTACT_RATES = readStatement('contact-rates')
const IMMATURE_JOURNEYS = readStatement('immature-journeys')

interface ContactCounts {
  readonly task: string | null
  readonly channel: Channel
  readonly monday: LocalDay
  readonly contacts: number
  readonly repeats: number
  readonly settled: number
  readonly resolved: number
  readonly failed: number
  readonly possible: number
  readonly chased: number
  readonly contested: number
  readonly handed_off: number
  readonly unrelated: number
  readonly unlinkable: number
  readonly handled: number
  readonly handle_ms: number
}

/** A row, and the counts behind its figures that do not stand in it. */
export interface MeasuredContactRate {
  readonly row: ContactRate
  readonly behind: {
    /** Linkable contacts whose `repeatWithin` has passed, and those of them that nobody repeated. */
    readonly settled: number
    readonly resolved: number
    /** Contacts whose handling was timed. */
    readonly handled: number
  }
}

export const measureContactRates = async (
  engine: Engine,
  question: RatesQuestion,
): Promise<readonly MeasuredContactRate[]> => {
  const context = await createRatesContext(engine, question)
  const repeatWithin = question.config.defaults.repeatWithin
  const counts = await engine.select<ContactCounts>(CONTACT_RATES, {
    ...context.parameters,
    repeat_within_ms: repeatWithin,
    // "within" includes its end.
    repeats_to: inRange(Number(context.parameters['to_at']) + repeatWithin + 1),
  })
  const isImmature = await immatureJourneys(context)
  return counts.map((count) => measure(context, count, isImmature(count.task, count.monday)))
}

const measure = (
  { question: { config }, isOpen }: RatesContext,
  count: ContactCounts,
  isImmature: boolean,
): MeasuredContactRate => {
  const { settled, resolved, handled } = count
  const resolution = shareOf(resolved, settled)
  const cost = costOf(config, count.channel)
  const row: ContactRate = {
    task: count.task,
    channel: count.channel,
    week: isoWeekOf(count.monday),
    contacts: count.contacts,
    repeats: count.repeats,
    first_contact_resolution: resolution === null ? null : toRate(resolution),
    failed: count.failed,
    possible: count.possible,
    chased: count.chased,
    contested: count.contested,
    handed_off: count.handed_off,
    unrelated: count.unrelated,
    unlinkable: count.unlinkable,
    handle_seconds: handled === 0 ? null : toSeconds(count.handle_ms),
    cost: cost === null ? null : toMoney(count.contacts * cost),
    provisional: isOpen(count.monday) || isImmature,
  }
  return { row, behind: { settled, resolved, handled } }
}

/**
 * Whether some journey of the task in the week is not mature; for contacts whose topic is no task, some journey of any.
 */
const immatureJourneys = async ({
  engine,
  parameters,
}: RatesContext): Promise<(task: string | null, monday: LocalDay) => boolean> => {
  const rows = await engine.select<{ task: string; monday: LocalDay }>(IMMATURE_JOURNEYS, parameters)
  const immature = new Set(rows.flatMap(({ task, monday }) => [keyOf(task, monday), keyOf(null, monday)]))
  return (task, monday) => immature.has(keyOf(task, monday))
}
