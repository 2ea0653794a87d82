/** The fast law and the slow, plainly written one say the same of worlds full of edges. */
import { referenceLaw } from '@ringback/testkit'
import { judgeRecords } from './judge-records.ts'
import { createWorld } from './worlds.ts'

const SEEDS = Number(process.env['RINGBACK_SEEDS'] ?? (process.env['CI'] ? 3_000 : 800))
const FIRST = Number(process.env['RINGBACK_SEED'] ?? 1)

const without = (row: object, ...keys: string[]) =>
  Object.fromEntries(Object.entries(row).filter(([key]) => !keys.includes(key)))

const compare = (seed: number): void => {
  const { world, config, records, plain } = createWorld(seed)
  const expected = referenceLaw(plain, world.config)
  const said = judgeRecords(config, records)
  for (const [kind, table] of [
    ['journey', expected.journeys],
    ['contact', expected.contacts],
  ] as const) {
    const own = ['tokens', 'rule_version', 'resumable_until', 'version']
    const rows = new Map(said.filter((one) => one.kind === kind).map(({ id, row }) => [id, without(row, ...own)]))
    const wanted = new Map(table.map((row) => [String((row as never)[`${kind}_id`]), without(row, ...own)] as const))
    expect(rows).toEqual(wanted)
  }
}

test(`${SEEDS} worlds from seed ${FIRST} on`, () => {
  for (let seed = FIRST; seed < FIRST + SEEDS; seed++)
    try {
      compare(seed)
    } catch (cause) {
      throw new Error(`world ${seed}: RINGBACK_SEED=${seed} RINGBACK_SEEDS=1 npx jest test/scenarios/reference`, {
        cause,
      })
    }
})
