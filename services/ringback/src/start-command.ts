/**
 * `ringback start`: everything in one process, with a configuration to begin with. In the cluster: every service behind one port.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { assembler } from '@ringback/assembler'
import { collector } from '@ringback/collector'
import { correlator } from '@ringback/correlator'
import { insights } from '@ringback/insights'
import {
  composeServices,
  createProcessHost,
  findConfig,
  type LoadedConfig,
  serve as serveService,
} from '@ringback/runtime'
import { writer } from '@ringback/writer'
import { isEmptyFolder, readDemoState } from './demo/demo-folder.ts'
import { runDemo } from './demo/run-demo.ts'
import { type Address, startEmbedded } from './embedded-start.ts'
import { dataDirOf, requireConfig } from './house.ts'
import type { Io } from './io.ts'
import { type ParsedCommand, usageError } from './options.ts'
import { STARTER_CONFIG } from './starter-config.ts'

export const START_OPTIONS = {
  port: { type: 'string' },
  host: { type: 'string' },
  'or-demo': { type: 'boolean' },
} as const

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

/** Nothing was ever set up here, or only a demo was. */
const isForDemo = ({ values, common }: ParsedCommand, io: Io): boolean => {
  if (values['or-demo'] !== true) return false
  const dataDir = dataDirOf(common, io)
  if (readDemoState(dataDir)) return true
  const asked = common.config ?? (io.env['RINGBACK_CONFIG'] || undefined)
  return findConfig({ asked, dataDir, cwd: io.cwd }) === undefined && isEmptyFolder(dataDir)
}

const portOf = ({ values }: ParsedCommand): number => {
  const port = Number(values['port'] ?? 8080)
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw usageError('--port: expected 0 to 65535')
  return port
}

/** From the tables back to the doors: whoever brings something stops before whoever takes it. */
const SERVICES = [insights, writer, correlator, assembler, collector]

const startCluster = (loaded: LoadedConfig, stopped: Promise<string>, { port, host }: Address): Promise<number> =>
  serveService(composeServices('ringback', SERVICES), {
    ...createProcessHost(),
    argv: ['--config', loaded.file, '--port', String(port), '--host', host],
    onSignal: (listener) => void stopped.then(listener),
  })

const addressOf = (parsed: ParsedCommand): Address => {
  const host = typeof parsed.values['host'] === 'string' ? parsed.values['host'] : '127.0.0.1'
  return { port: portOf(parsed), host }
}

/** Runs until it is told to stop. */
export const demoCommand = (parsed: ParsedCommand, io: Io, stopped: Promise<string>): Promise<number> =>
  runDemo(parsed, io, stopped, addressOf(parsed))

/** Runs until it is told to stop. */
export const startCommand = async (parsed: ParsedCommand, io: Io, stopped: Promise<string>): Promise<number> => {
  if (isForDemo(parsed, io)) return demoCommand(parsed, io, stopped)
  const address = addressOf(parsed)
  offerConfig(parsed, io)
  const loaded = requireConfig(parsed.common, io)
  return loaded.config.mode === 'cluster'
    ? startCluster(loaded, stopped, address)
    : startEmbedded(loaded, parsed, io, stopped, address)
}
