/** The cluster, by its command line and on real servers: what comes out is what comes out of the embedded mode. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Native, randomWorld, startNative } from '@ringback/testkit'
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
  native = await startNative(['kafka', 'redis', 'clickhouse'])
})
afterAll(() => native?.stop())

/** Skipped, loudly by `startNative`, where this machine has no servers. */
const onServers = (says: string, check: (servers: Native) => Promise<void>): void => {
  test(says, async () => {
    if (native) await check(native)
  })
}

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
  onServers(`world ${seed}: an import ends in the tables of the embedded mode`, async (servers) => {
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

const example = (title: RegExp) =>
  readFileSync(EXAMPLES, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Records & Record<string, unknown>)
    .filter((one) => one['expected'] && (one['expected'] as Record<string, unknown>)['task_rates'])
    .find((one) => title.test(String(one['title'])))

if (!existsSync(EXAMPLES)) {
  console.warn(`SKIPPED: the worked examples of the law are not at ${EXAMPLES}`)
} else
  for (const title of [/./])
    onServers(`a worked example with its rates, declared complete: ${title}`, async (servers) => {
      const one = example(title)
      if (!one) throw new Error(`no example is called ${title}`)
      const complete = one['complete_to'] === undefined ? [] : ['--complete-to', String(one['complete_to'])]
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
