/** A changed catalogue: the next import judges anew what is remembered, and the tables are those of a fresh start. */
import { randomWorld } from '@ringback/testkit'
import { comparable, createBench, ndjson } from './command-line.ts'

const KINDS = ['web', 'contacts', 'profiles'] as const
/** Later than everything in a world, its days alone included. */
const NOW = '2028-01-01T00:00:00Z'

test.each([3, 17])(
  'world %i, with other windows, topics and costs',
  (seed) => {
    const world = randomWorld(seed, { scenes: [12, 16] })
    const changed = {
      ...world.config,
      tasks: (world.config.tasks ?? []).map((task) => ({ ...task, window: '3h', scope: 'person' })),
      topics: [],
      costs: { web: 1, phone: 0.5, email: 2 },
    }
    const bench = createBench(world.config)
    const files = KINDS.map((kind) => bench.file(`${kind}.ndjson`, ndjson(world[kind])))
    expect(bench.run(['import', ...files, '--now', NOW]).status).toBe(0)
    const before = comparable(bench.rows('journeys'))

    bench.file('ringback.yaml', JSON.stringify(changed))
    const doctor = bench.run(['doctor', '--now', NOW]).stdout
    expect(doctor).toMatch(/^warn rules: /m)
    const imported = bench.run(['import', bench.file('empty.ndjson', ''), '--now', NOW])
    expect(imported).toMatchObject({ status: 0, stderr: expect.stringContaining('judged anew') as string })

    const fresh = createBench(changed)
    expect(fresh.run(['import', ...files, '--now', NOW]).status).toBe(0)
    for (const name of ['journeys', 'contacts'])
      expect(comparable(bench.rows(name))).toEqual(comparable(fresh.rows(name)))
    const after = comparable(bench.rows('journeys'))
    expect(after).not.toEqual(before)
    const rejudged = bench.run(['rejudge', '--json', '--now', NOW])
    expect(rejudged).toMatchObject({ status: 0 })
    expect((JSON.parse(rejudged.stdout) as { judged: number }).judged).toBeGreaterThan(0)
    expect(comparable(bench.rows('journeys'))).toEqual(after)
  },
  180_000,
)
