/** The product, run as its user would: files through `ringback import`, answers through `ringback export`. */
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type ExportName, formatInstant, type Instant } from '@ringback/contracts'

/** As `npm run ringback` runs it. */
const NODE_FLAGS = ['--max-semi-space-size=32']
const DONE: readonly (number | null)[] = [0, 1]

export interface Product {
  /** Returns how many rows were bad. */
  readonly importFiles: (files: readonly string[], options: readonly string[], now: Instant) => Promise<number>
  readonly rows: (name: ExportName, now: Instant) => AsyncIterable<Record<string, unknown>>
  /** What imports took in all, and the most memory of any. */
  readonly spent: () => { readonly seconds: number; readonly cpuSeconds: number; readonly peakBytes: number }
}

/** `root`: of the repository, built. `folder`: with `ringback.yaml`; the data folder is made in it. */
export const createProduct = (root: string, folder: string): Product => {
  const common = ['--config', join(folder, 'ringback.yaml'), '--data', join(folder, 'data')]
  const report = join(folder, 'spent.json')
  let seconds = 0
  let cpuSeconds = 0
  let peakBytes = 0
  const note = (): void => {
    const spent = JSON.parse(readFileSync(report, 'utf8')) as { seconds: number; cpuSeconds: number; peakBytes: number }
    seconds += spent.seconds
    cpuSeconds += spent.cpuSeconds
    peakBytes = Math.max(peakBytes, spent.peakBytes)
  }
  const start = (args: readonly string[], now: Instant) => {
    const measured = join(root, 'test/bench/dist/measured.js')
    const argv = [...NODE_FLAGS, measured, report, ...args, ...common, '--now', formatInstant(now)]
    const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'pipe'] })
    const errors: string[] = []
    child.stderr.setEncoding('utf8').on('data', (text: string) => errors.push(text))
    const ended = new Promise<void>((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (status) => {
        if (DONE.includes(status)) resolve()
        else reject(new Error(`ringback ${args.join(' ')}: exit ${String(status)}\n${errors.join('')}`))
      })
    })
    return { lines: createInterface({ input: child.stdout, crlfDelay: Infinity }), ended }
  }
  return {
    importFiles: async (files, options, now) => {
      const { lines, ended } = start(['import', ...files, ...options, '--json'], now)
      let bad = 0
      for await (const line of lines) {
        const summary = JSON.parse(line) as { bad: Record<string, number> }
        bad = Object.values(summary.bad).reduce((sum, count) => sum + count, 0)
      }
      await ended
      note()
      return bad
    },
    rows: async function* (name, now) {
      const { lines, ended } = start(['export', name], now)
      for await (const line of lines) yield JSON.parse(line) as Record<string, unknown>
      await ended
    },
    spent: () => ({ seconds, cpuSeconds, peakBytes }),
  }
}
