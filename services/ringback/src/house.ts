/** What a command works with, in either mode: configuration, rules, clock and tables; and of each mode what moves records there. */
import { resolve } from 'node:path'
import type { Config, Instant } from '@ringback/contracts'
import { createTokeniser } from '@ringback/identity'
import type { Rules } from '@ringback/journeys'
import { type groupsOf, type KeyedState, type Log, RingbackError, type Store, type Topics } from '@ringback/pipeline'
import { type ClusterConfig, findConfig, type KeyPlaces, loadConfig, loadLinkKey } from '@ringback/runtime'
import type { Warehouse } from '@ringback/warehouse'
import type { Io } from './io.ts'
import type { CommonOptions } from './options.ts'
import type { Pipeline } from './pipeline.ts'

export interface LinkKey {
  readonly key: Buffer
  /** Tells keys apart without being one. */
  readonly keyId: string
}

interface Common {
  readonly configFile: string
  /** Where the link key may lie in a file. */
  readonly keyFile: string
  readonly rules: Rules
  readonly warehouse: Warehouse
  /** The clock of the command: `--now`. */
  readonly clock: () => Instant
  /** Throws where there is none: only whoever makes tokens, or asks for them, needs it. */
  readonly linkKey: () => LinkKey
  readonly close: () => Promise<void>
}

export interface EmbeddedHouse extends Common {
  readonly mode: 'embedded'
  readonly config: Config
  readonly dataDir: string
  readonly store: Store
  readonly pipeline: Pipeline
}

export interface ClusterHouse extends Common {
  readonly mode: 'cluster'
  readonly config: ClusterConfig
  readonly topics: Topics
  readonly groups: ReturnType<typeof groupsOf>
  readonly log: Log
  /** Of a generation; connected from the first call on. */
  readonly state: (generation: number) => KeyedState
}

export type House = EmbeddedHouse | ClusterHouse

export const dataDirOf = (common: CommonOptions, io: Io): string => resolve(io.cwd, common.data)

/** The configuration that counts. Throws where there is none, saying where one is looked for. */
export const requireConfig = (common: CommonOptions, io: Io): ReturnType<typeof loadConfig> => {
  const dataDir = dataDirOf(common, io)
  const file = findConfig({ asked: common.config ?? (io.env['RINGBACK_CONFIG'] || undefined), dataDir, cwd: io.cwd })
  if (file !== undefined) return loadConfig(file)
  throw new RingbackError(
    'configuration',
    `no configuration: name one with --config or RINGBACK_CONFIG, or put ringback.yaml into ${dataDir} or ${io.cwd}`,
  )
}

export const clockOf = ({ now }: CommonOptions, io: Io): (() => Instant) => (now === undefined ? io.clock : () => now)

export const readLinkKey = (places: KeyPlaces, { council, identity }: Config): LinkKey => {
  const key = loadLinkKey(places)
  return { key, keyId: createTokeniser({ key, region: council.region, stopList: identity.stopList }).keyId }
}

/** Asked once. */
export const once = <T>(ask: () => T): (() => T) => {
  let answer: { readonly value: T } | undefined
  return () => (answer ??= { value: ask() }).value
}
