/** `down DIR`: ends what `up` started for DIR, and nothing else. See README.md. */
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { runCommand, usageError } from './failures.mjs'
import { withLock } from './lock.mjs'
import { stopProcess } from './processes.mjs'

const USAGE = 'infra/native/down DIR [--purge]'

/** The stores go when nobody uses them any more. */
const STORES = ['clickhouse', 'redis', 'redis-1', 'redis-2', 'redis-3', 'kafka']

const parse = () => {
  try {
    const options = /** @type {const} */ ({ purge: { type: 'boolean', default: false } })
    const { values, positionals } = parseArgs({ options, allowPositionals: true })
    if (positionals.length === 1) return { dir: resolve(positionals[0]), purge: values.purge }
  } catch (error) {
    throw usageError(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`)
  }
  throw usageError(USAGE)
}

await runCommand(async () => {
  const { dir, purge } = parse()
  const run = join(dir, 'run')
  if (!existsSync(run)) {
    console.log(`Nothing runs in ${dir}.`)
    return
  }
  await withLock(join(run, 'lock'), async () => {
    const names = readdirSync(run)
      .filter((file) => file.endsWith('.pid'))
      .map((file) => basename(file, '.pid'))
    const stop = async (name) => console.log(`${name}: ${await stopProcess(dir, name)}`)
    await Promise.all(names.filter((name) => !STORES.includes(name)).map(stop))
    await Promise.all(names.filter((name) => STORES.includes(name)).map(stop))
    // The link key stays: what it made may be elsewhere, too.
    if (purge)
      for (const made of ['data', 'logs', 'native.json', 'ringback.yaml'])
        rmSync(join(dir, made), { recursive: true, force: true })
  })
  if (purge) rmSync(run, { recursive: true, force: true })
})
