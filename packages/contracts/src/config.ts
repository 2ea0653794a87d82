/** The catalogue and configuration, `ringback.yaml`: CONTRACT section 2. Strict: what is not known is refused. */
import { z } from 'zod'
import { DAY_MS, HOUR_MS, parseDay, parseDuration } from './instant.ts'
import { TOKEN_TYPES } from './edge.ts'
import { CHANNELS, ID_LENGTH, TEXT_LENGTH } from './records.ts'
import { hasUrlRuleShape } from './url-rules.ts'
import { isZoneName } from './zone.ts'

const name = z.string().min(1).max(ID_LENGTH)
const text = z.string().min(1).max(TEXT_LENGTH)
const whole = z.number().int().min(0)
const positive = z.number().int().min(1)

/** A hundred years: much more, and the end of a window is no date any more. */
const LONGEST_MS = 36_500 * DAY_MS

/** A length of time as milliseconds. */
const duration = z.string().transform((value, context) => {
  const ms = parseDuration(value)
  if (ms !== undefined && ms <= LONGEST_MS) return ms
  context.addIssue({
    code: 'custom',
    message: `expected a duration such as 90s, 15m, 72h or 7d${ms === undefined ? '' : ', at most 36500d'}`,
  })
  return z.NEVER
})
const resumeWithin = duration.refine((ms) => ms >= HOUR_MS, 'expected at least 1h: spans are kept by the hour')

const timezone = z.string().refine(isZoneName, 'expected an IANA time zone such as Europe/London')

/** A country by its own code: UK, say, is an alias of GB, by which no telephone number could be read. */
const region = z
  .string()
  .refine(
    (code) => /^[A-Z]{2}$/.test(code) && new Intl.Locale(`und-${code}`).region === code,
    'expected a country such as GB',
  )

const taskSchema = z.strictObject({
  id: name,
  title: text.optional(),
  family: name.optional(),
  scope: z.enum(['person', 'household']).default('person'),
  lgsl: whole.optional(),
  lgil: whole.optional(),
  sensitive: z.boolean().default(false),
  urls: z.array(text.refine(hasUrlRuleShape, 'expected host/path or /path, * for any run of characters')).default([]),
  steps: z.array(text).default([]),
  window: duration.optional(),
  resumeWithin: resumeWithin.optional(),
  resumeSavedWithin: resumeWithin.optional(),
  grace: duration.optional(),
  line: name.optional(),
})

const topicRuleSchema = z
  .strictObject({
    source: text.optional(),
    queue: text.optional(),
    category: text.optional(),
    disposition: text.optional(),
    task: name.optional(),
    family: name.optional(),
  })
  .refine((rule) => rule.task !== undefined || rule.family !== undefined, 'expected a task or a family')
  .refine(
    (rule) => (rule.source ?? rule.queue ?? rule.category ?? rule.disposition) !== undefined,
    'expected a condition: source, queue, category or disposition',
  )

export const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const
export type Weekday = (typeof WEEKDAYS)[number]

/** A local wall-clock time as minutes since midnight; 24:00 is the latest. */
const timeOfDay = z.string().transform((value, context) => {
  const match = /^(\d{2}):(\d{2})$/.exec(value)
  const minutes = match ? Number(match[1]) * 60 + Number(match[2]) : NaN
  if (match && Number(match[2]) < 60 && minutes <= 24 * 60) return minutes
  context.addIssue({ code: 'custom', message: 'expected a time of day such as 08:30, at the latest 24:00' })
  return z.NEVER
})

const lineSchema = z.strictObject({
  hours: z.array(
    z
      .strictObject({ days: z.array(z.enum(WEEKDAYS)).min(1), from: timeOfDay, to: timeOfDay })
      .refine((hours) => hours.from < hours.to, 'expected `from` before `to`'),
  ),
  closed: z
    .array(z.string().refine((day) => parseDay(day) !== undefined, 'expected a date such as 2026-12-25'))
    .default([]),
})

const cost = z.number().min(0)
const costsSchema = z.strictObject({
  source: text.optional(),
  priceYear: whole.optional(),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, 'expected a currency such as GBP')
    .optional(),
  web: cost.optional(),
  ...(Object.fromEntries(CHANNELS.map((channel) => [channel, cost.optional()])) as Record<
    (typeof CHANNELS)[number],
    z.ZodOptional<typeof cost>
  >),
})

const feedSchema = z.strictObject({
  kind: z.enum(['web', 'contacts', 'profiles']),
  delay: duration.optional(),
  echoes: name.optional(),
})

const STOP_TYPES: readonly string[] = [...TOKEN_TYPES, 'phone', 'tel']
const isStopListEntry = (entry: string): boolean => {
  const colon = entry.indexOf(':')
  return colon < 0 || STOP_TYPES.includes(entry.slice(0, colon).trim().toLowerCase())
}

const identitySchema = z.strictObject({
  maxPeople: positive.default(3),
  maxHousehold: positive.default(8),
  maxCarriers: positive.default(200),
  stopList: z.array(text.refine(isStopListEntry, 'expected a number, or type:value such as crm:ANON')).default([]),
})

const ms = (value: string): number => parseDuration(value) ?? NaN
const defaultsSchema = z.strictObject({
  window: duration.default(ms('72h')),
  resumeWithin: resumeWithin.default(ms('24h')),
  resumeSavedWithin: resumeWithin.default(ms('7d')),
  repeatWithin: duration.default(ms('7d')),
  echoWithin: duration.default(ms('30m')),
  grace: duration.default(ms('4h')),
  retention: duration.default(ms('30d')),
  profileRetention: duration.default(ms('400d')),
})

const privacySchema = z.strictObject({
  suppressBelow: whole.default(5),
  sensitiveBelow: whole.default(10),
  keepRows: duration.default(ms('800d')),
})

const kafkaSchema = z.strictObject({
  brokers: z.array(text).min(1),
  prefix: z.string().regex(/^[A-Za-z0-9._-]{1,100}$/, 'expected letters, digits, dots, hyphens or underscores'),
  generation: whole.max(65_535).default(0),
  partitions: positive.max(10_000).default(32),
  sources: z
    .strictObject({
      web: z.array(text).default([]),
      contacts: z.array(text).default([]),
      profiles: z.array(text).default([]),
    })
    .prefault({}),
})
const redisSchema = z
  .strictObject({
    url: z.url({ protocol: /^rediss?$/, error: 'expected a URL such as redis://127.0.0.1:6379' }).optional(),
    cluster: z.array(text).min(1).optional(),
  })
  .refine(({ url, cluster }) => (url === undefined) !== (cluster === undefined), 'expected either url or cluster')
  .transform((redis) => redis as { readonly url: string } | { readonly cluster: readonly string[] })
const clickhouseSchema = z.strictObject({
  url: z.url({ protocol: /^https?$/, error: 'expected a URL such as http://127.0.0.1:8123' }),
  database: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,63}$/, 'expected a name of letters, digits and underscores'),
})

const UNITS = { B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 } as const

/** A size as bytes: a number, or one with a unit. */
const size = z.union([z.number(), z.string()]).transform((value, context) => {
  const [, number = '', unit = 'B'] = /^(\d{1,15}) ?(B|KiB|MiB|GiB|TiB)?$/.exec(String(value)) ?? []
  const bytes = Number(number) * UNITS[unit as keyof typeof UNITS]
  if (number !== '' && bytes >= 1 && Number.isSafeInteger(bytes)) return bytes
  context.addIssue({ code: 'custom', message: 'expected a size such as 512MiB or 4GiB' })
  return z.NEVER
})

/** An address, a network such as 10.0.0.0/8, or one of the names that stand for several. */
const proxy = z.union(
  [z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6(), z.enum(['loopback', 'linklocal', 'uniquelocal'])],
  'expected an address, a network such as 10.0.0.0/8, or loopback, linklocal or uniquelocal',
)

/** The doors. Who goes beyond a limit is answered 429, and told when to come again. */
const limitsSchema = z.strictObject({
  /** Of one key; a record that is refused counts as three. */
  recordsPerSecond: positive.default(100_000),
  /** Of one network of addresses: /24, or /48 of IPv6. */
  requestsPerSecond: positive.default(20_000),
  /** Requests that are refused (4xx), of one network. */
  rejectionsPerMinute: positive.default(300),
  /** Journey codes, of one network. */
  codesPerMinute: positive.default(30),
})
const collectorSchema = z.strictObject({
  /** The file of keys, from the folder of this file; else `keys.json` in the data folder, or of a cluster beside this file. */
  keys: text.optional(),
  /** Who stands in front, and whose word for where a request comes from is taken. */
  trustProxy: z.array(proxy).default([]),
  limits: limitsSchema.prefault({}),
  /** Embedded: beyond so many bytes that wait to be folded the doors answer 503. */
  inbox: size.default(4 * UNITS.GiB),
})

/** The shape of the file, before what its parts say of one another. */
const fileSchema = z.strictObject({
  council: z.strictObject({
    name: text,
    timezone,
    region: region.default('GB'),
  }),
  tasks: z.array(taskSchema).default([]),
  topics: z.array(topicRuleSchema).default([]),
  lines: z.record(name, lineSchema).default({}),
  costs: costsSchema.prefault({}),
  feeds: z.record(name, feedSchema).default({}),
  identity: identitySchema.prefault({}),
  mode: z.enum(['embedded', 'cluster']).default('embedded'),
  kafka: kafkaSchema.optional(),
  redis: redisSchema.optional(),
  clickhouse: clickhouseSchema.optional(),
  defaults: defaultsSchema.prefault({}),
  privacy: privacySchema.prefault({}),
  collector: collectorSchema.prefault({}),
})

type File = z.infer<typeof fileSchema>
/** `near`: the field that makes a missing one be missed. */
type Issue = { readonly path: (string | number)[]; readonly message: string; readonly near?: string[] }

function* contradictions(file: File): Generator<Issue> {
  const ids = new Map<string, number>()
  for (const [index, task] of file.tasks.entries()) {
    const first = ids.get(task.id)
    if (first !== undefined)
      yield { path: ['tasks', index, 'id'], message: `expected a new id: tasks[${first}] has it too` }
    else ids.set(task.id, index)
    if (task.line !== undefined && !Object.hasOwn(file.lines, task.line))
      yield { path: ['tasks', index, 'line'], message: 'expected the name of one of `lines`' }
  }
  const another = 'expected a family that is not named like another task'
  for (const [index, task] of file.tasks.entries())
    if (task.family !== undefined && task.family !== task.id && ids.has(task.family))
      yield { path: ['tasks', index, 'family'], message: another }
  for (const [index, rule] of file.topics.entries()) {
    const namesake = file.tasks[ids.get(rule.family ?? '') ?? -1]
    if (namesake && (namesake.family ?? namesake.id) !== rule.family)
      yield { path: ['topics', index, 'family'], message: another }
  }
  for (const [index, rule] of file.topics.entries())
    if (rule.task !== undefined && !ids.has(rule.task))
      yield { path: ['topics', index, 'task'], message: 'expected the id of one of `tasks`' }
  for (const [source, feed] of Object.entries(file.feeds)) {
    if (feed.echoes === undefined) continue
    if (feed.echoes === source)
      yield { path: ['feeds', source, 'echoes'], message: 'expected another feed: one cannot echo itself' }
    else if (file.feeds[feed.echoes]?.echoes !== undefined)
      yield { path: ['feeds', source, 'echoes'], message: 'expected a feed that does not echo another' }
  }
  if (file.mode === 'cluster')
    for (const key of ['kafka', 'redis', 'clickhouse'] as const)
      if (file[key] === undefined) yield { path: [key], message: 'expected, since mode is cluster', near: ['mode'] }
}

/** `ringback.yaml`, its durations as milliseconds, its defaults filled in. */
export const configSchema = fileSchema
  .superRefine((file, context) => {
    for (const { path, message, near } of contradictions(file))
      context.addIssue({ code: 'custom', path, message, params: { near } })
  })
  .transform((file) => ({
    ...file,
    tasks: file.tasks.map((task) => ({
      ...task,
      title: task.title ?? task.id,
      family: task.family ?? task.id,
      window: task.window ?? file.defaults.window,
      resumeWithin: task.resumeWithin ?? file.defaults.resumeWithin,
      resumeSavedWithin: task.resumeSavedWithin ?? file.defaults.resumeSavedWithin,
      grace: task.grace ?? file.defaults.grace,
    })),
  }))

export type Config = z.infer<typeof configSchema>
export type Task = Config['tasks'][number]
export type TopicRule = Config['topics'][number]
export type Line = Config['lines'][string]
