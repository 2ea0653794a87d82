/** ClickHouse's HTTP interface for tests: `infra/native/gateway`, in a process and a folder of its own. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const PROGRAM = fileURLToPath(new URL('../../../../infra/native/gateway', import.meta.url))

/** What the gateway tells of a request. */
interface Answered {
  readonly query_id: string
  /** The names of what stood in the URL. */
  readonly parameters: readonly string[]
  readonly status: number
}

export interface Gateway {
  readonly url: string
  readonly answered: readonly Answered[]
  /** Ends the process by a signal, in order or not; the tables stay. */
  readonly end: (signal: 'SIGTERM' | 'SIGKILL') => Promise<void>
  /** Ends it in order, and deletes the folder. */
  readonly close: () => Promise<void>
}

export const openGateway = async (
  dataDir = mkdtempSync(join(tmpdir(), 'gateway-')),
  env: NodeJS.ProcessEnv = {},
  /** Where the engine looks for a `config.xml`, which it takes for a server's. */
  cwd: string = process.cwd(),
): Promise<Gateway> => {
  const child = spawn(PROGRAM, [dataDir, '--verbose'], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  const answered: Answered[] = []
  const lines = createInterface({ input: child.stdout })
  const url = await new Promise<string>((resolve, reject) => {
    lines.once('line', resolve)
    void exited.then(() => reject(new Error('the gateway ended')))
  })
  lines.on('line', (line) => answered.push(JSON.parse(line) as Answered))
  const end = async (signal: 'SIGTERM' | 'SIGKILL'): Promise<void> => {
    child.kill(signal)
    await exited
  }
  return {
    url,
    answered,
    end,
    close: async () => {
      await end('SIGTERM')
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}
