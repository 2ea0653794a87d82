/** Conclusions and bad rows from their topics into the tables: nothing is committed that is not in, and nothing is lost or doubled. */
import type { BadRow } from '@ringback/contracts'
import {
  encodeConclusion,
  encodeDeclaration,
  RingbackError,
  toBadRow,
  topicsOf,
  type VersionedConclusion,
} from '@ringback/pipeline'
import { NO_LOGGER } from '@ringback/runtime'
import { batchOf, countingMetrics } from '@ringback/testkit'
import * as fc from 'fast-check'
import { createTableStage, type TableStageParts } from './table-stage.ts'

const topics = topicsOf({ prefix: 'rb' })
const AT = Date.UTC(2026, 10, 16)

/** The tables, as ReplacingMergeTree would keep them. */
const createTables = () => {
  const lines: string[] = []
  const badRows = new Map<string, BadRow>()
  const feeds: [string, number][] = []
  const failures: Error[] = []
  const attempt = (): void => {
    const failure = failures.shift()
    if (failure) throw failure
  }
  const warehouse: TableStageParts['warehouse'] = {
    insertConclusions: async (conclusions, onUnwritable) => {
      attempt()
      for (const table of ['journeys', 'contacts'] as const)
        for (const line of (conclusions[table] ?? []).map(String))
          if (line.includes('poison')) onUnwritable({ table, line, cause: new RingbackError('warehouse', 'refused') })
          else lines.push(`${table} ${line}`)
    },
    insertBadRows: async (rows) => {
      attempt()
      for (const row of rows) badRows.set(row.id, row)
    },
    declareFeed: async (source, completeTo) => void feeds.push([source, completeTo]),
  }
  const standing = (): Map<string, string> => {
    const rows = new Map<string, { readonly version: bigint; readonly text: string }>()
    for (const line of lines) {
      const [, table = '', json = ''] = /^(\w+) (.*)$/.exec(line) ?? []
      const row = JSON.parse(json) as { journey_id?: string; contact_id?: string; version: string; is_deleted: number }
      const key = `${table} ${row.journey_id ?? row.contact_id}`
      const known = rows.get(key)
      const version = BigInt(row.version)
      if (!known || version >= known.version) rows.set(key, { version, text: row.is_deleted ? '' : json })
    }
    return new Map([...rows].flatMap(([key, { text }]) => (text === '' ? [] : [[key, text] as const])))
  }
  return { warehouse, lines, badRows, feeds, failures, standing }
}

const createStage = (tables = createTables()) => {
  const { metrics, counts } = countingMetrics()
  const logged: object[] = []
  const say = (fields: object): void => void logged.push(fields)
  const stage = createTableStage({
    warehouse: tables.warehouse,
    topics,
    metrics,
    logger: { ...NO_LOGGER, warn: say, error: say },
    times: { pause: () => Promise.resolve(), longestMs: 250, backlogMs: 20, mostBytes: 1e6 },
  })
  const commits: number[] = []
  const bring = (topic: string, values: readonly (string | null)[], offset = 0, partition = 0) =>
    stage.onBatch(batchOf(values, { topic, partition, offset, onCommit: (to) => commits.push(to) }))
  return { ...tables, stage, bring, commits, counts, logged }
}

const conclusionOf = (
  kind: 'journey' | 'contact',
  id: string,
  version: number,
  more?: string,
): VersionedConclusion => ({
  kind,
  id,
  json: more === undefined ? undefined : JSON.stringify({ [`${kind}_id`]: id, more }),
  version: String(version),
})
const badRow = toBadRow(
  { reason: 'json', pointer: '' },
  { place: 'site.events/0/7', kind: 'web', source: null, received: AT },
)

test('rows, withdrawals, bad rows and declarations go where they belong, and then it commits', async () => {
  const { bring, lines, badRows, feeds, commits, counts } = createStage()
  await bring(
    topics.conclusions,
    [
      encodeConclusion(conclusionOf('journey', 'j', 7, 'x')),
      encodeConclusion(conclusionOf('contact', 'c', 8)),
      encodeDeclaration({ source: 'telephony', completeTo: AT }).value,
      encodeDeclaration({ source: 'telephony', completeTo: AT - 1 }).value,
    ],
    10,
  )
  const sealed = { ...badRow, id: 'of http', sealed: 'v1.copy', sealed_until: '2026-12-16T12:00:00.000Z' }
  await bring(topics.badRows, [JSON.stringify(badRow), JSON.stringify(sealed)])
  expect(lines).toEqual([
    'journeys {"journey_id":"j","more":"x","version":"7","is_deleted":0}',
    'contacts {"contact_id":"c","version":"8","is_deleted":1}',
  ])
  expect([...badRows.values()]).toEqual([badRow, sealed])
  expect(feeds).toEqual([['telephony', AT]])
  expect(commits).toEqual([14, 2])
  expect(counts).toMatchObject({ 'sent.journeys': 1, 'sent.contacts': 1, 'sent.bad-rows': 2 })
})

test('while the tables are away nothing is committed and it says so; when they are back, nothing is lost', async () => {
  const { stage, bring, commits, failures, standing } = createStage()
  const away = new RingbackError('warehouse', 'ClickHouse failed at insert-journeys (ECONNREFUSED).', {
    retryable: true,
  })
  failures.push(away, away)
  const values = [encodeConclusion(conclusionOf('journey', 'j', 7, 'x'))]
  for (let i = 0; i < 2; i++) await expect(bring(topics.conclusions, values)).rejects.toBe(away)
  expect(commits).toEqual([])
  expect(stage.failure()).toBe(away.message)
  await bring(topics.conclusions, values)
  expect(commits).toEqual([1])
  expect(stage.failure()).toBeUndefined()
  expect([...standing().keys()]).toEqual(['journeys j'])
})

test('partitions that come at once are one insert', async () => {
  const tables = createTables()
  const inserts: number[] = []
  const { bring } = createStage({
    ...tables,
    warehouse: {
      ...tables.warehouse,
      insertConclusions: async ({ journeys = [] }) => void inserts.push(journeys.length),
    },
  })
  const one = (id: string) => encodeConclusion(conclusionOf('journey', id, 1, 'x'))
  await Promise.all([0, 1, 2].map((p) => bring(topics.conclusions, [one(`j-${p}`)], 0, p)))
  expect(inserts).toEqual([3])
})

test('a row that the tables refuse is reported without what it holds, and passed over', async () => {
  const { bring, commits, counts, logged, standing } = createStage()
  const values = ['x', 'poison', 'y'].map((more, i) => encodeConclusion(conclusionOf('journey', `j-${i}`, 1, more)))
  await bring(topics.conclusions, values)
  expect(commits).toEqual([3])
  expect([...standing().keys()]).toEqual(['journeys j-0', 'journeys j-2'])
  expect(counts['bad.refused']).toBe(1)
  expect(logged).toMatchObject([{ table: 'journeys' }])
  expect(JSON.stringify(logged)).not.toContain('poison')
})

test.each([
  [topics.conclusions, 'x'],
  [topics.conclusions, '{"id":"j","kind":"journey"}'],
  [topics.badRows, '7'],
  [topics.badRows, JSON.stringify({ ...badRow, reason: 'mood' })],
  [topics.badRows, JSON.stringify({ ...badRow, received_at: 'once' })],
  [topics.badRows, JSON.stringify({ ...badRow, sealed: 'v1.copy' })],
])('on %s, %s is none of ours: it is passed over, counted and named by its place', async (topic, value) => {
  const { bring, commits, counts, logged } = createStage()
  await bring(topic, [value, null], 4)
  expect(commits).toEqual([6])
  expect(counts).toEqual({ 'bad.malformed': 1, 'dropped.tombstone': 1 })
  expect(logged).toMatchObject([{ topic, partition: 0, offset: 4 }])
})

test('whoever waits for slow tables stays a member of its group', async () => {
  const tables = createTables()
  let beats = 0
  let finish: () => void = () => undefined
  const { stage } = createStage({
    ...tables,
    warehouse: {
      ...tables.warehouse,
      insertConclusions: () => new Promise((resolve) => (finish = resolve)),
    },
  })
  const batch = batchOf([encodeConclusion(conclusionOf('journey', 'j', 1, 'x'))], { topic: topics.conclusions })
  await stage.onBatch({
    ...batch,
    heartbeat: async () => {
      if (++beats === 3) finish()
    },
  })
  expect(beats).toBeGreaterThanOrEqual(3)
})

test('order within a partition apart, batches and repetition do not matter to what stands in the end', async () => {
  const conclusion = fc
    .tuple(fc.constantFrom('journey' as const, 'contact' as const), fc.nat(3), fc.nat(30), fc.boolean())
    .map(([kind, id, version, isRow]) => conclusionOf(kind, `${id}`, version, isRow ? `v${version}` : undefined))
  /** One (id, version), one row: HOUSEHOLD-LOG, invariant 3. */
  const conclusions = fc.uniqueArray(conclusion, {
    selector: ({ kind, id, version }) => `${kind} ${id} ${version}`,
    minLength: 1,
    maxLength: 20,
  })
  const run = async (given: readonly VersionedConclusion[], cut: number) => {
    const { bring, standing, counts } = createStage()
    for (const part of [given.slice(0, cut), given.slice(cut)])
      if (part.length > 0) await bring(topics.conclusions, part.map(encodeConclusion))
    expect((counts['sent.journeys'] ?? 0) + (counts['sent.contacts'] ?? 0)).toBe(given.length)
    return standing()
  }
  await fc.assert(
    fc.asyncProperty(conclusions, fc.nat(20), fc.nat(20), async (given, a, b) => {
      const once = await run(given, a)
      expect(await run(given.toReversed(), b)).toEqual(once)
      expect(await run([...given, ...given], b)).toEqual(once)
    }),
  )
})
