/** Records on their topics become facts on the household log: in any batches, any number of times, whoever else writes there. */
import { configSchema, type EdgeRecord, type RecordKind, toTopicRecord } from '@ringback/contracts'
import { decodeMessage, type FactsMessage } from '@ringback/households'
import { createRules, mergeHousehold } from '@ringback/journeys'
import { RingbackError, topicsOf } from '@ringback/pipeline'
import { NO_LOGGER } from '@ringback/runtime'
import { batchOf, countingMetrics, createSink, type Sink } from '@ringback/testkit'
import * as fc from 'fast-check'
import { createAssembleStage } from './assemble-stage.ts'
import { createAssemble } from './assemble.ts'

const AT = Date.UTC(2026, 10, 16)
const topics = topicsOf({ prefix: 'rb' })
const rules = createRules(
  configSchema.parse({ council: { name: 'B', timezone: 'Europe/London' }, tasks: [{ id: 'bin', urls: ['/bins*'] }] }),
)

const event = (id: number, session = id % 3): EdgeRecord => ({
  kind: 'web',
  id: `e-${id}`,
  at: AT + id * 60_000,
  session: `s-${session}`,
  type: id % 2 === 0 ? 'page_view' : 'task_started',
  source: 'web',
  isPublic: true,
  received: AT + 3_600_000,
  tokens: [`email:${id % 4}`],
  url: 'b.gov.uk/bins',
})
const leg = (revision: number): EdgeRecord => {
  const canonical = JSON.stringify({
    channel: 'phone',
    id: 'c',
    identifiers: [],
    revision,
    source: 't',
    time: '2026-11-16T09:00:00Z',
  })
  const names = { source: 't', conversation: 'c', id: 'c', revision }
  return { kind: 'contacts', ...names, canonical, received: AT, tokens: [], shows: true }
}

const createStage = (sink: Sink = createSink(), accepts?: (record: EdgeRecord) => boolean) => {
  const { metrics, counts } = countingMetrics()
  const logged: object[] = []
  const stage = createAssembleStage({
    assemble: createAssemble(rules),
    log: sink,
    topics,
    metrics,
    logger: { ...NO_LOGGER, warn: (fields) => void logged.push(fields) },
    ...(accepts && { accepts }),
  })
  let committed: number | undefined
  return {
    sink,
    counts,
    logged,
    committed: () => committed,
    bring: (kind: RecordKind, values: readonly (string | null)[], offset = 0) =>
      stage.onBatch(batchOf(values, { topic: topics[kind], partition: 1, offset, onCommit: (to) => (committed = to) })),
    messages: () => sink.of('rb.households').map(({ key, value }) => decodeMessage(key, value ?? '') as FactsMessage),
  }
}

/** What is known in the end, whatever messages brought it. */
const known = (messages: readonly FactsMessage[]) =>
  messages.reduce<FactsMessage['facts']>((facts, message) => mergeHousehold(facts, message.facts), [])

test('records of a carrier of a batch are one message to its node, which says that they are its own', async () => {
  const { bring, messages, committed, counts } = createStage()
  await bring(
    'web',
    [1, 2, 4].map((id) => toTopicRecord(event(id))),
    5,
  )
  expect(messages().map(({ node, isOwn }) => [node, isOwn])).toEqual([
    ['session:s-1', true],
    ['session:s-2', true],
  ])
  expect(counts).toEqual({ 'sent.households': 2 })
  expect(committed()).toBe(8)
})

test('a message may hold several records', async () => {
  const { bring, messages } = createStage()
  await bring('web', [`[${[1, 4, 7].map((id) => toTopicRecord(event(id))).join()}]`])
  expect(known(messages())).toEqual(createAssemble(rules)([1, 4, 7].map((id) => event(id))).messages[0]?.facts)
})

test('facts that are larger than a message can be go in several with the same key', async () => {
  const { bring, sink } = createStage()
  const legs = Array.from({ length: 400 }, (_, i) => {
    const canonical = JSON.stringify({
      channel: 'phone',
      id: `c-${i}`,
      queue: 'q'.repeat(2_000),
      source: 't',
      time: '2026-11-16T09:00:00Z',
    })
    return toTopicRecord({
      kind: 'contacts',
      source: 't',
      conversation: 'c',
      id: `c-${i}`,
      revision: 0,
      canonical,
      received: AT,
      tokens: [],
      shows: true,
    })
  }).map((json) => json.replace('"channel"', '"conversation":"c","channel"'))
  await bring('contacts', legs)
  const sent = sink.of('rb.households')
  expect(sent.length).toBeGreaterThan(1)
  expect(new Set(sent.map(({ key }) => key))).toEqual(new Set(['contact:t:c']))
  for (const { value } of sent) expect(value?.length).toBeLessThanOrEqual(512 * 1024)
})

test.each([
  'x',
  '7',
  'null',
  '{}',
  '[7]',
  JSON.stringify({
    id: '1',
    time: '2026-11-16T09:00:00Z',
    session: 's',
    type: 'page_view',
    source: 'web',
    identifiers: [],
  }),
  toTopicRecord(event(1)).replace('"session"', '"sitting"'),
  toTopicRecord(event(1)).replace('task_started', 'winked'),
  toTopicRecord(event(1)).replace('["email:1"]', '{"email":"jo@example.org"}'),
  toTopicRecord(event(1)).replace('"source":"web"', '"source":7'),
])('%s is none of ours: it is passed over, counted and named by its place', async (value) => {
  const { bring, messages, counts, logged, committed } = createStage()
  await bring('web', [toTopicRecord(event(1)), value, null, toTopicRecord(event(2))], 10)
  expect(messages()).toHaveLength(2)
  expect(counts).toMatchObject({ 'bad.malformed': 1, 'dropped.tombstone': 1, 'sent.households': 2 })
  expect(logged).toMatchObject([{ topic: 'rb.web', partition: 1, offset: 11 }])
  expect(JSON.stringify(logged)).not.toContain('jo@example.org')
  expect(committed()).toBe(14)
})

test('nothing is committed before the household log has taken it', async () => {
  const away = new RingbackError('store', 'away', { retryable: true })
  const stage = createStage(createSink(() => away))
  await expect(stage.bring('web', [toTopicRecord(event(1)), toTopicRecord(event(2))])).rejects.toBe(away)
  expect(stage.committed()).toBeUndefined()
})

test('what is not wanted is dropped, counted, and done with', async () => {
  const { bring, messages, counts, committed } = createStage(createSink(), ({ id }) => id === 'e-1')
  await bring(
    'web',
    [1, 2, 3].map((id) => toTopicRecord(event(id))),
  )
  expect(messages().map(({ node }) => node)).toEqual(['session:s-1'])
  expect(counts['dropped.not_wanted']).toBe(2)
  expect(committed()).toBe(3)
})

test('order, repetition and batches do not matter to what is known in the end', async () => {
  const record = fc.oneof(
    fc.nat(11).map((id) => event(id)),
    fc.nat(3).map((revision) => leg(revision)),
  )
  const run = async (records: readonly EdgeRecord[], cut: number) => {
    const stage = createStage()
    const values = (kind: RecordKind) => records.filter((one) => one.kind === kind).map(toTopicRecord)
    for (const kind of ['web', 'contacts'] as const)
      for (const part of [values(kind).slice(0, cut), values(kind).slice(cut)])
        if (part.length > 0) await stage.bring(kind, part)
    return known(stage.messages())
  }
  await fc.assert(
    fc.asyncProperty(
      fc.array(record, { minLength: 1, maxLength: 12 }),
      fc.nat(12),
      fc.nat(12),
      async (records, a, b) => {
        const once = await run(records, a)
        expect(await run(records.toReversed(), b)).toEqual(once)
        expect(await run([...records, ...records], b)).toEqual(once)
        const carriers = new Set(records.map((one) => (one.kind === 'web' ? one.session : one.source)))
        expect(once).toHaveLength(carriers.size)
      },
    ),
  )
})
