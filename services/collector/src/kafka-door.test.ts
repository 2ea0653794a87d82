/** The door to the council's own topics: in = accepted + bad + empty, whatever comes, in whatever batches. */
import {
  type BadRow,
  configSchema,
  type EdgeRecord,
  parseTopicRecords,
  RECORD_KINDS,
  type RecordKind,
} from '@ringback/contracts'
import { createRules } from '@ringback/journeys'
import { type KafkaConfig, type ReceivedMessage, RingbackError } from '@ringback/pipeline'
import { NO_LOGGER } from '@ringback/runtime'
import { batchOf, countingMetrics, createSink, type Sink } from '@ringback/testkit'
import * as fc from 'fast-check'
import { createIntake } from './intake.ts'
import { createKafkaDoor, sourceKinds } from './kafka-door.ts'
import { LEAST, RECEIVED, tokeniser } from './testing/edge.ts'

const kafka: KafkaConfig = {
  brokers: ['b:9092'],
  prefix: 'rb',
  generation: 0,
  partitions: 4,
  sources: { web: ['site.events'], contacts: ['telephony.calls'], profiles: ['crm.people'] },
}
const TOPIC: Readonly<Record<RecordKind, string>> = {
  web: 'site.events',
  contacts: 'telephony.calls',
  profiles: 'crm.people',
}
const rules = createRules(configSchema.parse({ council: { name: 'B', timezone: 'Europe/London' } }))

const createDoor = (sink: Sink = createSink()) => {
  const { metrics, counts } = countingMetrics()
  const logged: string[] = []
  const logger = {
    ...NO_LOGGER,
    warn: (fields: object, sentence: string) => void logged.push(JSON.stringify({ ...fields, sentence })),
  }
  const intake = createIntake(tokeniser, rules)
  const door = createKafkaDoor({ intake, log: sink, kafka, clock: () => RECEIVED, metrics, logger })
  let committed: number | undefined
  const bring = (kind: RecordKind, values: readonly (string | Uint8Array | null)[], offset = 0) =>
    door.onBatch(batchOf(values, { topic: TOPIC[kind], partition: 3, offset, onCommit: (to) => (committed = to) }))
  return {
    bring,
    sink,
    counts,
    logged,
    committed: () => committed,
    records: (kind: RecordKind): readonly EdgeRecord[] =>
      sink.of(`rb.${kind}`).flatMap(({ value }) => parseTopicRecords(kind, value ?? '')),
    bad: () => sink.of('rb.bad-rows').map(({ key, value }) => ({ key, row: JSON.parse(value ?? '') as BadRow })),
  }
}

const event = (id: string, more: object = {}) => ({ ...LEAST.web, id, ...more })

describe.each(RECORD_KINDS)('on a topic of %s', (kind) => {
  test('one record in a message goes on as a record of the topic, under the node of its carrier', async () => {
    const { bring, sink, records, committed } = createDoor()
    await bring(kind, [JSON.stringify(LEAST[kind])], 7)
    const key = { web: 'session:s-1', contacts: 'contact:telephony:c-1', profiles: 'profile:crm:p-1' }[kind]
    expect(sink.taken).toMatchObject([{ topic: `rb.${kind}`, key }])
    expect(records(kind)).toMatchObject([{ kind, id: LEAST[kind]['id'], received: RECEIVED }])
    expect(committed()).toBe(8)
  })
})

test('a web event without a source is of the source web; a contact without one is a bad row', async () => {
  const { bring, records, bad } = createDoor()
  await bring('web', [JSON.stringify(event('1'))])
  await bring('contacts', [JSON.stringify({ ...LEAST.contacts, source: undefined })])
  expect(records('web')).toMatchObject([{ source: 'web' }])
  expect(bad()).toMatchObject([{ row: { kind: 'contacts', source: null, reason: 'schema', pointer: '/source' } }])
})

test('records of one carrier of a batch go in one message', async () => {
  const { bring, sink, records } = createDoor()
  const events = Array.from({ length: 6 }, (_, i) => event(`e-${i}`, { session: `s-${i % 2}` }))
  await bring('web', [JSON.stringify(events.slice(0, 4)), ...events.slice(4).map((one) => JSON.stringify(one))])
  expect(sink.of('rb.web').map(({ key }) => key)).toEqual(['session:s-0', 'session:s-1'])
  expect(records('web')).toHaveLength(6)
})

const long = (bytes: number) => ({ ...event('long'), more: 'x'.repeat(bytes) })

test.each<[string, string | Uint8Array, Partial<BadRow>[]]>([
  ['no JSON', '{"id":', [{ reason: 'json', pointer: '' }]],
  ['nothing', '', [{ reason: 'json', pointer: '' }]],
  ['no UTF-8', Buffer.from('{"id":"Si\xe2n"}', 'latin1'), [{ reason: 'encoding', pointer: '' }]],
  ['no object', '7', [{ reason: 'schema', pointer: '' }]],
  [
    'a field missing',
    JSON.stringify({ ...event('1'), session: undefined }),
    [{ reason: 'schema', pointer: '/session' }],
  ],
  ['an unknown type', JSON.stringify(event('1', { type: 'wink' })), [{ reason: 'unknown_type', pointer: '/type' }]],
  ['no time', JSON.stringify(event('1', { time: 'noon' })), [{ reason: 'bad_time', pointer: '/time' }]],
  [
    'a time to come',
    JSON.stringify(event('1', { time: '2026-11-16T12:06:00Z' })),
    [{ reason: 'future', pointer: '/time' }],
  ],
  ['more than 64 KiB', JSON.stringify(long(66_000)), [{ reason: 'too_large', pointer: '' }]],
  [
    'nesting without end',
    `{"id":${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
    [{ reason: 'too_large', pointer: '' }],
  ],
  ['nesting', `{"id":${'['.repeat(20)}${']'.repeat(20)}}`, [{ reason: 'too_deep', pointer: '' }]],
  [
    'an array, of which three are bad',
    JSON.stringify([event('1'), 7, event('2'), { ...event('3'), id: undefined }, [event('4')]]),
    [
      { reason: 'schema', pointer: '/1' },
      { reason: 'schema', pointer: '/3/id' },
      { reason: 'schema', pointer: '/4' },
    ],
  ],
  [
    'a large array, of which one is too large and one too deep',
    `[${JSON.stringify(long(66_000))},${JSON.stringify(event('2'))},{"id":${'['.repeat(50_000)}${']'.repeat(50_000)}}]`,
    [
      { reason: 'too_large', pointer: '/0' },
      { reason: 'too_deep', pointer: '/2' },
    ],
  ],
])('%s is a bad row with its place, and holds nobody up', async (_, value, expected) => {
  const { bring, bad, records, committed, counts } = createDoor()
  await bring('web', [JSON.stringify(event('a')), value, JSON.stringify(event('b'))], 40)
  const place = 'site.events/3/41'
  expect(bad().map(({ row }) => row)).toMatchObject(expected.map((row) => ({ ...row, place, kind: 'web' })))
  expect(new Set(bad().map(({ key }) => key)).size).toBe(expected.length)
  for (const { key, row } of bad()) expect(row.id).toBe(key)
  expect(records('web').map(({ id }) => id)).toEqual(expect.arrayContaining(['a', 'b']))
  expect(committed()).toBe(43)
  for (const { reason } of expected)
    expect(counts[`bad.${reason}`]).toBe(expected.filter((row) => row.reason === reason).length)
})

test('a tombstone and an empty array are nothing, and are counted', async () => {
  const { bring, sink, counts, committed } = createDoor()
  await bring('web', [null, '[]'])
  expect(sink.taken).toEqual([])
  expect(counts).toEqual({ 'dropped.empty': 2 })
  expect(committed()).toBe(2)
})

test.each(['rb.web', 'rb.bad-rows'])('nothing is committed before %s has taken it', async (topic) => {
  const away = new RingbackError('store', 'the log is away', { retryable: true })
  let isAway = true
  const door = createDoor(createSink((name) => (isAway && name === topic ? away : undefined)))
  const values = [JSON.stringify(event('1')), 'x', JSON.stringify(event('2', { session: 's-2' }))]
  await expect(door.bring('web', values)).rejects.toBe(away)
  expect(door.committed()).toBeUndefined()
  isAway = false
  await door.bring('web', values)
  expect(door.committed()).toBe(3)
  // At least once: what was taken before comes again, and is the same.
  expect(new Set(door.records('web').map(({ id }) => id))).toEqual(new Set(['1', '2']))
  expect(new Set(door.bad().map(({ key }) => key)).size).toBe(1)
})

test('what identifies somebody stands nowhere, be the record good or bad', async () => {
  const { bring, sink, logged } = createDoor()
  const secrets = { email: 'jo.bloggs@example.org', phone: '07700 900123', account: 'acc-4711' }
  const good = event('1', { linking: 'transaction', identifiers: secrets })
  await bring('web', [
    JSON.stringify(good),
    JSON.stringify({ ...good, time: secrets.email }),
    JSON.stringify({ ...good, type: secrets.account }),
    JSON.stringify({ ...good, [secrets.email]: '\ud800', identifiers: { email: [7, secrets.email] } }),
    `{"email": "${secrets.email}`,
  ])
  const all = JSON.stringify(sink.taken) + JSON.stringify(logged)
  for (const secret of [...Object.values(secrets), 'bloggs', '900123', '900 123']) expect(all).not.toContain(secret)
  expect(sink.of('rb.bad-rows')).toHaveLength(4)
})

describe('whatever comes', () => {
  const value = fc.oneof(
    { weight: 4, arbitrary: fc.nat(5).map((i) => JSON.stringify(event(`e-${i}`, { session: `s-${i % 3}` }))) },
    {
      weight: 2,
      arbitrary: fc
        .array(fc.nat(5), { maxLength: 4 })
        .map((list) => JSON.stringify(list.map((i) => (i === 0 ? 7 : event(`a-${i}`))))),
    },
    { weight: 1, arbitrary: fc.constantFrom('x', '7', '{}', 'null') },
    { weight: 1, arbitrary: fc.constant(null) },
  )
  const values = fc.array(value, { minLength: 1, maxLength: 12 })
  const recordsIn = (one: string | null): number => {
    if (one === null || one === '[]') return 0
    try {
      const parsed = JSON.parse(one) as unknown
      return Array.isArray(parsed) ? parsed.length : 1
    } catch {
      return 1
    }
  }
  const all = ({ records, bad }: ReturnType<typeof createDoor>) => ({
    records: records('web')
      .map((record) => JSON.stringify(record))
      .sort(),
    bad: bad()
      .map(({ row }) => JSON.stringify(row))
      .sort(),
  })

  test('nothing vanishes', async () => {
    await fc.assert(
      fc.asyncProperty(values, async (given) => {
        const door = createDoor()
        await door.bring('web', given)
        const { records, bad } = all(door)
        expect(records.length + bad.length).toBe(given.reduce((sum, one) => sum + recordsIn(one), 0))
        expect(new Set(bad).size).toBe(bad.length)
        expect(door.counts['dropped.empty'] ?? 0).toBe(given.filter((one) => recordsIn(one) === 0).length)
      }),
    )
  })

  test('batches may be cut anywhere, and may come again', async () => {
    await fc.assert(
      fc.asyncProperty(values, fc.nat(12), async (given, cut) => {
        const whole = createDoor()
        await whole.bring('web', given)
        const parts = createDoor()
        const at = Math.min(cut, given.length)
        if (at > 0) await parts.bring('web', given.slice(0, at))
        if (at < given.length) await parts.bring('web', given.slice(at), at)
        expect(all(parts)).toEqual(all(whole))
        await whole.bring('web', given)
        const twice = all(whole)
        expect(new Set(twice.records)).toEqual(new Set(all(parts).records))
        expect(new Set(twice.bad)).toEqual(new Set(all(parts).bad))
      }),
    )
  })
})

test.each<[string, Partial<KafkaConfig['sources']>, string]>([
  ['one of our own topics', { web: ['rb.web'] }, "kafka.sources.web: rb.web is one of Ringback's own topics"],
  ['a topic of two kinds', { web: ['t'], contacts: ['t'] }, 'kafka.sources.contacts: t is named under web, too'],
])('%s is refused as a source', (_, sources, message) => {
  const act = () => sourceKinds({ ...kafka, sources: { web: [], contacts: [], profiles: [], ...sources } })
  expect(act).toThrow(expect.objectContaining({ code: 'configuration', message }))
})

test('a batch of no source is a bug', async () => {
  const door = createKafkaDoor({
    intake: createIntake(tokeniser, rules),
    log: createSink(),
    kafka,
    clock: () => RECEIVED,
    metrics: countingMetrics().metrics,
    logger: NO_LOGGER,
  })
  const message: ReceivedMessage['value'] = Buffer.from('{}')
  await expect(door.onBatch(batchOf([message], { topic: 'other' }))).rejects.toThrow(TypeError)
})
