/** Killed at any moment and started again, an import ends in the tables of an undisturbed one. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { COUNCIL_CONFIG, writeCouncilFiles } from '../bench/council-files.ts'
import { createRandom } from '../simulation/random.ts'
import { comparable, createBench } from './command-line.ts'

const KILLS = 30
const EVENTS = 40_000
const NOW = '2026-10-01T00:00:00Z'

test(`SIGKILL at ${KILLS} random moments of an import`, async () => {
  const calm = createBench(COUNCIL_CONFIG)
  await writeCouncilFiles(calm.folder, EVENTS, EVENTS * 0.06)
  const files = ['web.ndjson', 'contacts.ndjson'].map((name) => join(calm.folder, name))
  const command = ['import', ...files, '--now', NOW]
  const began = Date.now()
  expect(calm.run(command).status).toBe(0)
  const duration = Date.now() - began
  const expected = ['journeys', 'contacts', 'bad-rows'].map((name) => comparable(calm.rows(name)))
  expect(expected[0]?.length).toBeGreaterThan(1_000)

  const random = createRandom(Number(process.env['RINGBACK_SEED'] ?? readFileSync(files[0] as string).length))
  for (let kills = 0; kills < KILLS;) {
    const shaken = createBench(COUNCIL_CONFIG)
    // Some runs are killed several times before they may end.
    for (let round = 1 + random.below(8); round > 0 && kills < KILLS; round--) {
      const wasKilled = await shaken.runAndKill(command, 50 + random.below(duration))
      if (wasKilled) kills++
    }
    expect(shaken.run(command)).toMatchObject({ status: 0 })
    expect(['journeys', 'contacts', 'bad-rows'].map((name) => comparable(shaken.rows(name)))).toEqual(expected)
  }
}, 1_200_000)
