/** The catalogue and its parameters, compiled once for judging, and the hash that names them. */
import { createHash } from 'node:crypto'
import {
  type CanonicalLeg,
  type Channel,
  compileGlob,
  compileUrlRule,
  type Config,
  createZone,
  DAY_MS,
  HOUR_MS,
  type Instant,
  type LocalDay,
  type Task,
  WEEK_MS,
} from '@ringback/contracts'
import { createOpenFor, type OpenFor } from './opening.ts'

/** Raised when judge itself comes to say something else of the same facts. */
const JUDGE_VERSION = 1

/** What a contact is about: SEMANTICS section 6, topic. Sorted; `families` includes those of the tasks. */
export interface Subject {
  readonly tasks: readonly string[]
  readonly families: readonly string[]
}

export interface Rules {
  /** Which rules said a row: a hash of the catalogue and of every parameter that judge heeds. */
  readonly ruleVersion: string
  readonly config: Config
  readonly task: (id: string) => Task | undefined
  /** The task an event belongs to: the one it names, else the first whose URL rule matches (section 4). */
  readonly taskOf: (named: string | undefined, url: string | undefined) => string | undefined
  readonly subjectOf: (leg: CanonicalLeg) => Subject
  /** Adds the families of the tasks. */
  readonly withFamilies: (tasks: Iterable<string>, families: Iterable<string>) => Subject
  readonly windowEnd: (task: Task, base: Instant) => Instant
  /** `at ≤ windowEnd(task, base)`, mostly without looking at the line's hours. */
  readonly isInWindow: (task: Task, base: Instant, at: Instant) => boolean
  readonly dayOf: (at: Instant) => LocalDay
  readonly instantOf: (day: LocalDay, minutes: number) => Instant
  /** What a contact on a channel costs, where that is known. */
  readonly cost: (channel: Channel) => number | undefined
  /** Whether a failed return by this channel flags its journey: it costs more than the web, or nobody knows what. */
  readonly isCostly: (channel: Channel) => boolean
  /** The source that a source's contacts are echoes of. */
  readonly echoes: (source: string) => string | undefined
  /** How far apart, in ms, two of a household's records may lie and still bear on one another (section 9). */
  readonly reach: () => number
}

const URLS_REMEMBERED = 50_000

const createTaskOf = (config: Config): Rules['taskOf'] => {
  const known = new Set(config.tasks.map((task) => task.id))
  const rules = config.tasks.flatMap((task) => task.urls.map((url) => ({ id: task.id, matches: compileUrlRule(url) })))
  const remembered = new Map<string, string | undefined>()
  return (named, url) => {
    if (named !== undefined && known.has(named)) return named
    if (url === undefined) return undefined
    if (remembered.has(url)) return remembered.get(url)
    const task = rules.find((rule) => rule.matches(url))?.id
    if (remembered.size >= URLS_REMEMBERED) remembered.clear()
    remembered.set(url, task)
    return task
  }
}

const compileTopicRules = (config: Config) =>
  config.topics.map((rule) => {
    const conditions = (['source', 'queue', 'category', 'disposition'] as const).flatMap((field) => {
      const glob = rule[field]
      return glob === undefined ? [] : [{ field, matches: compileGlob(glob) }]
    })
    return {
      rule,
      matches: (leg: CanonicalLeg) =>
        conditions.every(({ field, matches }) => {
          const value = leg[field]
          return value !== undefined && matches(value)
        }),
    }
  })

/** Probing by the hour may miss the worst moment by less than this, clock changes included. */
const REACH_SLACK = DAY_MS

/**
 * The longest that a line's hours can make a window of `grace` last, in ms: tried for every hour of a plain week, and of the
 * 60 days before each closed day. A little too long only remembers a little more.
 */
const longestGrace = (closed: readonly LocalDay[], grace: number, openFor: OpenFor): number => {
  const days = new Set<number>()
  const plainWeek = Date.UTC(2001, 0, 1)
  for (let i = 0; i < 7; i++) days.add(plainWeek + i * DAY_MS)
  for (const day of closed) for (let i = -60; i <= 1; i++) days.add(Date.parse(`${day}T00:00:00Z`) + i * DAY_MS)
  let longest = 0
  for (const day of days)
    for (let base = day; base < day + DAY_MS; base += HOUR_MS)
      longest = Math.max(longest, (openFor(base, grace) ?? base) - base)
  return longest + REACH_SLACK
}

/** The longest that the line of a task can make its window last, in ms; 0 without a line. */
type LongestWait = (task: Task) => number

const createLongestWait = (config: Config, lines: ReadonlyMap<string, OpenFor>): LongestWait => {
  const known = new Map<string, number>()
  return (task) => {
    const openFor = task.line === undefined ? undefined : lines.get(task.line)
    if (!openFor || task.line === undefined) return 0
    const key = `${task.line} ${task.grace}`
    const longest = known.get(key) ?? longestGrace(config.lines[task.line]?.closed ?? [], task.grace, openFor)
    known.set(key, longest)
    return longest
  }
}

/** SEMANTICS section 9: what lies further apart than this in a household's timeline has nothing to do with each other. */
const reachOf = (config: Config, longestWait: LongestWait): number =>
  Math.max(
    config.defaults.repeatWithin,
    ...config.tasks.map((task) =>
      Math.max(task.resumeWithin, task.resumeSavedWithin, WEEK_MS + Math.max(task.window, longestWait(task))),
    ),
  )

const hashRules = (config: Config): string => {
  const { council, tasks, topics, lines, costs, feeds, identity, defaults } = config
  const parameters = {
    judge: JUDGE_VERSION,
    timezone: council.timezone,
    region: council.region,
    tasks: tasks.map(
      ({ title: _title, lgsl: _lgsl, lgil: _lgil, sensitive: _sensitive, steps: _steps, ...task }) => task,
    ),
    topics,
    lines,
    costs,
    echoes: Object.entries(feeds).map(([source, feed]) => [source, feed.echoes ?? null]),
    identity,
    repeatWithin: defaults.repeatWithin,
    echoWithin: defaults.echoWithin,
  }
  return createHash('sha256').update(JSON.stringify(parameters)).digest('base64url').slice(0, 12)
}

export const createRules = (config: Config): Rules => {
  const tasks = new Map(config.tasks.map((task) => [task.id, task]))
  const zone = createZone(config.council.timezone)
  const topicRules = compileTopicRules(config)
  const openFor = new Map(Object.entries(config.lines).map(([name, line]) => [name, createOpenFor(line, zone)]))
  const longestWait = createLongestWait(config, openFor)
  const { web = 0 } = config.costs
  let reach: number | undefined
  const cost = (channel: Channel): number | undefined => config.costs[channel]

  const withFamilies: Rules['withFamilies'] = (named, families) => {
    const ids = [...new Set(named)].sort()
    const all = new Set(families)
    for (const id of ids) all.add(tasks.get(id)?.family ?? id)
    return { tasks: ids, families: [...all].sort() }
  }

  return {
    ruleVersion: hashRules(config),
    config,
    task: (id) => tasks.get(id),
    taskOf: createTaskOf(config),
    withFamilies,
    subjectOf: (leg) => {
      const named = (leg.tasks ?? []).filter((id) => tasks.has(id))
      if (named.length > 0) return withFamilies(named, [])
      const matching = topicRules.filter(({ matches }) => matches(leg)).map(({ rule }) => rule)
      return withFamilies(
        matching.flatMap((rule) => (rule.task === undefined ? [] : [rule.task])),
        matching.flatMap((rule) => (rule.family === undefined ? [] : [rule.family])),
      )
    },
    windowEnd: (task, base) => {
      const end = base + task.window
      const opened = task.line === undefined ? undefined : openFor.get(task.line)?.(base, task.grace)
      return opened === undefined ? end : Math.max(end, opened)
    },
    isInWindow: (task, base, at) => {
      if (at <= base + task.window) return true
      if (task.line === undefined || at - base > longestWait(task)) return false
      return at <= (openFor.get(task.line)?.(base, task.grace) ?? -Infinity)
    },
    dayOf: zone.dayOf,
    instantOf: zone.instantOf,
    cost,
    isCostly: (channel) => (cost(channel) ?? Infinity) > web,
    echoes: (source) => (Object.hasOwn(config.feeds, source) ? config.feeds[source]?.echoes : undefined),
    reach: () => (reach ??= reachOf(config, longestWait)),
  }
}
