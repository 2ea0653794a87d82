/** Any order, any batching, any repetition, any interleaving of partitions: the same rows as all records judged at once. */
import { createRules } from '@ringback/journeys'
import { judgeRecords } from '../scenarios/judge-records.ts'
import { createWorld } from '../scenarios/worlds.ts'
import { runLog, standing } from './partitioned-log.ts'
import { createRandom } from './random.ts'

const SEEDS = Number(process.env['RINGBACK_SEEDS'] ?? (process.env['CI'] ? 1_500 : 400))
const FIRST = Number(process.env['RINGBACK_SEED'] ?? 1)
const SCHEDULES = 3

const check = (seed: number): void => {
  const { world, config, records } = createWorld(seed)
  const rules = createRules(config)
  const expected = new Map(
    judgeRecords(config, records).map(({ kind, id, row }) => [`${kind}|${id}`, JSON.stringify(row)]),
  )
  for (let schedule = 0; schedule < SCHEDULES; schedule++) {
    const random = createRandom(seed * 1_000 + schedule)
    const repeated = [...records, ...records.filter(() => random.below(4) === 0)]
    const batches = []
    for (let rest = random.shuffle(repeated); rest.length > 0;) batches.push(rest.splice(0, 1 + random.below(12)))
    // All at once, or spread over nearly a whole retention: households then refresh themselves on the way.
    const span = random.below(2) * 0.95 * config.defaults.retention
    const times = batches.map((_, k) => world.now + Math.floor((k / batches.length) * span))
    const table = runLog(batches, { partitions: 1 + random.below(5), rules, times, scheduler: random })
    expect(standing(table)).toEqual(expected)
  }
}

test(`${SEEDS} worlds from seed ${FIRST} on, ${SCHEDULES} schedules each`, () => {
  for (let seed = FIRST; seed < FIRST + SEEDS; seed++)
    try {
      check(seed)
    } catch (cause) {
      throw new Error(`world ${seed}: RINGBACK_SEED=${seed} RINGBACK_SEEDS=1 npx jest test/simulation`, { cause })
    }
})
