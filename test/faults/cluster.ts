/** The whole cluster on this machine, by infra/native: real servers and a process a service, each of which can be ended. */
import { spawn } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { createKafkaLog } from '@ringback/kafka-log'
import type { Log } from '@ringback/pipeline'
import { openServer, type Warehouse } from '@ringback/warehouse'
import { COUNCIL } from './council.ts'

export const ROOT = fileURLToPath(new URL('../../../../', import.meta.url))
const native = (name: string): string => join(ROOT, 'infra', 'native', name)

export const SERVICES = ['collector', 'assembler', 'correlator', 'writer', 'insights'] as const
export type ServiceName = (typeof SERVICES)[number]
export type StoreName = 'kafka' | 'redis' | 'clickhouse'

export const KAFKA = {
  prefix: 'ringback',
  generation: 0,
  partitions: 4,
  sources: {
    web: ['site.events', 'forms.events'],
    contacts: ['telephony.calls', 'crm.cases'],
    profiles: ['crm.people'],
  },
}

/** Tokens must be those of the ledger. */
const LINK_KEY = Buffer.alloc(32, 7)
/** This machine lacks a program. */
export const LACKS_A_PROGRAM = 4
const READY_MS = 180_000

/** infra/native/processes.mjs */
interface Processes {
  readonly startProcess: (dir: string, name: string, program: string, args: readonly string[]) => Promise<unknown>
  readonly runningPid: (dir: string, name: string) => number | undefined
  readonly logFile: (dir: string, name: string) => string
}

interface NativeState {
  readonly ports: Readonly<Record<string, number>>
  readonly kafka: { readonly brokers: readonly string[] }
  readonly clickhouse: { readonly url: string }
}

export const run = (
  program: string,
  args: readonly string[],
): Promise<{ readonly status: number | null; readonly output: string }> =>
  new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece: Buffer) => (output += String(piece)))
    child.once('error', reject).once('close', (status) => resolve({ status, output }))
  })

/** Waits until something holds, as long as it is told to. Whatever fails meanwhile holds not yet. */
export const until = async (
  what: string,
  patienceMs: number,
  holds: () => boolean | Promise<boolean>,
): Promise<void> => {
  const end = performance.now() + patienceMs
  let last: unknown
  for (;;) {
    try {
      if (await holds()) return
    } catch (error) {
      last = error
    }
    if (performance.now() > end)
      throw new Error(`${what}: not within ${Math.round(patienceMs / 1_000)} s`, { cause: last })
    await pause(100)
  }
}

export class LacksAProgram extends Error {}

export interface Cluster {
  readonly dir: string
  readonly log: Log
  readonly tables: Warehouse
  /** Ends a process and waits until it is gone. A service that is asked to must end in order. */
  readonly end: (name: string, signal: 'SIGKILL' | 'SIGTERM') => Promise<void>
  /** `name` is the service's, or that of a further copy of it. */
  readonly startService: (service: ServiceName, name?: string) => Promise<void>
  /** Waits until it answers that it is ready. */
  readonly untilReady: (name: string) => Promise<void>
  readonly startStore: (store: StoreName) => Promise<void>
  readonly emptyRedis: () => Promise<void>
  /** Services that should run and do not: they ended by themselves. Each is told once, and started again. */
  readonly supervise: () => Promise<readonly string[]>
  readonly close: () => Promise<void>
}

const up = async (dir: string, ...args: readonly string[]): Promise<void> => {
  const { status, output } = await run(native('up'), [dir, ...args])
  if (status === LACKS_A_PROGRAM) throw new LacksAProgram(output)
  if (status !== 0) throw new Error(`infra/native/up ${args.join(' ')} ended with ${String(status)}:\n${output}`)
}

/** Ends everything when this process is gone without having done so. */
const watch = (dir: string): (() => void) => {
  const loop = 'while kill -0 "$1" 2>/dev/null; do sleep 1; done; exec "$2" "$3"'
  const args = ['-c', loop, 'sh', String(process.pid), native('down'), dir]
  const watcher = spawn('sh', args, { detached: true, stdio: 'ignore' })
  watcher.unref()
  return () => watcher.kill()
}

const isReady = async (port: number): Promise<boolean> => {
  const answer = await fetch(`http://127.0.0.1:${port}/readyz`, { signal: AbortSignal.timeout(5_000) })
  await answer.arrayBuffer()
  return answer.status === 200
}

/** Sends one command to Redis; the first line of the answer. */
const askRedis = (port: number, command: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(`${command}\r\n`))
    socket.setTimeout(30_000, () => socket.destroy(new Error('Redis does not answer')))
    socket.once('error', reject)
    socket.once('data', (answer) => {
      socket.destroy()
      resolve(String(answer).trim())
    })
  })

export const startCluster = async (dir: string): Promise<Cluster> => {
  const { startProcess, runningPid, logFile } = (await import(pathToFileURL(native('processes.mjs')).href)) as Processes
  const { freePort } = (await import(pathToFileURL(native('ports.mjs')).href)) as { freePort: () => Promise<number> }
  const base = join(dir, 'base.yaml')
  writeFileSync(base, JSON.stringify({ ...COUNCIL, kafka: { ...KAFKA, brokers: ['127.0.0.1:1'] } }))
  writeFileSync(join(dir, 'link.key'), LINK_KEY, { mode: 0o600 })
  const unwatch = watch(dir)
  const down = async (): Promise<void> => {
    await run(native('down'), [dir])
    unwatch()
  }
  try {
    await up(dir, '--config', base)
  } catch (error) {
    await down()
    throw error
  }
  const state = JSON.parse(readFileSync(join(dir, 'native.json'), 'utf8')) as NativeState
  const ports: Record<string, number> = { ...state.ports }
  /** Of each service that should run: which one it is. */
  const wanted = new Map<string, ServiceName>(SERVICES.map((name) => [name, name]))
  const log = createKafkaLog({ brokers: state.kafka.brokers, clientId: 'faults', clock: () => Date.now() })
  const tables = openServer({ url: state.clickhouse.url, database: 'ringback' })

  const startService: Cluster['startService'] = async (service, name = service) => {
    const main = join(ROOT, 'services', service, 'dist', 'main.js')
    const port = (ports[name] ??= await freePort())
    wanted.set(name, service)
    await startProcess(dir, name, process.execPath, [
      main,
      '--config',
      join(dir, 'ringback.yaml'),
      '--port',
      String(port),
    ])
  }

  const said = (name: string): string =>
    existsSync(logFile(dir, name)) ? readFileSync(logFile(dir, name), 'utf8').trimEnd() : ''

  return {
    dir,
    log,
    tables,
    startService,
    end: async (name, signal) => {
      const isService = wanted.delete(name)
      const pid = runningPid(dir, name)
      if (pid === undefined) throw new Error(`${name} does not run: see ${logFile(dir, name)}`)
      process.kill(pid, signal)
      await until(`${name} ends by ${signal}`, 60_000, () => runningPid(dir, name) === undefined)
      const last = said(name).split('\n').at(-1) ?? ''
      if (isService && signal === 'SIGTERM' && !last.includes('"Ended."'))
        throw new Error(`${name} did not end in order: ${last}`)
    },
    untilReady: (name) => until(`${name} is ready`, READY_MS, () => isReady(ports[name] ?? 0)),
    startStore: (store) => up(dir, '--only', store),
    emptyRedis: async () => {
      const answer = await askRedis(ports['redis'] ?? 0, 'FLUSHALL')
      if (answer !== '+OK') throw new Error(`Redis was not emptied: ${answer}`)
    },
    supervise: async () => {
      const ended = [...wanted].filter(([name]) => runningPid(dir, name) === undefined)
      const told = ended.map(([name]) => `${name}: ${said(name).split('\n').slice(-3).join(' | ')}`)
      for (const [name, service] of ended) await startService(service, name)
      return told
    },
    close: async () => {
      await log.close().catch(() => undefined)
      await tables.close().catch(() => undefined)
      await down()
    },
  }
}
