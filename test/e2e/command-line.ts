/** Runs the built command line as its user would, on a data folder of its own. */
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const MAIN = join(__dirname, '../../services/ringback/dist/main.js')

/** For tests, known to everybody. */
export const LINK_KEY = 'a key for tests, known to everybody'

export interface Ran {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface Bench {
  readonly folder: string
  readonly file: (name: string, content: string | Buffer) => string
  readonly run: (args: readonly string[], input?: string, env?: Readonly<Record<string, string>>) => Ran
  /** Starts a command; resolves to its exit status. */
  readonly runLater: (args: readonly string[]) => Promise<number | null>
  /** Starts a command and kills it with SIGKILL after so many milliseconds, unless it ends before. */
  readonly runAndKill: (args: readonly string[], afterMs: number) => Promise<boolean>
  readonly rows: (name: string, ...args: readonly string[]) => Record<string, unknown>[]
}

/** The clock of commands in tests: after all of their records. */
export const NOW = '2027-06-01T00:00:00Z'

const made: string[] = []
afterAll(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true })
})

export const createBench = (config: unknown): Bench => {
  const folder = mkdtempSync(join(tmpdir(), 'ringback-e2e-'))
  made.push(folder)
  const file = (name: string, content: string | Buffer): string => {
    writeFileSync(join(folder, name), content)
    return join(folder, name)
  }
  file('ringback.yaml', typeof config === 'string' ? config : JSON.stringify(config))
  const env = { ...process.env, RINGBACK_LINK_KEY: LINK_KEY }
  const argv = (args: readonly string[]) => [
    MAIN,
    ...args,
    '--data',
    join(folder, 'data'),
    '--config',
    join(folder, 'ringback.yaml'),
  ]
  const run: Bench['run'] = (args, input = '', more = {}) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, argv(args), {
      encoding: 'utf8',
      cwd: folder,
      env: { ...env, ...more },
      input,
      maxBuffer: 1 << 28,
    })
    return { status, stdout, stderr }
  }
  return {
    folder,
    file,
    run,
    runLater: (args) =>
      new Promise((resolve) => {
        spawn(process.execPath, argv(args), { cwd: folder, env, stdio: 'ignore' }).once('exit', resolve)
      }),
    runAndKill: (args, afterMs) =>
      new Promise((resolve) => {
        const child = spawn(process.execPath, argv(args), { cwd: folder, env, stdio: 'ignore' })
        const timer = setTimeout(() => child.kill('SIGKILL'), afterMs)
        child.once('exit', (_status, signal) => {
          clearTimeout(timer)
          resolve(signal === 'SIGKILL')
        })
      }),
    rows: (name, ...args) => {
      const { status, stdout, stderr } = run(['export', name, ...args])
      if (status !== 0) throw new Error(`export ${name}: ${String(status)} ${stderr}`)
      return stdout
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Record<string, unknown>)
    },
  }
}

export const ndjson = (records: readonly unknown[]): string =>
  records.map((record) => `${JSON.stringify(record)}\n`).join('')

/** Rows as the invariant compares them: without their versions, in the order of their ids. */
export const comparable = (rows: readonly Record<string, unknown>[]): unknown[] =>
  rows.map(({ version: _version, ...row }) => JSON.stringify(row)).sort()
