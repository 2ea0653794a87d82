/** Real servers for a test file, by `infra/native/up`: started in a folder of their own, gone with the process that asked for them. */
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

export type NativePart = 'kafka' | 'redis' | 'redis-cluster' | 'clickhouse'

export interface Native {
  readonly kafka?: { readonly brokers: string[] }
  readonly redis?: { readonly url: string }
  /** The nodes, as host:port. */
  readonly redisCluster?: string[]
  readonly clickhouse?: { readonly url: string }
  readonly dir: string
  /** Ends all of it and deletes the folder. */
  readonly stop: () => Promise<void>
}

/** What `up` ends with when the machine lacks a program that it cannot get. */
const LACKS_A_PROGRAM = 4

/** A program of `infra/native`. */
export const nativeScript = (name: string): string => {
  for (let folder = process.cwd(); ; folder = dirname(folder)) {
    const native = join(folder, 'infra', 'native')
    if (existsSync(join(native, name))) return join(native, name)
    if (folder === dirname(folder)) throw new Error(`${process.cwd()} is not inside the repository`)
  }
}

const run = (program: string, args: readonly string[]): Promise<{ status: number | null; output: string }> =>
  new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
    child.once('error', reject).once('close', (status) => resolve({ status, output }))
  })

/** Takes the servers down when this process has ended without doing so. */
const watch = (down: string, dir: string): (() => void) => {
  const loop = 'while kill -0 "$1" 2>/dev/null; do sleep 1; done; "$2" "$3" --purge && rm -rf "$3"'
  const args = ['-c', loop, 'sh', String(process.pid), down, dir]
  const watcher = spawn('sh', args, { detached: true, stdio: 'ignore' })
  watcher.unref()
  return () => watcher.kill()
}

interface NativeState {
  readonly kafka?: { readonly brokers: string[] }
  readonly redis?: { readonly url: string }
  readonly redisCluster?: { readonly nodes: string[] }
  readonly clickhouse?: { readonly url: string }
}

/**
 * undefined, after a loud warning: this machine cannot run them, and the test file skips. Where `CI` is set that is an error. Takes
 * some 5 s, on the first time on a machine longer: begin in `beforeAll` with a timeout of minutes.
 */
export const startNative = async (parts: readonly NativePart[]): Promise<Native | undefined> => {
  const down = nativeScript('down')
  const dir = mkdtempSync(join(tmpdir(), 'ringback-native-'))
  const unwatch = watch(down, dir)
  const stop = async (): Promise<void> => {
    const { status, output } = await run(down, [dir, '--purge'])
    unwatch()
    if (status !== 0) throw new Error(`${dir} was not taken down:\n${output}`)
    rmSync(dir, { recursive: true, force: true })
  }
  const { status, output } = await run(nativeScript('up'), [dir, '--only', parts.join(',')])
  if (status !== 0) {
    await stop()
    const why = `${parts.join(', ')} cannot run here:\n${output}`
    if (status !== LACKS_A_PROGRAM || process.env['CI']) throw new Error(why)
    console.warn(`SKIPPED: ${why}`)
    return undefined
  }
  const state = JSON.parse(readFileSync(join(dir, 'native.json'), 'utf8')) as NativeState
  return {
    ...(state.kafka && { kafka: { brokers: state.kafka.brokers } }),
    ...(state.redis && { redis: { url: state.redis.url } }),
    ...(state.redisCluster && { redisCluster: state.redisCluster.nodes }),
    ...(state.clickhouse && { clickhouse: { url: state.clickhouse.url } }),
    dir,
    stop,
  }
}
