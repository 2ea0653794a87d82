/** The cluster, by its command line and on real servers: what comes out is what comes out of the embedded mode. */
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { createKafkaLog } from '@ringback/kafka-log'
import { type Native, randomWorld, startNative, until } from '@ringback/testkit'
import { type Cluster, createCluster, type Running } from './cluster.ts'
import { type Bench, comparable, createBench, ndjson, NOW } from './command-line.ts'

const EXAMPLES = join(__dirname, '../../../shared/examples/law.ndjson')
const MINUTE_MS = 60_000
const KINDS = ['web', 'contacts', 'profiles'] as const
const TABLES = ['journeys', 'contacts', 'task-rates', 'contact-rates'] as const
/** Later than everything in a world, its days alone included. */
const LATER = '2028-01-01T00:00:00Z'
jest.setTimeout(5 * MINUTE_MS)

let native: Native | undefined
beforeAll(async () => {
  // Where this machine has no servers it says so, and every test is skipped.
  native = await startNative(['kafka', 'redis', 'clickhouse'])
})
afterAll(() => native?.stop())

type Records = Readonly<Record<(typeof KINDS)[number], readonly unknown[]>>

const importAll = (bench: Bench, records: Records, ...args: readonly string[]) => {
  const files = KINDS.map((kind) => bench.file(`${kind}.ndjson`, ndjson(records[kind])))
  const ran = bench.run(['import', ...files, '--json', ...args])
  expect(ran).toMatchObject({ status: 0 })
  return JSON.parse(ran.stdout) as Record<string, unknown>
}

const tablesOf = (bench: Bench, now = LATER) =>
  Object.fromEntries(TABLES.map((name) => [name, comparable(bench.rows(name, '--now', now))]))

const embedded = (config: object, records: Records, ...args: readonly string[]) => {
  const bench = createBench(config)
  const summary = importAll(bench, records, '--now', LATER, ...args)
  return { bench, summary }
}

const withCluster = async (
  servers: Native,
  config: object,
  check: (cluster: Cluster, running: Running) => Promise<void>,
): Promise<void> => {
  const cluster = createCluster(servers, config)
  const running = await cluster.start()
  try {
    await running.untilReady()
    await check(cluster, running)
  } finally {
    await running.stop()
  }
}

const sizes = { scenes: [8, 12] } as const

for (const seed of [3, 17, 29])
  test(`world ${seed}: an import ends in the tables of the embedded mode`, async () => {
    const servers = native
    if (!servers) return
    const world = randomWorld(seed, sizes)
    const { bench, summary } = embedded(world.config, world)
    await withCluster(servers, world.config, async (cluster) => {
      const told = importAll(cluster, world, '--now', LATER)
      expect({ ...told, seconds: 0, counted: { ...(told['counted'] as object), superseded: 0 } }).toEqual({
        ...summary,
        seconds: 0,
        counted: { ...(summary['counted'] as object), superseded: 0 },
      })
      expect(tablesOf(cluster)).toEqual(tablesOf(bench))
      // Once more: nothing changes, and nothing is waited for in vain.
      importAll(cluster, world, '--now', LATER)
      expect(tablesOf(cluster)).toEqual(tablesOf(bench))
    })
  })

if (!existsSync(EXAMPLES)) console.warn(`SKIPPED: the worked examples of the law are not at ${EXAMPLES}`)
else {
  const examples = readFileSync(EXAMPLES, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Records & Readonly<Record<string, unknown>>)
    .filter(({ complete_to, expected }) => complete_to !== undefined && Object.hasOwn(expected as object, 'task_rates'))
  for (const one of examples.slice(0, 2))
    test(`${String(one['title'])}: rates of feeds that are declared complete`, async () => {
      const servers = native
      if (!servers) return
      const complete = ['--complete-to', String(one['complete_to'])]
      const now = typeof one['now'] === 'string' ? one['now'] : NOW
      const config = one['catalogue'] as object
      const { bench } = embedded(config, one, ...complete)
      await withCluster(servers, config, async (cluster) => {
        importAll(cluster, one, '--now', LATER, ...complete)
        expect(tablesOf(cluster, now)).toEqual(tablesOf(bench, now))
        for (const table of ['task-rates', 'contact-rates'])
          expect(cluster.rows(table, '--publish', '--now', now)).toEqual(bench.rows(table, '--publish', '--now', now))
      })
    })
}

const halves = (records: Records): readonly [Records, Records] => {
  const half = (which: number): Records => {
    const some = (kind: keyof Records) => records[kind].filter((_, i) => i % 2 === which)
    return { web: some('web'), contacts: some('contacts'), profiles: some('profiles') }
  }
  return [half(0), half(1)]
}

test('records on topics of the council’s own, and what is wrong with some of them', async () => {
  const servers = native
  if (!servers) return
  const world = randomWorld(41, sizes)
  const { bench } = embedded(world.config, world)
  const cluster = createCluster(servers, world.config)
  const sources = Object.fromEntries(KINDS.map((kind) => [kind, [`${cluster.prefix}.site.${kind}`]]))
  cluster.configure(world.config, { sources })
  expect(cluster.run(['topics', 'create'])).toMatchObject({ status: 0 })
  const log = createKafkaLog({ brokers: servers.kafka?.brokers ?? [], clientId: 'test', clock: Date.now })
  const running = await cluster.start()
  try {
    await running.untilReady()
    for (const kind of KINDS) {
      const records = world[kind]
      const messages = Array.from({ length: Math.ceil(records.length / 3) }, (_, i) => {
        const some = records.slice(3 * i, 3 * i + 3)
        // One a message, or an array.
        return { key: `${i}`, value: JSON.stringify(some.length === 1 ? some[0] : some) }
      })
      await log.append(`${cluster.prefix}.site.${kind}`, messages)
    }
    const topic = `${cluster.prefix}.site.web`
    const before = await log.bounds(topic)
    await log.append(topic, [
      { key: '', value: '{"id": "cut', partition: 1 },
      { key: '', value: null, partition: 1 },
      { key: '', value: '[{"session":"s","type":"dance","id":"1","time":"2026-11-16T09:00:00Z"}]', partition: 1 },
    ])
    const ends = await log.bounds(topic)
    await until(async () => {
      const committed = await Promise.all(
        KINDS.map(async (kind) => {
          const own = await log.committed(`${cluster.prefix}.collector`, `${cluster.prefix}.site.${kind}`)
          const bounds = await log.bounds(`${cluster.prefix}.site.${kind}`)
          return bounds.every(({ end }, partition) => end === 0 || own[partition] === end)
        }),
      )
      return committed.every(Boolean)
    })
    importAll(cluster, { web: [], contacts: [], profiles: [] })
    expect(tablesOf(cluster)).toEqual(tablesOf(bench))
    const first = before[1]?.end ?? 0
    expect(ends[1]?.end).toBe(first + 3)
    const told = cluster.rows('bad-rows').map((row) => [row['place'], row['reason'], row['pointer'], row['kind']])
    expect(told.toSorted((a, b) => String(a).localeCompare(String(b)))).toEqual([
      [`${topic}/1/${first}`, 'json', '', 'web'],
      [`${topic}/1/${first + 2}`, 'unknown_type', '/0/type', 'web'],
    ])
  } finally {
    await running.stop()
    await log.close()
  }
})

test('records through the HTTP doors of a collector, and what is wrong with some of them', async () => {
  const servers = native
  if (!servers) return
  const world = randomWorld(41, sizes)
  const { bench } = embedded(world.config, world)
  await withCluster(servers, world.config, async (cluster, { url }) => {
    const makeKey = (kind: string): string => {
      const made = cluster.run(['keys', 'create', kind, '--json'])
      expect(made).toMatchObject({ status: 0 })
      return (JSON.parse(made.stdout) as { key: string }).key
    }
    const [write, secret] = [makeKey('write'), makeKey('secret')]
    const post = async (door: string, key: string, body: unknown) => {
      const answer = await fetch(`${url}/v1/${door}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
      return { status: answer.status, body: (await answer.json()) as { accepted?: number; bad?: unknown[] } }
    }
    // The key file is looked at once a second.
    await until(async () => (await post('events', write, [])).status === 202)
    const sent = [
      ['events', write, world.web],
      ['contacts', secret, world.contacts],
      ['profiles', secret, world.profiles],
    ] as const
    for (const [door, key, records] of sent) {
      expect(await post(door, key, records)).toEqual({ status: 202, body: { accepted: records.length, bad: [] } })
      // Twice: nothing changes.
      expect((await post(door, key, records)).status).toBe(202)
    }
    expect((await post('contacts', write, world.contacts)).status).toBe(403)
    expect(
      await post('events', write, [{ id: 'x', session: 's', type: 'nonsense', time: '2026-11-16T09:00:00Z' }]),
    ).toEqual({ status: 202, body: { accepted: 0, bad: [{ index: 0, reason: 'unknown_type', pointer: '/type' }] } })
    // An import ends when all that came before it is in the tables, too.
    importAll(cluster, { web: [], contacts: [], profiles: [] }, '--now', LATER)
    await until(() => JSON.stringify(tablesOf(cluster)) === JSON.stringify(tablesOf(bench)))
    await until(() => cluster.rows('bad-rows').length === 1)
    expect(cluster.rows('bad-rows')).toMatchObject([{ kind: 'web', reason: 'unknown_type', pointer: '/0/type' }])
  })
})

test('a changed catalogue: nothing is folded until `rejudge`, then the tables are those of a fresh start', async () => {
  const servers = native
  if (!servers) return
  const world = randomWorld(3, sizes)
  const changed = {
    ...world.config,
    tasks: (world.config.tasks ?? []).map((task) => ({ ...task, window: '3h', scope: 'person' })),
    topics: [],
    costs: { web: 1, phone: 0.5, email: 2 },
  }
  const [first, second] = halves(world)
  const cluster = createCluster(servers, world.config)
  const before = await cluster.start()
  await before.untilReady()
  importAll(cluster, first, '--now', LATER)
  expect(cluster.run(['doctor']).stdout).toMatch(/^ok rules: /m)
  const former = tablesOf(cluster)
  expect(await before.stop()).toMatchObject({ status: 0 })

  cluster.configure(changed)
  expect(cluster.run(['doctor']).stdout).toMatch(/^warn rules: .*ringback rejudge/m)
  const after = await cluster.start()
  try {
    await until(async () => (await after.readiness()).includes('ringback rejudge'))
    const rejudged = cluster.run(['rejudge', '--json'])
    expect(rejudged).toMatchObject({ status: 0 })
    expect((JSON.parse(rejudged.stdout) as { judged: number }).judged).toBeGreaterThan(0)
    await after.untilReady()
    const { bench } = embedded(changed, first)
    expect(tablesOf(cluster)).toEqual(tablesOf(bench))
    expect(tablesOf(cluster)).not.toEqual(former)
    // Once more changes nothing, and what comes later is judged by the same rules.
    expect(cluster.run(['rejudge'])).toMatchObject({ status: 0 })
    importAll(cluster, second, '--now', LATER)
    importAll(bench, second, '--now', LATER)
    expect(tablesOf(cluster)).toEqual(tablesOf(bench))
  } finally {
    await after.stop()
  }
})

test('another number of partitions: the household log begins anew with all that is remembered', async () => {
  const servers = native
  if (!servers) return
  const world = randomWorld(17, sizes)
  const [first, second] = halves(world)
  const { bench } = embedded(world.config, first)
  const cluster = createCluster(servers, world.config)
  const before = await cluster.start()
  await before.untilReady()
  importAll(cluster, first, '--now', LATER)
  const former = tablesOf(cluster)
  const anew = ['topics', 'create', '--anew', '--json']

  cluster.configure(world.config, { partitions: 6 })
  expect(cluster.run(['topics', 'create'])).toMatchObject({ status: 2, stderr: expect.stringContaining('--anew') })
  expect(cluster.run(anew)).toMatchObject({ status: 2, stderr: expect.stringContaining('kafka.generation') })
  cluster.configure(world.config, { partitions: 6, generation: 1 })
  expect(cluster.run(anew)).toMatchObject({ status: 3, stderr: expect.stringContaining('at work') })
  await before.stop()

  const log = createKafkaLog({ brokers: servers.kafka?.brokers ?? [], clientId: 'test', clock: Date.now })
  // Something comes that nobody has folded.
  await log.append(`${cluster.prefix}.households`, [{ key: 'x', value: '{"kind":"judge"}', partition: 0 }])
  expect(cluster.run(anew)).toMatchObject({ status: 3, stderr: expect.stringContaining('1 messages wait') })
  cluster.configure(world.config)
  const again = await cluster.start()
  await again.untilReady()
  importAll(cluster, { web: [], contacts: [], profiles: [] })
  await again.stop()

  cluster.configure(world.config, { partitions: 6, generation: 1 })
  const made = cluster.run(anew)
  expect(made).toMatchObject({ status: 0 })
  const { households } = JSON.parse(made.stdout) as { households: number }
  expect(households).toBeGreaterThan(0)
  // As after a crash between two of its steps, and at its end: the same again.
  await log.deleteTopics([`${cluster.prefix}.households`])
  expect(JSON.parse(cluster.run(anew).stdout)).toMatchObject({ households })
  expect(JSON.parse(cluster.run(anew).stdout)).toMatchObject({ households })
  await log.close()
  const after = await cluster.start()
  try {
    await after.untilReady()
    importAll(cluster, { web: [], contacts: [], profiles: [] })
    expect(tablesOf(cluster)).toEqual(former)
    expect(former).toEqual(tablesOf(bench))
    importAll(cluster, second, '--now', LATER)
    importAll(bench, second, '--now', LATER)
    expect(tablesOf(cluster)).toEqual(tablesOf(bench))
    expect(cluster.run(['doctor']).stdout).not.toMatch(/^fail/m)
  } finally {
    await after.stop()
  }
})

const redisCommand = async ({ redis }: Native, command: string): Promise<void> => {
  const { hostname, port } = new URL(redis?.url ?? '')
  const socket = connect({ host: hostname, port: Number(port) })
  socket.write(`${command}\r\n`)
  await once(socket, 'data')
  socket.destroy()
}

test('Redis is emptied, and every service is stopped and started again: the tables are the same', async () => {
  const servers = native
  if (!servers) return
  const world = randomWorld(29, sizes)
  const [first, second] = halves(world)
  const { bench } = embedded(world.config, world)
  const cluster = createCluster(servers, world.config)
  const names = ['collector', 'assembler', 'correlator', 'writer', 'insights'] as const
  const startAll = async () => {
    const services = await Promise.all(names.map((name) => cluster.startService(name)))
    await Promise.all(services.map((service) => service.untilReady()))
    return services
  }
  const before = await startAll()
  importAll(cluster, first, '--now', LATER)
  await redisCommand(servers, 'FLUSHALL')
  for (const service of before) {
    const { status, ms } = await service.stop()
    expect(status).toBe(0)
    expect(ms).toBeLessThan(10_000)
  }
  const after = await startAll()
  importAll(cluster, second, '--now', LATER)
  await redisCommand(servers, 'FLUSHALL')
  importAll(cluster, world, '--now', LATER)
  expect(tablesOf(cluster)).toEqual(tablesOf(bench))
  await Promise.all(after.map((service) => service.stop()))
})

test('nothing works: import says what waits, doctor what is missing', async () => {
  const servers = native
  if (!servers) return
  const cluster = createCluster(servers, { council: { name: 'B', timezone: 'Europe/London' } })
  const checks = cluster.run(['doctor'])
  expect(checks.status).toBe(3)
  for (const service of ['assembler', 'correlator', 'writer'])
    expect(checks.stdout).toContain(`fail ${service}: it does not run`)
  expect(checks.stdout).toMatch(/^fail tables: /m)
  expect(cluster.run(['import', 'nowhere.ndjson'])).toMatchObject({ status: 2 })
  expect(cluster.run(['export', 'journeys'])).toMatchObject({ status: 3, stderr: expect.stringContaining('writer') })
})
