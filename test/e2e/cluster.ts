/** The command line in cluster mode: real servers shared by a file's tests, topics and tables of its own for each world. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Native } from '@ringback/testkit'
import { type Bench, createBench } from './command-line.ts'

const ROOT = join(__dirname, '../..')
const RINGBACK = join(ROOT, 'services/ringback/dist/main.js')
const KEY = { RINGBACK_LINK_KEY: 'a key for tests, known to everybody' }
const READY_WITHIN_MS = 60_000

export interface Running {
  readonly url: string
  readonly child: ChildProcess
  /** What it answers when it is asked whether it is ready. */
  readonly readiness: () => Promise<string>
  readonly untilReady: () => Promise<void>
  /** Resolves to how it ended, and how long that took, after SIGTERM. */
  readonly stop: () => Promise<{ readonly status: number | null; readonly ms: number }>
}

export interface Cluster extends Bench {
  readonly prefix: string
  /** Writes the configuration anew. */
  readonly configure: (changes: object, kafka?: object) => void
  /** Every service in one process. */
  readonly start: () => Promise<Running>
  readonly startService: (name: string) => Promise<Running>
}

const running = new Set<ChildProcess>()
afterAll(() => {
  for (const child of running) child.kill('SIGKILL')
})

const portIn = /"port":(\d+)/

const launch = async (args: readonly string[]): Promise<Running> => {
  const child = spawn(process.execPath, [...args, '--port', '0'], {
    env: { ...process.env, ...KEY, LOG_LEVEL: 'info' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  running.add(child)
  const exited = once(child, 'exit').then(([status]) => {
    running.delete(child)
    return status as number | null
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-20_000)))
  while (!portIn.test(said)) {
    if (child.exitCode !== null) throw new Error(`${args.join(' ')} ended with ${child.exitCode}:\n${said}`)
    await sleep(50)
  }
  const url = `http://127.0.0.1:${String(portIn.exec(said)?.[1])}`
  const readiness = async (): Promise<string> => {
    const answer = (await (await fetch(`${url}/readyz`)).json()) as { readonly status: string }
    return answer.status
  }
  return {
    url,
    child,
    readiness,
    untilReady: async () => {
      const patient = performance.now() + READY_WITHIN_MS
      for (let status = ''; status !== 'ready'; status = await readiness()) {
        if (performance.now() > patient || child.exitCode !== null) throw new Error(`never ready: ${status}\n${said}`)
        await sleep(100)
      }
    },
    stop: async () => {
      const began = performance.now()
      child.kill('SIGTERM')
      return { status: await exited, ms: performance.now() - began }
    },
  }
}

let clusters = 0

/** Topics, state and tables of their own; nothing runs yet. */
export const createCluster = (native: Native, config: object, kafka: object = {}): Cluster => {
  const prefix = `t${process.pid}n${++clusters}`
  const bench = createBench({})
  const configure = (changes: object, kafkaChanges: object = {}): void => {
    bench.file(
      'ringback.yaml',
      JSON.stringify({
        ...changes,
        mode: 'cluster',
        kafka: { ...native.kafka, prefix, partitions: 4, ...kafkaChanges },
        redis: native.redis,
        clickhouse: { ...native.clickhouse, database: prefix },
      }),
    )
  }
  configure(config, kafka)
  const file = join(bench.folder, 'ringback.yaml')
  const made = bench.run(['topics', 'create'])
  if (made.status !== 0) throw new Error(made.stderr)
  return {
    ...bench,
    prefix,
    configure,
    start: () => launch([RINGBACK, 'start', '--config', file]),
    startService: (name) => launch([join(ROOT, 'infra/service.mjs'), name, '--config', file]),
  }
}
