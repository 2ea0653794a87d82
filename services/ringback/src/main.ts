/** Wiring: the process's arguments, streams, signals and clock. */
import { resolve } from 'node:path'
import { RingbackError } from '@ringback/pipeline'
import { COMMANDS } from './commands.ts'
import { sendControl } from './control.ts'
import { dataDirOf } from './house.ts'
import { type Io, lines } from './io.ts'
import { isCluster, openHouse } from './open-house.ts'
import { parseCommand, usageError } from './options.ts'
import { DEMO_OPTIONS } from './demo/run-demo.ts'
import { demoCommand, START_OPTIONS, startCommand } from './start-command.ts'

const USAGE = lines(
  'ringback COMMAND [--config FILE] [--data DIR] [--now T] [--json]',
  '',
  '  start [--port 8080] [--host 127.0.0.1] [--or-demo]',
  '  demo [--seed 1] [--residents 6000] [--speed 1000] [--port 8080] [--host 127.0.0.1]',
  ...Object.values(COMMANDS).map(({ usage }) => `  ${usage}`),
)

const isTerminal = process.stderr.isTTY

const io: Io = {
  out: (text) =>
    new Promise((done) => {
      if (process.stdout.write(text)) done()
      else process.stdout.once('drain', done)
    }),
  err: (text) => process.stderr.write(text),
  progress: (line) => {
    if (isTerminal) process.stderr.write(`\r\x1b[2K${line}`)
  },
  cwd: process.cwd(),
  env: process.env,
  clock: () => Date.now(),
}

// Whoever reads our output may stop reading: `ringback export journeys | head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 3))

const stopped = new Promise<string>((stop) => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop(signal))
})

const run = async (argv: readonly string[]): Promise<number> => {
  const [name, ...rest] = argv
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    await io.out(USAGE)
    return name === undefined ? 2 : 0
  }
  if (name === 'start' || name === 'demo') {
    const parsed = parseCommand(rest, name === 'start' ? START_OPTIONS : DEMO_OPTIONS)
    if (parsed.wantsHelp) return run(['help'])
    return name === 'start' ? startCommand(parsed, io, stopped) : demoCommand(parsed, io, stopped)
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
  if (!command) throw usageError(`${name}: no such command`)
  const parsed = parseCommand(rest, command.options)
  if (parsed.wantsHelp) return run(['help'])
  void stopped.then((signal) => process.exit(signal === 'SIGINT' ? 130 : 143))
  if ('run' in command) return command.run(parsed, io)
  const runOpen = command.prepare(parsed, io)
  if (!isCluster(parsed.common, io)) {
    const asked = parsed.common.config
    const dataDir = dataDirOf(parsed.common, io)
    const config = asked === undefined ? null : resolve(io.cwd, asked)
    const status = await sendControl(dataDir, { argv: [...argv], cwd: io.cwd, config }, io)
    if (status !== undefined) return status
  }
  if (command.alone) return command.alone(parsed, io)
  const house = await openHouse(parsed.common, io)
  try {
    return await runOpen(house, io)
  } finally {
    await house.close()
  }
}

try {
  process.exitCode = await run(process.argv.slice(2))
} catch (error) {
  if (error instanceof RingbackError) {
    io.err(`${error.message}\n`)
    process.exitCode = error.exitStatus
  } else {
    io.err(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
    process.exitCode = 3
  }
}
// The engine's threads would keep the process; what was written is out by now.
process.stdout.write('', () => process.exit())
