/** `gateway DIR`: ClickHouse's HTTP interface in front of chDB, its tables in DIR. See README.md. */
import { once } from 'node:events'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { NativeError, runCommand, usageError } from './failures.mjs'

const USAGE = `infra/native/gateway DIR [--port N] [--verbose]
  A password in RINGBACK_GATEWAY_PASSWORD is asked of clients.`

const parse = () => {
  try {
    const options = /** @type {const} */ ({
      port: { type: 'string' },
      verbose: { type: 'boolean', default: false },
    })
    const { values, positionals } = parseArgs({ options, allowPositionals: true })
    const port = String(values.port ?? '0')
    if (positionals.length === 1 && /^\d{1,5}$/.test(port))
      return { dir: resolve(positionals[0]), port: Number(port), isVerbose: values.verbose }
  } catch (error) {
    throw usageError(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`)
  }
  throw usageError(USAGE)
}

await runCommand(async () => {
  const { dir, port, isVerbose } = parse()
  // The engine works on the threads of Node's pool, which is made when it is first used.
  process.env['UV_THREADPOOL_SIZE'] ??= '8'
  const { openEngine } = await import('./clickhouse/engine.mjs')
  const { createGateway } = await import('./clickhouse/server.mjs')
  let engine
  try {
    engine = openEngine(dir)
  } catch (cause) {
    throw new NativeError(`The tables in ${dir} did not open: is another gateway running on them?\n${String(cause)}`)
  }
  const log = isVerbose ? (line) => console.log(JSON.stringify(line)) : () => {}
  const { server, close } = createGateway({
    engine,
    password: process.env['RINGBACK_GATEWAY_PASSWORD'] || undefined,
    log,
  })
  try {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
  } catch (cause) {
    await engine.close()
    throw new NativeError(`The gateway could not listen: ${String(cause)}`)
  }
  const address = server.address()
  console.log(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`)
  const end = async () => {
    await close()
    await engine.close()
    process.exit(0)
  }
  for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => void end())
})
