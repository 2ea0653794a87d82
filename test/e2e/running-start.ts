/** A `start` of its own, in a process of its own, and what is sent to its doors. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { type Bench, LINK_KEY } from './command-line.ts'

const MAIN = join(__dirname, '../../services/ringback/dist/main.js')

const running: ChildProcess[] = []
afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL')
})

export interface RunningStart {
  readonly child: ChildProcess
  readonly url: string
  /** What it said on stderr so far. */
  readonly log: () => string
  /** Its exit status; null where it was killed. */
  readonly ended: Promise<number | null>
  /** Tells it to go; resolves to its exit status. */
  readonly stop: () => Promise<number | null>
  /** Ends it at once. */
  readonly kill: () => Promise<void>
}

interface StartOptions {
  readonly data?: string
  readonly env?: Readonly<Record<string, string>>
}

export const startRingback = async (
  folder: string,
  args: readonly string[] = [],
  { data = join(folder, 'data'), env = {} }: StartOptions = {},
): Promise<RunningStart> => {
  const child = spawn(process.execPath, [MAIN, 'start', '--port', '0', '--data', data, ...args], {
    cwd: folder,
    env: { ...process.env, RINGBACK_LINK_KEY: LINK_KEY, ...env },
  })
  running.push(child)
  let log = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (log += text))
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  let said = ''
  for await (const chunk of child.stdout) {
    said += String(chunk)
    const url = /http:\/\/[^/]+\//.exec(said)?.[0]
    if (url === undefined) continue
    const stop = async (): Promise<number | null> => {
      child.kill('SIGTERM')
      return ended
    }
    const kill = async (): Promise<void> => {
      child.kill('SIGKILL')
      await ended
    }
    return { child, url, log: () => log, ended, stop, kill }
  }
  await once(child, 'close')
  throw new Error(`start ended: ${log}`)
}

/** A write key for servers. */
export const makeWriteKey = (bench: Bench): string => {
  const { status, stdout, stderr } = bench.run(['keys', 'create', 'write', '--name', 'tests'])
  if (status !== 0) throw new Error(stderr)
  return stdout.trim()
}

/** Soon: what is true by then is returned. */
export const soon = async (isTrue: () => boolean | Promise<boolean>): Promise<boolean> => {
  const until = Date.now() + 60_000
  while (!(await isTrue())) {
    if (Date.now() > until) return false
    await new Promise((go) => setTimeout(go, 50))
  }
  return true
}

/** The answer to a batch of web events; undefined where none came: the connection broke, or was never made. */
export const postEvents = async (
  { url }: Pick<RunningStart, 'url'>,
  key: string,
  events: readonly unknown[],
): Promise<Response | undefined> => {
  try {
    const response = await fetch(`${url}v1/events`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify(events),
    })
    await response.clone().arrayBuffer()
    return response
  } catch {
    return undefined
  }
}
