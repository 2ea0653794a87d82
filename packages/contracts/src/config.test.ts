/** `ringback.yaml`: the contract's example, the defaults, and what is accepted; `config-refusals.test.ts` has the rest. */
import { parseYamlFile, describeProblem } from './config-file.ts'
import { type Config, configSchema } from './config.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from './instant.ts'

const EXAMPLE = `council: { name: Borsetshire, timezone: Europe/London, region: GB }
tasks:
  - { id: report-missed-bin, title: Report a missed bin, family: waste, scope: household, lgsl: 524, lgil: 17,
      urls: ["my.borsetshire.gov.uk/service/report_missed_bin*", "/bins/missed*"], steps: [address, which_bin, about_you, summary],
      window: 48h, resumeWithin: 24h, resumeSavedWithin: 7d, grace: 4h, line: main }
  - { id: blue-badge, title: Apply for a Blue Badge, family: transport, lgsl: 279, sensitive: true, urls: ["/blue-badge*"] }
topics:            # every condition given must match (case-insensitive, * is any run of characters); all matching rules add up
  - { queue: "WASTE_Q1", family: waste }
  - { category: "Missed bin*", task: report-missed-bin }
  - { source: telephony, disposition: "*_pcn_*", family: parking }
lines:
  main: { hours: [{ days: [Mon, Tue, Wed, Thu, Fri], from: "08:30", to: "17:00" }], closed: ["2026-12-25", "2026-12-28"] }
costs: { source: "Socitm channel value benchmarking 2011", priceYear: 2011, currency: GBP, web: 0.15, phone: 2.83, face_to_face: 8.62 }
feeds:
  telephony: { kind: contacts, delay: 15m }
  crm: { kind: contacts, delay: 26h, echoes: telephony }      # books each call as a case as well: one contact, not two
identity: { maxPeople: 3, maxHousehold: 8, maxCarriers: 200, stopList: ["01632 960000", "crm:ANON"] }
mode: embedded                # or cluster, which needs the next three
kafka: { brokers: ["127.0.0.1:9092"], prefix: ringback, generation: 0, partitions: 32,
         sources: { web: ["site.events"], contacts: ["telephony.calls", "crm.cases"], profiles: [] } }   # the council's own topics
redis: { url: "redis://127.0.0.1:6379" }                       # or { cluster: ["127.0.0.1:7001", …] }
clickhouse: { url: "http://127.0.0.1:8123", database: ringback }
defaults: { window: 72h, resumeWithin: 24h, resumeSavedWithin: 7d, repeatWithin: 7d, echoWithin: 30m, grace: 4h, retention: 30d, profileRetention: 400d }
privacy: { suppressBelow: 5, sensitiveBelow: 10, keepRows: 800d }
`

const parse = (text: string): Config => {
  const result = parseYamlFile(text, configSchema)
  if (result.kind === 'pass') return result.value
  throw new Error(result.problems.map((problem) => describeProblem('ringback.yaml', problem)).join('\n'))
}
const problems = (text: string): string[] => {
  const result = parseYamlFile(text, configSchema)
  return result.kind === 'pass' ? [] : result.problems.map((problem) => describeProblem('c', problem))
}
/** A small configuration with these lines more, the first of which is line 2. */
const withLines = (...lines: readonly string[]): string =>
  ['council: { name: B, timezone: Europe/London }', ...lines].join('\n')
/** The same with a task, on line 2 or over several lines from it. */
const withTask = (...fields: readonly string[]): string =>
  withLines('tasks: [{ id: a,', ...fields.map((one) => `  ${one}`), '  }]')

describe("the contract's own example", () => {
  const config = parse(EXAMPLE)

  test('is read, its durations as milliseconds and its times of day as minutes', () => {
    const [bin, badge] = config.tasks
    expect(bin).toEqual({
      id: 'report-missed-bin',
      title: 'Report a missed bin',
      family: 'waste',
      scope: 'household',
      lgsl: 524,
      lgil: 17,
      sensitive: false,
      urls: ['my.borsetshire.gov.uk/service/report_missed_bin*', '/bins/missed*'],
      steps: ['address', 'which_bin', 'about_you', 'summary'],
      window: 48 * HOUR_MS,
      resumeWithin: 24 * HOUR_MS,
      resumeSavedWithin: 7 * DAY_MS,
      grace: 4 * HOUR_MS,
      line: 'main',
    })
    expect(badge).toMatchObject({ scope: 'person', sensitive: true, steps: [], window: 72 * HOUR_MS })
    expect(config.lines['main']).toEqual({
      hours: [{ days: ['Mon', 'Tue', 'Wed', 'Thu', 'Fri'], from: 8 * 60 + 30, to: 17 * 60 }],
      closed: ['2026-12-25', '2026-12-28'],
    })
    expect(config.feeds['crm']).toEqual({ kind: 'contacts', delay: 26 * HOUR_MS, echoes: 'telephony' })
    expect(config.redis).toEqual({ url: 'redis://127.0.0.1:6379' })
    expect(config.costs).toMatchObject({ web: 0.15, phone: 2.83, face_to_face: 8.62, priceYear: 2011 })
  })

  test('writes out nothing but the defaults of those fields', () => {
    const { defaults, privacy, identity } = parse(withLines())
    expect(config.defaults).toEqual(defaults)
    expect(config.privacy).toEqual(privacy)
    expect(config.identity).toEqual({ ...identity, stopList: ['01632 960000', 'crm:ANON'] })
  })

  test('is the same as JSON', () => {
    const file = {
      council: { name: 'B', timezone: 'Europe/London' },
      tasks: [{ id: 'a', urls: ['/a*'], window: '48h', line: 'main' }],
      lines: { main: { hours: [{ days: ['Sat'], from: '00:00', to: '24:00' }] } },
    }
    const yaml = withLines(
      'tasks: [{ id: a, urls: [/a*], window: 48h, line: main }]',
      'lines: { main: { hours: [{ days: [Sat], from: 00:00, to: 24:00 }] } }',
    )
    expect(parse(JSON.stringify(file, null, 2))).toEqual(parse(yaml))
  })
})

test('what is left out has its default', () => {
  expect(parse('council: { name: B, timezone: Europe/London }')).toEqual({
    council: { name: 'B', timezone: 'Europe/London', region: 'GB' },
    tasks: [],
    topics: [],
    lines: {},
    costs: {},
    feeds: {},
    identity: { maxPeople: 3, maxHousehold: 8, maxCarriers: 200, stopList: [] },
    mode: 'embedded',
    defaults: {
      window: 72 * HOUR_MS,
      resumeWithin: 24 * HOUR_MS,
      resumeSavedWithin: 7 * DAY_MS,
      repeatWithin: 7 * DAY_MS,
      echoWithin: 30 * MINUTE_MS,
      grace: 4 * HOUR_MS,
      retention: 30 * DAY_MS,
      profileRetention: 400 * DAY_MS,
    },
    privacy: { suppressBelow: 5, sensitiveBelow: 10, keepRows: 800 * DAY_MS },
    collector: {
      trustProxy: [],
      limits: { recordsPerSecond: 100_000, requestsPerSecond: 20_000, rejectionsPerMinute: 300, codesPerMinute: 30 },
      inbox: 4 * 1024 ** 3,
    },
  })
})

test.each([
  ['1048576', 1024 ** 2],
  ['"1048576"', 1024 ** 2],
  ['512MiB', 512 * 1024 ** 2],
  ['4 GiB', 4 * 1024 ** 3],
  ['1TiB', 1024 ** 4],
])('a size: %s', (text, bytes) => {
  expect(parse(withLines(`collector: { inbox: ${text} }`)).collector.inbox).toBe(bytes)
})

test.each(['0', '-1', '1.5', '4GB', '"1e9"', '99999999999TiB', 'many', 'true'])('no size: %s', (text) => {
  expect(problems(withLines(`collector: { inbox: ${text} }`))).toHaveLength(1)
})

test('who may stand in front: addresses, networks, and names of such', () => {
  const trustProxy = ['10.0.0.0/8', '192.0.2.1', '2001:db8::/32', '::1', 'loopback']
  expect(parse(withLines(`collector: { trustProxy: ${JSON.stringify(trustProxy)} }`)).collector).toMatchObject({
    trustProxy,
  })
  expect(problems(withLines('collector: { trustProxy: [everybody] }'))).toEqual([
    expect.stringContaining('expected an address'),
  ])
})

test("a task takes its title and family from its id, and its lengths from the file's defaults", () => {
  const text = withLines(
    'tasks: [{ id: a }, { id: b, window: 1h, grace: 2h }]',
    'defaults: { window: 5h, resumeWithin: 6h, resumeSavedWithin: 7h, grace: 8h }',
  )
  const lengths = { resumeWithin: 6 * HOUR_MS, resumeSavedWithin: 7 * HOUR_MS }
  expect(parse(text).tasks).toEqual([
    {
      id: 'a',
      title: 'a',
      family: 'a',
      ...lengths,
      window: 5 * HOUR_MS,
      grace: 8 * HOUR_MS,
      scope: 'person',
      sensitive: false,
      urls: [],
      steps: [],
    },
    {
      id: 'b',
      title: 'b',
      family: 'b',
      ...lengths,
      window: HOUR_MS,
      grace: 2 * HOUR_MS,
      scope: 'person',
      sensitive: false,
      urls: [],
      steps: [],
    },
  ])
})

test('a cluster has its three stores, or says which it lacks, where it says that it is one', () => {
  const kafka = 'kafka: { brokers: ["127.0.0.1:9092"], prefix: ringback }'
  const redis = 'redis: { cluster: ["127.0.0.1:7001"] }'
  const clickhouse = 'clickhouse: { url: "https://ch:8443", database: ringback }'
  const config = parse(withLines('mode: cluster', kafka, redis, clickhouse))
  expect(config.kafka).toMatchObject({
    generation: 0,
    partitions: 32,
    sources: { web: [], contacts: [], profiles: [] },
  })
  expect(config.redis).toEqual({ cluster: ['127.0.0.1:7001'] })
  expect(problems(withLines(redis, 'mode: cluster', clickhouse))).toEqual([
    'c:3: kafka: expected, since mode is cluster',
  ])
  expect(problems(withLines(kafka, 'mode: cluster', clickhouse))).toEqual([
    'c:3: redis: expected, since mode is cluster',
  ])
  expect(problems(withLines('mode: cluster'))).toHaveLength(3)
})

describe('it is accepted', () => {
  test.each([
    ['with resumeWithin of an hour', withTask('resumeWithin: 60m, resumeSavedWithin: 1h')],
    ['with hours round the clock', withLines('lines: { main: { hours: [{ days: [Sun], from: 00:00, to: 24:00 }] } }')],
    ['with a family named like its own task', withTask('family: a')],
    [
      'with a topic of the family that a task without one is',
      withLines('tasks: [{ id: a }]', 'topics: [{ queue: Q, family: a }]'),
    ],
    ['with a topic of a family that no task has', withLines('topics: [{ queue: Q, family: parking }]')],
    ['with an echo of a source that is no feed', withLines('feeds: { crm: { kind: contacts, echoes: tel } }')],
    [
      'with two echoes of one feed',
      withLines(
        'feeds: { tel: { kind: contacts }, a: { kind: contacts, echoes: tel }, b: { kind: contacts, echoes: tel } }',
      ),
    ],
    ['with the longest window', withTask('window: 36500d')],
    [
      'with a stop list of every type',
      withLines(
        'identity: { stopList: ["0800 1111", "phone: 999", "mobile:07700 900000", "email:a@b.c", "account:12:34"] }',
      ),
    ],
    ['with a crown dependency', 'council: { name: J, timezone: Europe/Jersey, region: JE }'],
    ['embedded, with the stores of a cluster', EXAMPLE],
  ])('%s', (_, text) => {
    expect(problems(text)).toEqual([])
  })
})
