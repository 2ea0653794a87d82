/** Opens everything that a command works with, in order, and closes it in reverse. */
import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Config, Instant } from '@ringback/contracts'
import { createCorrelate } from '@ringback/correlator'
import { createTokeniser } from '@ringback/identity'
import { createRules, type Rules } from '@ringback/journeys'
import { openLmdbStore } from '@ringback/lmdb-store'
import { RingbackError, type Store, type Table, TABLES } from '@ringback/pipeline'
import { findConfig, loadConfig, loadLinkKey } from '@ringback/runtime'
import { openEmbedded, type Warehouse } from '@ringback/warehouse'
import { createWriter } from '@ringback/writer'
import type { Io } from './io.ts'
import type { CommonOptions } from './options.ts'
import { createPipeline, type Pipeline, sweepBefore } from './pipeline.ts'

/** Rows that may wait for the tables before reading pauses. */
const MOST_WAITING_BYTES = 24 * 1024 * 1024

export interface House {
  readonly config: Config
  readonly configFile: string
  readonly dataDir: string
  readonly key: Buffer
  readonly rules: Rules
  readonly store: Store
  readonly warehouse: Warehouse
  readonly pipeline: Pipeline
  readonly clock: () => Instant
  readonly close: () => Promise<void>
}

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

const claim = (store: Store, keyId: string, rules: Rules): void => {
  const progress = store.progress()
  if (progress.keyId !== null && progress.keyId !== keyId)
    throw new RingbackError(
      'key',
      'the link key is not the one that this data was made with: residents would fall apart. Give the former key, or begin a new data folder with --data',
    )
  if (progress.keyId === null)
    store.transaction((transaction) => {
      transaction.progress = { ...transaction.progress, keyId, ruleVersion: rules.ruleVersion }
    })
}

/** Opens the data folder for work. Throws RingbackError with what to do. */
export const openHouse = async (common: CommonOptions, io: Io): Promise<House> => {
  const dataDir = dataDirOf(common, io)
  const { config, file: configFile } = requireConfig(common, io)
  if (config.mode !== 'embedded')
    throw new RingbackError('configuration', `${configFile}: mode: expected embedded; this version runs no cluster`)
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const key = loadLinkKey({ env: io.env, dataDir, configFile, mayMake: true })
  const rules = createRules(config)
  const { region } = config.council
  const { keyId } = createTokeniser({ key, region, stopList: config.identity.stopList })
  const warehouse = await openEmbedded({ dataDir: join(dataDir, 'tables') })
  let store: Store | undefined
  try {
    store = openLmdbStore({ path: join(dataDir, 'state') })
    claim(store, keyId, rules)
    await warehouse.migrate()
    const writer = createWriter({
      store,
      insert: (entries) => {
        const bodiesFor = (table: Table) => entries.filter((entry) => entry.table === table).map(({ body }) => body)
        return warehouse.insertConclusions(
          Object.fromEntries(TABLES.map((table) => [table, bodiesFor(table)])),
          (refused) => {
            io.err(`The table ${refused.table} refused a row, which is a fault of Ringback: ${refused.cause.message}\n`)
          },
        )
      },
      mostWaiting: MOST_WAITING_BYTES,
    })
    await writer.settled()
    const opened = store
    const pipeline = createPipeline({ store, writer, correlate: createCorrelate(rules), rules })
    const { now } = common
    const clock = now === undefined ? io.clock : () => now
    opened.sweep(sweepBefore(opened.progress().now, config.defaults.retention))
    return {
      config,
      configFile,
      dataDir,
      key,
      rules,
      store,
      warehouse,
      pipeline,
      clock,
      close: async () => {
        await writer.settled()
        await opened.close()
        await warehouse.close()
      },
    }
  } catch (error) {
    await store?.close()
    await warehouse.close()
    throw error
  }
}

/** After the rules have changed, judges anew what is remembered; says so while it does. */
export const followRules = async (house: House, io: Io): Promise<void> => {
  const { store, rules, pipeline, clock } = house
  if (store.progress().ruleVersion === rules.ruleVersion) return
  io.err('The rules have changed: what is remembered is judged anew.\n')
  const judged = await pipeline.rejudge(clock(), (roots) => io.progress(`judged ${roots} households`))
  io.err(`${judged} households judged by rules ${rules.ruleVersion}.\n`)
}
