/** What the two tables of rates have in common: the question, and when a week is still provisional. */
import { type Channel, type Config, createZone, type Instant, type LocalDay } from '@ringback/contracts'
import type { Engine, Parameters } from './engine.ts'
import { inRange, type Period } from './exports.ts'
import { completeTo, contactFeeds } from './feeds.ts'
import { createWeeks, weekEndOf } from './weeks.ts'

/** Of which weeks ([from, to), on the week's Monday), by which catalogue, and what time it is. */
export interface RatesQuestion extends Period {
  readonly config: Config
  readonly now: Instant
}

export interface RatesContext {
  readonly engine: Engine
  readonly question: RatesQuestion
  readonly parameters: Parameters
  /** "The week is not over, or some contact feed is not complete to its end." */
  readonly isOpen: (monday: LocalDay) => boolean
}

export const createRatesContext = async (engine: Engine, question: RatesQuestion): Promise<RatesContext> => {
  const { config, now } = question
  const { timezone } = config.council
  // What has not happened by now, or not been reported by every contact feed, settles nothing.
  const settledAt = Math.min(now, completeTo(await contactFeeds(engine, config, now)))
  const weeks = createWeeks(question, timezone)
  const zone = createZone(timezone)
  return {
    engine,
    question,
    parameters: {
      timezone,
      now: inRange(now),
      settled_at: inRange(settledAt),
      from_at: weeks.fromAt,
      to_at: weeks.toAt,
      from_monday: weeks.fromMonday,
      to_monday: weeks.toMonday,
    },
    isOpen: (monday) => settledAt < weekEndOf(monday, zone),
  }
}

/** What a contact costs; null where the configuration knows no cost. */
export const costOf = (config: Config, channel: string): number | null => config.costs[channel as Channel] ?? null

/** A task and a week, or a task, a channel and a week, as a key. */
export const keyOf = (...parts: readonly (string | null)[]): string => JSON.stringify(parts)

/** As Map.groupBy, which Node 20 lacks. */
export const groupBy = <Item, Key>(items: Iterable<Item>, key: (item: Item) => Key): Map<Key, Item[]> => {
  const groups = new Map<Key, Item[]>()
  for (const item of items) {
    const group = groups.get(key(item))
    if (group === undefined) groups.set(key(item), [item])
    else group.push(item)
  }
  return groups
}
