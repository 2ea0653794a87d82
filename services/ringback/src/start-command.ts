/**
 * `ringback start`: everything in one process. Embedded: for now a health page, and the commands that go through it. In the
 * cluster: every service behind one port.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { assembler } from '@ringback/assembler'
import { collector } from '@ringback/collector'
import { correlator } from '@ringback/correlator'
import { healthPage, insights, PAGE_HEADERS } from '@ringback/insights'
import { RingbackError } from '@ringback/pipeline'
import {
  composeServices,
  createProcessHost,
  findConfig,
  type LoadedConfig,
  serve as serveService,
} from '@ringback/runtime'
import { writer } from '@ringback/writer'
import { fastify, type FastifyInstance } from 'fastify'
import { COMMANDS } from './commands.ts'
import { listenControl, type RunCommand } from './control.ts'
import { followRules, openEmbeddedHouse, sweep } from './embedded-house.ts'
import { dataDirOf, type EmbeddedHouse, requireConfig } from './house.ts'
import type { Io } from './io.ts'
import { parseCommand, type ParsedCommand, usageError } from './options.ts'
import { STARTER_CONFIG } from './starter-config.ts'
import { runChecks } from './doctor-command.ts'

export const START_OPTIONS = { port: { type: 'string' }, host: { type: 'string' } } as const

/** A newcomer's first start has a configuration to look at and to change. */
const offerConfig = ({ common }: ParsedCommand, io: Io): void => {
  const dataDir = dataDirOf(common, io)
  const asked = common.config ?? (io.env['RINGBACK_CONFIG'] || undefined)
  if (findConfig({ asked, dataDir, cwd: io.cwd }) !== undefined) return
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const file = join(dataDir, 'ringback.yaml')
  if (existsSync(file)) return
  writeFileSync(file, STARTER_CONFIG)
  io.err(`No configuration yet: wrote one to begin with, ${file}\n`)
}

interface Address {
  readonly port: number
  readonly host: string
}

const portOf = ({ values }: ParsedCommand): number => {
  const port = Number(values['port'] ?? 8080)
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw usageError('--port: expected 0 to 65535')
  return port
}

/** Commands one after another: an import ends before the next begins. */
const createRunCommand = (house: EmbeddedHouse): RunCommand => {
  let last: Promise<unknown> = Promise.resolve()
  return async (asked, io) => {
    const [name = '', ...argv] = asked.argv
    const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
    if (!command || 'run' in command) throw usageError(`${name}: no such command`)
    const parsed = parseCommand(argv, command.options)
    if (asked.config !== null && asked.config !== house.configFile)
      throw new RingbackError('configuration', `the running \`start\` has ${house.configFile}: stop it to use another`)
    const { now } = parsed.common
    const stdin = asked.stdin === null ? {} : { stdin: asked.stdin }
    const run = command.prepare(parsed, { ...io, ...stdin })
    const own = now === undefined ? house : { ...house, clock: () => now }
    const turn = last.then(() => run(own, { ...io, ...stdin }))
    last = turn.catch(() => undefined)
    return turn
  }
}

const serve = async (house: EmbeddedHouse, io: Io, port: number, host: string): Promise<FastifyInstance> => {
  const app = fastify({ logger: false, forceCloseConnections: true })
  app.get('/healthz', () => ({ status: 'ok' }))
  app.get('/readyz', async (_request, reply) => {
    const isReady = await house.warehouse.ping()
    return reply.code(isReady ? 200 : 503).send({ status: isReady ? 'ready' : 'the tables do not answer' })
  })
  app.get('/', async (_request, reply) =>
    reply.headers(PAGE_HEADERS).send(healthPage(house.config.council.name, await runChecks(house, io), house.clock())),
  )
  try {
    await app.listen({ port, host })
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code
    if (code !== 'EADDRINUSE' && code !== 'EACCES') throw cause
    throw new RingbackError('usage', `port ${port} of ${host} cannot be had (${code}): choose another with --port`, {
      cause,
    })
  }
  return app
}

const startEmbedded = async (
  loaded: LoadedConfig,
  { common }: ParsedCommand,
  io: Io,
  stopped: Promise<string>,
  { port, host }: Address,
): Promise<number> => {
  const house = await openEmbeddedHouse(loaded, common, io)
  try {
    sweep(house)
    await followRules(house, io)
    const app = await serve(house, io, port, host)
    const closeControl = await listenControl(house.dataDir, createRunCommand(house), io)
    const address = app.server.address()
    const actual = typeof address === 'object' && address !== null ? address.port : port
    await io.out(`Ringback runs: http://${host}:${actual}/ (data in ${house.dataDir}; stop with Ctrl-C)\n`)
    const signal = await stopped
    io.err(`${signal}: stopping.\n`)
    await closeControl?.()
    await app.close()
  } finally {
    await house.close()
  }
  return 0
}

/** From the tables back to the doors: whoever brings something stops before whoever takes it. */
const SERVICES = [insights, writer, correlator, assembler, collector]

const startCluster = (loaded: LoadedConfig, stopped: Promise<string>, { port, host }: Address): Promise<number> =>
  serveService(composeServices('ringback', SERVICES), {
    ...createProcessHost(),
    argv: ['--config', loaded.file, '--port', String(port), '--host', host],
    onSignal: (listener) => void stopped.then(listener),
  })

/** Runs until it is told to stop. */
export const startCommand = async (parsed: ParsedCommand, io: Io, stopped: Promise<string>): Promise<number> => {
  const host = typeof parsed.values['host'] === 'string' ? parsed.values['host'] : '127.0.0.1'
  const address = { port: portOf(parsed), host }
  offerConfig(parsed, io)
  const loaded = requireConfig(parsed.common, io)
  return loaded.config.mode === 'cluster'
    ? startCluster(loaded, stopped, address)
    : startEmbedded(loaded, parsed, io, stopped, address)
}
