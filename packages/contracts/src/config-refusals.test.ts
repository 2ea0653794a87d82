/** Every refusal of `ringback.yaml`: its line, its field, and what was expected. */
import { describeProblem, parseYamlFile } from './config-file.ts'
import { configSchema } from './config.ts'

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
    ['c:1: council: expected object, received undefined', 'tasks: []'],
    ['c:1: council.name: expected string, received undefined', 'council: { timezone: UTC }'],
    ['c:2: catalogue: unknown field', withLines('catalogue: []')],
    ['c:4: council.zone: unknown field', 'council:\n  name: B\n  timezone: UTC\n  zone: UTC'],
    ['c:4: tasks[0].resumewithin: unknown field', withTask('family: f,', 'resumewithin: 2h')],
    ['c:5: lines.main.open: unknown field', withLines('lines:', '  main:', '    hours: []', '    open: []')],
    ['c:5: lines.main.hours[0].at: unknown field', hours('from: 08:00, to: 09:00, at: x')],
    ['c:2: costs.fax: unknown field', withLines('costs: { fax: 1 }')],
    ['c:4: feeds.crm.echos: unknown field', withLines('feeds:', '  crm: { kind: contacts,', '    echos: x }')],
    ['c:3: defaults.windows: unknown field', withLines('defaults:', '  windows: 72h')],
    ['c:2: privacy.keepRaw: unknown field', withLines('privacy: { keepRaw: 1d }')],
    ['c:2: redis.uri: unknown field', withLines('redis: { url: "redis://x", uri: x }')],
    [
      'c:5: tasks[2].id: expected a new id: tasks[0] has it too',
      withLines('tasks:', '  - id: a', '  - id: b', '  - id: a'),
    ],
    ['c:3: tasks[0].id: expected string, received undefined', withLines('tasks:', '  - title: A')],
    ['c:3: tasks[0].id: expected string to have >=1 characters', withLines('tasks:', '  - id: ""')],
    ['c:3: tasks[0].id: expected string to have <=200 characters', withLines('tasks:', `  - id: ${'x'.repeat(201)}`)],
    ['c:3: tasks[0].scope: expected one of "person"|"household"', withTask('scope: family')],
    [`c:4: tasks[1].family: ${FAMILY}`, withLines('tasks:', '  - id: a', '  - { id: b, family: a }')],
    [`c:3: tasks[0].family: ${FAMILY}`, withLines('tasks:', '  - { id: b, family: a }', '  - id: a')],
    [
      `c:4: topics[0].family: ${FAMILY}`,
      withLines('tasks: [{ id: a, family: f }]', 'topics:', '  - { queue: Q, family: a }'),
    ],
    [
      'c:5: tasks[0].line: expected the name of one of `lines`',
      withLines('lines: { main: { hours: [] } }', 'tasks:', '  - id: a', '    line: mian'),
    ],
    [
      'c:4: tasks[0].line: expected the name of one of `lines`',
      withLines('tasks:', '  - id: a', '    line: constructor'),
    ],
    [`c:4: tasks[0].urls[1]: ${URL_RULE}`, withTask('urls: [/a,', '"https://x.org/a"]')],
    [`c:3: tasks[0].urls[0]: ${URL_RULE}`, withTask('urls: ["/a?b=*"]')],
    ['c:3: tasks[0].lgsl: expected int, received number', withTask('lgsl: 5.5')],
    [`c:3: tasks[0].window: ${DURATION}`, withTask('window: 2 days')],
    [`c:3: tasks[0].grace: ${DURATION}`, withTask('grace: 1h30m')],
    ['c:2: defaults.retention: expected string, received number', withLines('defaults: { retention: 30 }')],
    [`c:3: tasks[0].window: ${DURATION}, at most 36500d`, withTask('window: 36501d')],
    [`c:2: feeds.tel.delay: ${DURATION}`, withLines('feeds: { tel: { kind: contacts, delay: soon } }')],
    [`c:3: tasks[0].resumeWithin: ${HOUR}`, withTask('resumeWithin: 59m')],
    [`c:3: tasks[0].resumeSavedWithin: ${HOUR}`, withTask('resumeSavedWithin: 3599s')],
    [`c:3: defaults.resumeWithin: ${HOUR}`, withLines('defaults:', '  resumeWithin: 1s')],
    ['c:5: lines.main.hours[0]: expected `from` before `to`', hours('from: 17:00, to: 08:30')],
    ['c:5: lines.main.hours[0]: expected `from` before `to`', hours('from: 08:30, to: 08:30')],
    ['c:5: lines.main.hours[0]: expected `from` before `to`', hours('from: 22:00, to: 06:00')],
    [`c:5: lines.main.hours[0].to: ${TIME}`, hours('from: 22:00, to: 24:01')],
    [`c:5: lines.main.hours[0].to: ${TIME}`, hours('from: 22:00, to: 25:00')],
    [`c:5: lines.main.hours[0].from: ${TIME}`, hours('from: 08:60, to: 09:30')],
    [`c:5: lines.main.hours[0].from: ${TIME}`, hours('from: 8:30, to: 09:30')],
    [
      'c:2: lines.main.hours[0].days[0]: expected one of "Mon"|"Tue"|"Wed"|"Thu"|"Fri"|"Sat"|"Sun"',
      withLines('lines: { main: { hours: [{ days: [mon], from: 08:00, to: 09:00 }] } }'),
    ],
    [
      'c:2: lines.main.hours[0].days: expected array to have >=1 items',
      withLines('lines: { main: { hours: [{ days: [], from: 08:00, to: 09:00 }] } }'),
    ],
    [
      'c:7: lines.main.closed[1]: expected a date such as 2026-12-25',
      withLines('lines:', '  main:', '    hours: []', '    closed:', '      - 2026-12-25', '      - 2026-02-30'),
    ],
    [`c:3: council.timezone: ${ZONE}`, 'council:\n  name: B\n  timezone: Mars/Olympus'],
    [`c:3: council.timezone: ${ZONE}`, 'council:\n  name: B\n  timezone: "+01:00"'],
    [`c:3: council.timezone: ${ZONE}`, 'council:\n  name: B\n  timezone: ""'],
    [`c:4: council.region: ${COUNTRY}`, 'council:\n  name: B\n  timezone: UTC\n  region: Britain'],
    [`c:4: council.region: ${COUNTRY}`, 'council:\n  name: B\n  timezone: UTC\n  region: gb'],
    [`c:4: council.region: ${COUNTRY}`, 'council:\n  name: B\n  timezone: UTC\n  region: UK'],
    [
      'c:5: feeds.crm.echoes: expected another feed: one cannot echo itself',
      withLines('feeds:', '  crm:', '    kind: contacts', '    echoes: crm'),
    ],
    [
      'c:3: feeds.a.echoes: expected a feed that does not echo another',
      withLines('feeds:', '  a: { kind: contacts, echoes: b }', '  b: { kind: contacts, echoes: c }'),
    ],
    ['c:2: feeds.tel.kind: expected one of "web"|"contacts"|"profiles"', withLines('feeds: { tel: { kind: calls } }')],
    ['c:3: topics[0].task: expected the id of one of `tasks`', withLines('topics:', '  - { queue: Q, task: b }')],
    ['c:3: topics[0]: expected a task or a family', withLines('topics:', '  - queue: Q')],
    [
      'c:3: topics[0]: expected a condition: source, queue, category or disposition',
      withLines('topics:', '  - family: f'),
    ],
    ['c:2: mode: expected one of "embedded"|"cluster"', withLines('mode: clustered')],
    ['c:2: costs.phone: expected number to be >=0', withLines('costs: { phone: -1 }')],
    ['c:2: costs.phone: expected number, received Infinity', withLines('costs: { phone: .inf }')],
    ['c:2: costs.currency: expected a currency such as GBP', withLines('costs: { currency: £ }')],
    ['c:2: identity.maxPeople: expected number to be >=1', withLines('identity: { maxPeople: 0 }')],
    ['c:2: identity.stopList[0]: expected string, received number', withLines('identity: { stopList: [01632960000] }')],
    [
      'c:5: identity.stopList[1]: expected a number, or type:value such as crm:ANON',
      withLines('identity:', '  stopList:', '    - "01632 960000"', '    - "crrm:ANON"'),
    ],
    ['c:2: privacy.suppressBelow: expected int, received number', withLines('privacy: { suppressBelow: 2.5 }')],
    ['c:2: kafka.brokers: expected array to have >=1 items', withLines('kafka: { brokers: [], prefix: r }')],
    [
      'c:2: kafka.prefix: expected letters, digits, dots, hyphens or underscores',
      withLines('kafka: { brokers: [b], prefix: "a b" }'),
    ],
    [
      'c:2: kafka.partitions: expected number to be >=1',
      withLines('kafka: { brokers: [b], prefix: r, partitions: 0 }'),
    ],
    [
      'c:2: kafka.generation: expected number to be <=65535',
      withLines('kafka: { brokers: [b], prefix: r, generation: 65536 }'),
    ],
    ['c:3: redis.url: expected a URL such as redis://127.0.0.1:6379', withLines('redis:', '  url: http://127.0.0.1')],
    ['c:2: redis: expected either url or cluster', withLines('redis: {}')],
    ['c:2: redis: expected either url or cluster', withLines('redis: { url: "redis://a", cluster: [b] }')],
    [
      'c:2: clickhouse.url: expected a URL such as http://127.0.0.1:8123',
      withLines('clickhouse: { url: "tcp://x", database: r }'),
    ],
    [
      'c:2: clickhouse.database: expected a name of letters, digits and underscores',
      withLines('clickhouse: { url: "http://x", database: r-1 }'),
    ],
    ['c:3: mode: expected each field once', withLines('mode: embedded', 'mode: cluster')],
    ['c:4: tasks[0].id: expected YAML: ', withLines('tasks:', '  - id: a', '   title: A')],
  ])('%s', (expected, text) => {
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
