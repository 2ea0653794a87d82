/**
 * `npm run simulate -- --seeds N [--from SEED] [--crashes]`: simulated runs of the cluster. A violation prints its seed and the
 * command that replays it.
 */
import { parseArgs } from 'node:util'
import { runSeed } from './run.ts'

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '2000' },
    from: { type: 'string', default: '1' },
    crashes: { type: 'boolean', default: false },
    trace: { type: 'boolean', default: false },
  },
})
const from = Number(values.from)
const seeds = Number(values.seeds)

const kinds = new Map<string, number>()
let calls = 0
let runs = 0
const began = performance.now()

const attempt = async (options: Parameters<typeof runSeed>[0], replay: string): Promise<number> => {
  try {
    const result = await runSeed(options)
    kinds.set(result.kind, (kinds.get(result.kind) ?? 0) + 1)
    calls += result.calls
    runs++
    return result.calls
  } catch (cause) {
    console.error(
      `seed ${options.seed}: ${cause instanceof Error ? (values.trace ? cause.stack : cause.message) : String(cause)}`,
    )
    console.error(`again: npm run simulate -- ${replay}`)
    process.exit(1)
  }
}

for (let seed = from; seed < from + seeds; seed++) {
  if (!values.crashes) await attempt({ seed }, `--seeds 1 --from ${seed}`)
  else {
    const replay = `--crashes --seeds 1 --from ${seed}`
    const undisturbed = await attempt({ seed, isTiny: true }, replay)
    for (let at = 0; at < undisturbed; at++)
      for (const when of ['dies before', 'dies after'] as const)
        await attempt({ seed, isTiny: true, crash: { at, when } }, replay)
  }
}
const seconds = (performance.now() - began) / 1000
console.log(
  `${runs} runs, ${calls} port calls, ${seconds.toFixed(1)} s (${[...kinds].map(([kind, n]) => `${kind} ${n}`).join(', ')})`,
)
