/** A `start` of its own, in a process of its own, and what is sent to its doors. */
import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { LINK_KEY } from './command-line.ts'

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
  /** Tells it to go; resolves to its exit status. */
  readonly stop: () => Promise<number | null>
  /** Ends it at once. */
  readonly kill: () => Promise<void>
}

export const startRingback = async (
  folder: string,
  args: readonly string[] = [],
  data = join(folder, 'data'),
): Promise<RunningStart> => {
  const child = spawn(process.execPath, [MAIN, 'start', '--port', '0', '--data', data, ...args], {
    cwd: folder,
    env: { ...process.env, RINGBACK_LINK_KEY: LINK_KEY },
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
    return { child, url, log: () => log, stop, kill }
  }
  await once(child, 'close')
  throw new Error(`start ended: ${log}`)
}

const WRITE_KEY = 'rbw_of-tests-known-to-everybody'

/** A write key for servers. */
export const makeWriteKey = (data: string): void => {
  mkdirSync(data, { recursive: true })
  const sha256 = createHash('sha256').update(WRITE_KEY).digest('base64url')
  const key = { id: 'tests', kind: 'write', name: 'tests', created_at: '2026-11-24T00:00:00Z', revoked_at: null }
  writeFileSync(join(data, 'keys.json'), JSON.stringify({ version: 1, keys: [{ ...key, origins: [], sha256 }] }))
}

/** The answer to a batch of web events; undefined where none came: the connection broke, or was never made. */
export const postEvents = async (
  { url }: Pick<RunningStart, 'url'>,
  events: readonly unknown[],
): Promise<Response | undefined> => {
  try {
    const response = await fetch(`${url}v1/events`, {
      method: 'POST',
      headers: { authorization: `Bearer ${WRITE_KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify(events),
    })
    await response.clone().arrayBuffer()
    return response
  } catch {
    return undefined
  }
}
