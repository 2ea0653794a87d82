/**
 * The cluster, simulated (`npm run simulate`): any faults, the assertions of HOUSEHOLD-LOG in every state, and at rest the tables of
 * the reference law. And the simulation itself: each rule of the protocol that is broken, it must find.
 */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { CANARIES, MORE_CANARIES } from './canaries.ts'

const isCi = Boolean(process.env['CI'])
const SEEDS = Number(process.env['RINGBACK_SEEDS'] ?? (isCi ? 20_000 : 2_000))
const CRASH_SEEDS = isCi ? 200 : 20
/** Most canaries die within a few dozen. */
const CANARY_SEEDS = 4_000

const built = join(__dirname, 'dist', 'simulation')

const simulate = (
  args: readonly string[],
  canary?: string,
): Promise<{ readonly status: number | null; text: string }> =>
  new Promise((resolve) => {
    const mutant = canary === undefined ? [] : ['--import', join(built, 'mutant.js')]
    const child = spawn(process.execPath, [...mutant, join(built, 'simulate.js'), ...args], {
      env: { ...process.env, ...(canary === undefined ? {} : { RINGBACK_CANARY: canary }) },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let text = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (text += String(chunk)))
    child.once('close', (status) => resolve({ status, text }))
  })

test(`${SEEDS} runs full of faults`, async () => {
  const { status, text } = await simulate(['--seeds', String(SEEDS)])
  expect({ status, text }).toEqual({ status: 0, text: expect.stringContaining(`${SEEDS} runs`) })
}, 3_600_000)

test(`a death at every port call of ${CRASH_SEEDS} runs`, async () => {
  const { status, text } = await simulate(['--seeds', String(CRASH_SEEDS), '--crashes'])
  expect({ status, text }).toEqual({ status: 0, text: expect.stringMatching(/^\d+ runs/) })
}, 1_800_000)

test.each(Object.keys({ ...CANARIES, ...MORE_CANARIES }))(
  'canary: %s',
  async (canary) => {
    const { status, text } = await simulate(['--seeds', String(CANARY_SEEDS)], canary)
    expect(text).toMatch(/seed \d+.*: (?!Error: a canary)/)
    expect(status).toBe(1)
  },
  900_000,
)
