/** `ringback.yaml`: the contract's example, the defaults, and every refusal with its line, field and expectation. */
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
  withLines('tasks: [{ id: a,', ...fields.map((one) => `  ${one}`), '}]')

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
  })
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

describe('it is refused', () => {
  const DURATION = 'expected a duration such as 90s, 15m, 72h or 7d'
  const HOUR = 'expected at least 1h: spans are kept by the hour'
  const FAMILY = 'expected a family that is not named like another task'
  const TIME = 'expected a time of day such as 08:30, at the latest 24:00'
  const ZONE = 'expected an IANA time zone such as Europe/London'
  const COUNTRY = 'expected a country such as GB'
  const URL_RULE = 'expected host/path or /path, * for any run of characters'
  const hours = (text: string): string =>
    withLines('lines:', '  main:', '    hours:', `      - { days: [Mon], ${text} }`)

  test.each([
    ['without a council', 'tasks: []', 'c:1: council: expected object, received undefined'],
    ['without a name', 'council: { timezone: UTC }', 'c:1: council.name: expected string, received undefined'],
    ['with an unknown field', withLines('catalogue: []'), 'c:2: catalogue: unknown field'],
    [
      'with an unknown field of the council',
      'council:\n  name: B\n  timezone: UTC\n  zone: UTC',
      'c:4: council.zone: unknown field',
    ],
    [
      'with an unknown field of a task',
      withTask('family: f,', 'resumewithin: 2h'),
      'c:4: tasks[0].resumewithin: unknown field',
    ],
    [
      'with an unknown field of a line',
      withLines('lines:', '  main:', '    hours: []', '    open: []'),
      'c:5: lines.main.open: unknown field',
    ],
    [
      'with an unknown field of hours',
      hours('from: 08:00, to: 09:00, at: x'),
      'c:5: lines.main.hours[0].at: unknown field',
    ],
    ['with an unknown channel in costs', withLines('costs: { fax: 1 }'), 'c:2: costs.fax: unknown field'],
    [
      'with an unknown field of a feed',
      withLines('feeds:', '  crm: { kind: contacts,', '    echos: x }'),
      'c:4: feeds.crm.echos: unknown field',
    ],
    ['with an unknown default', withLines('defaults:', '  windows: 72h'), 'c:3: defaults.windows: unknown field'],
    ['with a later field of privacy', withLines('privacy: { keepRaw: 1d }'), 'c:2: privacy.keepRaw: unknown field'],
    ['with an unknown field of Redis', withLines('redis: { uri: "redis://x" }'), 'c:2: redis.uri: unknown field'],

    [
      'with a task twice',
      withLines('tasks:', '  - id: a', '  - id: b', '  - id: a'),
      'c:5: tasks[2].id: expected a new id: tasks[0] has it too',
    ],
    [
      'with a task without an id',
      withLines('tasks:', '  - title: A'),
      'c:3: tasks[0].id: expected string, received undefined',
    ],
    ['with an empty id', withLines('tasks:', '  - id: ""'), 'c:3: tasks[0].id: expected string to have >=1 characters'],
    [
      'with an id that is too long',
      withLines('tasks:', `  - id: ${'x'.repeat(201)}`),
      'c:3: tasks[0].id: expected string to have <=200 characters',
    ],
    ['with another scope', withTask('scope: family'), 'c:3: tasks[0].scope: expected one of "person"|"household"'],
    [
      'with a family named like another task',
      withLines('tasks:', '  - id: a', '  - { id: b, family: a }'),
      `c:4: tasks[1].family: ${FAMILY}`,
    ],
    [
      'with a family named like a later task',
      withLines('tasks:', '  - { id: b, family: a }', '  - id: a'),
      `c:3: tasks[0].family: ${FAMILY}`,
    ],
    [
      'with a topic of a family named like a task of another',
      withLines('tasks: [{ id: a, family: f }]', 'topics:', '  - { queue: Q, family: a }'),
      `c:4: topics[0].family: ${FAMILY}`,
    ],
    [
      'with an unknown line',
      withLines('lines: { main: { hours: [] } }', 'tasks:', '  - id: a', '    line: mian'),
      'c:5: tasks[0].line: expected the name of one of `lines`',
    ],
    [
      'with a line that only every object has',
      withLines('tasks:', '  - id: a', '    line: constructor'),
      'c:4: tasks[0].line: expected the name of one of `lines`',
    ],
    ['with a scheme in a URL rule', withTask('urls: [/a,', '"https://x.org/a"]'), `c:4: tasks[0].urls[1]: ${URL_RULE}`],
    ['with a query in a URL rule', withTask('urls: ["/a?b=*"]'), `c:3: tasks[0].urls[0]: ${URL_RULE}`],
    ['with a part of a number of the list', withTask('lgsl: 5.5'), 'c:3: tasks[0].lgsl: expected int, received number'],

    ['with a duration that is none', withTask('window: 2 days'), `c:3: tasks[0].window: ${DURATION}`],
    ['with a duration of several units', withTask('grace: 1h30m'), `c:3: tasks[0].grace: ${DURATION}`],
    [
      'with a duration without a unit',
      withLines('defaults: { retention: 30 }'),
      'c:2: defaults.retention: expected string, received number',
    ],
    [
      'with a duration beyond any calendar',
      withTask('window: 36501d'),
      `c:3: tasks[0].window: ${DURATION}, at most 36500d`,
    ],
    [
      'with a bad delay',
      withLines('feeds: { tel: { kind: contacts, delay: soon } }'),
      `c:2: feeds.tel.delay: ${DURATION}`,
    ],
    ['with resumeWithin under an hour', withTask('resumeWithin: 59m'), `c:3: tasks[0].resumeWithin: ${HOUR}`],
    [
      'with resumeSavedWithin under an hour',
      withTask('resumeSavedWithin: 3599s'),
      `c:3: tasks[0].resumeSavedWithin: ${HOUR}`,
    ],
    [
      'with resumeWithin under an hour by default',
      withLines('defaults:', '  resumeWithin: 1s'),
      `c:3: defaults.resumeWithin: ${HOUR}`,
    ],

    [
      'with hours from after to',
      hours('from: 17:00, to: 08:30'),
      'c:5: lines.main.hours[0]: expected `from` before `to`',
    ],
    ['with hours from at to', hours('from: 08:30, to: 08:30'), 'c:5: lines.main.hours[0]: expected `from` before `to`'],
    [
      'with hours through midnight',
      hours('from: 22:00, to: 06:00'),
      'c:5: lines.main.hours[0]: expected `from` before `to`',
    ],
    ['with hours after 24:00', hours('from: 22:00, to: 24:01'), `c:5: lines.main.hours[0].to: ${TIME}`],
    ['with hours to 25:00', hours('from: 22:00, to: 25:00'), `c:5: lines.main.hours[0].to: ${TIME}`],
    ['with a minute 60', hours('from: 08:60, to: 09:30'), `c:5: lines.main.hours[0].from: ${TIME}`],
    ['with an hour of one digit', hours('from: 8:30, to: 09:30'), `c:5: lines.main.hours[0].from: ${TIME}`],
    [
      'with an unknown weekday',
      withLines('lines: { main: { hours: [{ days: [mon], from: 08:00, to: 09:00 }] } }'),
      'c:2: lines.main.hours[0].days[0]: expected one of "Mon"|"Tue"|"Wed"|"Thu"|"Fri"|"Sat"|"Sun"',
    ],
    [
      'with hours on no day',
      withLines('lines: { main: { hours: [{ days: [], from: 08:00, to: 09:00 }] } }'),
      'c:2: lines.main.hours[0].days: expected array to have >=1 items',
    ],
    [
      'with a closed day that is none',
      withLines('lines:', '  main:', '    hours: []', '    closed:', '      - 2026-12-25', '      - 2026-02-30'),
      'c:7: lines.main.closed[1]: expected a date such as 2026-12-25',
    ],

    ['with a zone that is none', 'council:\n  name: B\n  timezone: Mars/Olympus', `c:3: council.timezone: ${ZONE}`],
    ['with an offset for a zone', 'council:\n  name: B\n  timezone: "+01:00"', `c:3: council.timezone: ${ZONE}`],
    ['with an empty zone', 'council:\n  name: B\n  timezone: ""', `c:3: council.timezone: ${ZONE}`],
    [
      'with a country by its name',
      'council:\n  name: B\n  timezone: UTC\n  region: Britain',
      `c:4: council.region: ${COUNTRY}`,
    ],
    [
      'with a country in small letters',
      'council:\n  name: B\n  timezone: UTC\n  region: gb',
      `c:4: council.region: ${COUNTRY}`,
    ],
    [
      'with the country UK, of which no number could be read',
      'council:\n  name: B\n  timezone: UTC\n  region: UK',
      `c:4: council.region: ${COUNTRY}`,
    ],

    [
      'with an echo of itself',
      withLines('feeds:', '  crm:', '    kind: contacts', '    echoes: crm'),
      'c:5: feeds.crm.echoes: expected another feed: one cannot echo itself',
    ],
    [
      'with an echo of an echo',
      withLines('feeds:', '  a: { kind: contacts, echoes: b }', '  b: { kind: contacts, echoes: c }'),
      'c:3: feeds.a.echoes: expected a feed that does not echo another',
    ],
    [
      'with a feed of another kind',
      withLines('feeds: { tel: { kind: calls } }'),
      'c:2: feeds.tel.kind: expected one of "web"|"contacts"|"profiles"',
    ],
    [
      'with a topic of an unknown task',
      withLines('topics:', '  - { queue: Q, task: b }'),
      'c:3: topics[0].task: expected the id of one of `tasks`',
    ],
    [
      'with a topic rule that says nothing',
      withLines('topics:', '  - queue: Q'),
      'c:3: topics[0]: expected a task or a family',
    ],
    [
      'with a topic rule that asks nothing',
      withLines('topics:', '  - family: f'),
      'c:3: topics[0]: expected a condition: source, queue, category or disposition',
    ],

    ['with another mode', withLines('mode: clustered'), 'c:2: mode: expected one of "embedded"|"cluster"'],
    ['with a cost below nothing', withLines('costs: { phone: -1 }'), 'c:2: costs.phone: expected number to be >=0'],
    [
      'with an endless cost',
      withLines('costs: { phone: .inf }'),
      'c:2: costs.phone: expected number, received Infinity',
    ],
    [
      'with another currency',
      withLines('costs: { currency: £ }'),
      'c:2: costs.currency: expected a currency such as GBP',
    ],
    [
      'with a limit of nobody',
      withLines('identity: { maxPeople: 0 }'),
      'c:2: identity.maxPeople: expected number to be >=1',
    ],
    [
      'with a stop-list number that lost its zero',
      withLines('identity: { stopList: [01632960000] }'),
      'c:2: identity.stopList[0]: expected string, received number',
    ],
    [
      'with an unknown type in the stop list',
      withLines('identity:', '  stopList:', '    - "01632 960000"', '    - "crrm:ANON"'),
      'c:5: identity.stopList[1]: expected a number, or type:value such as crm:ANON',
    ],
    [
      'with half a person to suppress',
      withLines('privacy: { suppressBelow: 2.5 }'),
      'c:2: privacy.suppressBelow: expected int, received number',
    ],

    [
      'with Kafka without a broker',
      withLines('kafka: { brokers: [], prefix: r }'),
      'c:2: kafka.brokers: expected array to have >=1 items',
    ],
    [
      'with a prefix that no topic may have',
      withLines('kafka: { brokers: [b], prefix: "a b" }'),
      'c:2: kafka.prefix: expected letters, digits, dots, hyphens or underscores',
    ],
    [
      'with no partitions',
      withLines('kafka: { brokers: [b], prefix: r, partitions: 0 }'),
      'c:2: kafka.partitions: expected number to be >=1',
    ],
    [
      'with a generation beyond 16 bits',
      withLines('kafka: { brokers: [b], prefix: r, generation: 65536 }'),
      'c:2: kafka.generation: expected number to be <=65535',
    ],
    [
      'with Redis by HTTP',
      withLines('redis:', '  url: http://127.0.0.1'),
      'c:3: redis.url: expected a URL such as redis://127.0.0.1:6379',
    ],
    ['with Redis nowhere', withLines('redis: {}'), 'c:2: redis: expected either url or cluster'],
    [
      'with Redis in two places',
      withLines('redis: { url: "redis://a", cluster: [b] }'),
      'c:2: redis: expected either url or cluster',
    ],
    [
      'with ClickHouse by its own protocol',
      withLines('clickhouse: { url: "tcp://x", database: r }'),
      'c:2: clickhouse.url: expected a URL such as http://127.0.0.1:8123',
    ],
    [
      'with a database that needs quotes',
      withLines('clickhouse: { url: "http://x", database: r-1 }'),
      'c:2: clickhouse.database: expected a name of letters, digits and underscores',
    ],

    ['with a field twice', withLines('mode: embedded', 'mode: cluster'), 'c:3: mode: expected each field once'],
    ['with a syntax error', withLines('tasks:', '  - id: a', '   title: A'), 'c:3: tasks[0].id: expected YAML: '],
  ])('%s', (_, text, expected) => {
    const [first = '', ...more] = problems(text)
    expect(first.slice(0, expected.length)).toBe(expected)
    if (!expected.includes('YAML')) expect([first, ...more]).toEqual([expected])
  })

  test('with all that is wrong at once', () => {
    const text = withTask('window: x,', 'scope: y,', 'lien: main')
    expect(problems(text).map((problem) => problem.split(': ')[1])).toEqual([
      'tasks[0].scope',
      'tasks[0].window',
      'tasks[0].lien',
    ])
  })
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
