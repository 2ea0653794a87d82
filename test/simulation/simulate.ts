/**
 * `npm run simulate -- --seeds N [--from SEED] [--crashes]`: simulated runs of the cluster, on all cores. A violation prints its seed
 * and the command that replays it. `--crashes`: small runs, each once for every port call at which a process may die.
 */
import { spawn } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { runScenario } from './run.ts'
import { createScenario } from './scenario.ts'

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '2000' },
    from: { type: 'string', default: '1' },
    crashes: { type: 'boolean', default: false },
    jobs: { type: 'string', default: String(availableParallelism()) },
    /** Of a job: it takes every so-manieth seed. */
    every: { type: 'string', default: '1' },
  },
})
const [from, seeds, jobs, every] = [values.from, values.seeds, values.jobs, values.every].map(Number) as [
  number,
  number,
  number,
  number,
]

interface Sum {
  runs: number
  calls: number
  readonly kinds: Record<string, number>
}

const sum: Sum = { runs: 0, calls: 0, kinds: {} }

const addRun = (kind: string, calls: number): void => {
  sum.runs++
  sum.calls += calls
  sum.kinds[kind] = (sum.kinds[kind] ?? 0) + 1
}

const simulateSeed = async (seed: number): Promise<void> => {
  const scenario = createScenario({ seed, isTiny: values.crashes })
  let where = ''
  try {
    const { calls } = await runScenario(scenario)
    addRun(scenario.kind, calls)
    if (!values.crashes) return
    for (let at = 0; at < calls; at++)
      for (const when of ['dies before', 'dies after'] as const) {
        where = ` (a process ${when} port call ${at})`
        addRun(scenario.kind, (await runScenario(scenario, { at, when })).calls)
      }
  } catch (cause) {
    const message = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)
    const replay = `npm run simulate -- --seeds 1 --from ${seed}${values.crashes ? ' --crashes' : ''}`
    console.error(`seed ${seed}${where}: ${message}\nagain: ${replay}`)
    process.exit(1)
  }
}

/** Every `every`th seed from the first on, in this process. */
const runJob = async (): Promise<void> => {
  for (let seed = from; seed < from + seeds; seed += every) await simulateSeed(seed)
}

/** Splits the seeds among processes; the first that fails ends all. */
const runJobs = async (): Promise<void> => {
  const args = (job: number): string[] => {
    const own = ['--from', String(from + job), '--seeds', String(seeds - job), '--every', String(jobs), '--jobs', '1']
    const script = [...process.execArgv, fileURLToPath(import.meta.url), ...own]
    return values.crashes ? [...script, '--crashes'] : script
  }
  const children = Array.from({ length: Math.min(jobs, seeds) }, (_, job) => {
    const child = spawn(process.execPath, args(job), { stdio: ['ignore', 'pipe', 'inherit'] })
    let out = ''
    child.stdout.on('data', (chunk: Buffer) => (out += String(chunk)))
    const ended = new Promise<void>((resolve, reject) => {
      child.once('close', (status) => {
        if (status !== 0) reject(new Error('violated'))
        else {
          const part = JSON.parse(out) as Sum
          sum.runs += part.runs
          sum.calls += part.calls
          for (const [kind, count] of Object.entries(part.kinds)) sum.kinds[kind] = (sum.kinds[kind] ?? 0) + count
          resolve()
        }
      })
    })
    return { child, ended }
  })
  try {
    await Promise.all(children.map(({ ended }) => ended))
  } catch {
    for (const { child } of children) child.kill()
    process.exit(1)
  }
}

const began = performance.now()
if (jobs === 1) {
  await runJob()
  if (every === 1) report()
  else process.stdout.write(JSON.stringify(sum))
} else {
  await runJobs()
  report()
}

function report(): void {
  const seconds = (performance.now() - began) / 1000
  const kinds = Object.entries(sum.kinds).map(([kind, count]) => `${kind} ${count}`)
  console.log(`${sum.runs} runs, ${sum.calls} port calls, ${seconds.toFixed(1)} s (${kinds.join(', ')})`)
}
