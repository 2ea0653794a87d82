/** CONTRACT section 2: the catalogue and parameters with their defaults, and what the law asks of them. */
import type { EdgeLeg, ReferenceConfig, ReferenceLine, ReferenceTopicRule } from './types.ts'
import { durationMs } from './time.ts'

export interface Task {
  readonly id: string
  readonly family: string
  readonly scope: 'person' | 'household'
  readonly urls: readonly string[]
  readonly windowMs: number
  readonly resumeWithinMs: number
  readonly resumeSavedWithinMs: number
  readonly graceMs: number
  readonly line: ReferenceLine | null
}

export interface Catalogue {
  readonly zone: string
  readonly tasks: readonly Task[]
  readonly topics: readonly ReferenceTopicRule[]
  readonly costs: ReadonlyMap<string, number>
  readonly contactFeeds: readonly string[]
  readonly delays: ReadonlyMap<string, number>
  readonly echoes: ReadonlyMap<string, string>
  readonly maxPeople: number
  readonly maxHousehold: number
  readonly maxCarriers: number
  readonly repeatWithinMs: number
  readonly echoWithinMs: number
}

export const readCatalogue = (config: ReferenceConfig): Catalogue => {
  const feeds = Object.entries(config.feeds ?? {})
  const length = (name: string, otherwise: string): string => config.defaults?.[name] ?? otherwise
  const tasks = (config.tasks ?? []).map((task): Task => {
    return {
      id: task.id,
      family: task.family ?? task.id,
      scope: task.scope === 'household' ? 'household' : 'person',
      urls: task.urls ?? [],
      windowMs: durationMs(task.window ?? length('window', '72h')),
      resumeWithinMs: durationMs(task.resumeWithin ?? length('resumeWithin', '24h')),
      resumeSavedWithinMs: durationMs(task.resumeSavedWithin ?? length('resumeSavedWithin', '7d')),
      graceMs: durationMs(task.grace ?? length('grace', '4h')),
      line: task.line === undefined ? null : (config.lines?.[task.line] ?? null),
    }
  })
  const costs = Object.entries(config.costs ?? {}).filter((entry): entry is [string, number] => {
    return typeof entry[1] === 'number' && entry[0] !== 'priceYear'
  })
  return {
    zone: config.council?.timezone ?? 'Europe/London',
    tasks,
    topics: config.topics ?? [],
    costs: new Map(costs),
    contactFeeds: feeds.filter(([, feed]) => feed.kind === 'contacts').map(([name]) => name),
    delays: new Map(feeds.flatMap(([name, { delay }]) => (delay === undefined ? [] : [[name, durationMs(delay)]]))),
    echoes: new Map(feeds.flatMap(([name, { echoes }]) => (echoes === undefined ? [] : [[name, echoes]]))),
    maxPeople: config.identity?.maxPeople ?? 3,
    maxHousehold: config.identity?.maxHousehold ?? 8,
    maxCarriers: config.identity?.maxCarriers ?? 200,
    repeatWithinMs: durationMs(length('repeatWithin', '7d')),
    echoWithinMs: durationMs(length('echoWithin', '30m')),
  }
}

/** A pattern in which `*` is any run of characters; letter case does not matter. */
const matchesGlob = (pattern: string, text: string): boolean => {
  const source = pattern
    .toLowerCase()
    .split('*')
    .map((part) => part.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&'))
    .join('[^]*')
  return new RegExp(`^${source}$`).test(text.toLowerCase())
}

const withoutTrailingSlash = (text: string): string => (text.endsWith('/') ? text.slice(0, -1) : text)

/** "Globs over `host/path` when they start with a host, over `/path` when they start with `/`." */
const matchesUrlRule = (rule: string, url: string): boolean => {
  if (!rule.startsWith('/')) return matchesGlob(withoutTrailingSlash(rule), withoutTrailingSlash(url))
  const slash = url.indexOf('/')
  const path = slash < 0 ? '' : url.slice(slash)
  return matchesGlob(withoutTrailingSlash(rule), withoutTrailingSlash(path))
}

/** Section 4: the task named in `task`, else the first task in the catalogue with a URL rule that matches, else none. */
export const taskOfEvent = (
  event: { readonly task?: string; readonly url?: string },
  catalogue: Catalogue,
): Task | null => {
  const named = catalogue.tasks.find((task) => task.id === event.task)
  if (named !== undefined) return named
  const { url } = event
  if (url === undefined) return null
  return catalogue.tasks.find((task) => task.urls.some((rule) => matchesUrlRule(rule, url))) ?? null
}

/** What a contact is about. A topic without tasks and families is unknown. */
export interface ContactTopic {
  readonly tasks: ReadonlySet<string>
  /** Families that a topic rule named, and those of the tasks. */
  readonly families: ReadonlySet<string>
}

/** Section 6: "every condition given must match; all matching rules add up". */
const matchesTopicRule = (rule: ReferenceTopicRule, leg: EdgeLeg): boolean =>
  (['source', 'queue', 'category', 'disposition'] as const).every((field) => {
    const pattern = rule[field]
    const value = leg[field]
    return pattern === undefined || (value !== undefined && matchesGlob(pattern, value))
  })

/** Section 6: "the `tasks` named in it that the catalogue knows, else what the topic rules make of it, else unknown". */
export const topicOfLeg = (leg: EdgeLeg, catalogue: Catalogue): ContactTopic => {
  const isKnown = (id: string): boolean => catalogue.tasks.some((task) => task.id === id)
  const named = (leg.tasks ?? []).filter(isKnown)
  if (named.length > 0) return withFamiliesOfTasks(named, [], catalogue)
  const rules = catalogue.topics.filter((rule) => matchesTopicRule(rule, leg))
  const tasks = rules.flatMap((rule) => (rule.task !== undefined && isKnown(rule.task) ? [rule.task] : []))
  const families = rules.flatMap((rule) => (rule.family !== undefined ? [rule.family] : []))
  return withFamiliesOfTasks(tasks, families, catalogue)
}

export const unionOfTopics = (topics: readonly ContactTopic[]): ContactTopic => {
  return {
    tasks: new Set(topics.flatMap((topic) => [...topic.tasks])),
    families: new Set(topics.flatMap((topic) => [...topic.families])),
  }
}

const withFamiliesOfTasks = (tasks: string[], families: string[], catalogue: Catalogue): ContactTopic => {
  const ofTasks = catalogue.tasks.filter((task) => tasks.includes(task.id)).map((task) => task.family)
  return { tasks: new Set(tasks), families: new Set([...families, ...ofTasks]) }
}

/** Section 6: how a contact's topic stands to a task. */
export const topicAgainstTask = (topic: ContactTopic, task: Task): 'task' | 'family' | 'unknown' | 'different' => {
  if (topic.tasks.has(task.id)) return 'task'
  if (topic.families.has(task.family)) return 'family'
  return topic.families.size === 0 ? 'unknown' : 'different'
}
