/** The house of the embedded mode: one data folder, opened in order and closed in reverse. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { createCorrelate } from '@ringback/correlator'
import { createRules, type Rules } from '@ringback/journeys'
import { openLmdbStore } from '@ringback/lmdb-store'
import { RingbackError, type Store, type Table, TABLES } from '@ringback/pipeline'
import type { LoadedConfig } from '@ringback/runtime'
import { openEmbedded } from '@ringback/warehouse'
import { createWriter } from '@ringback/writer'
import { clockOf, dataDirOf, type EmbeddedHouse, readLinkKey } from './house.ts'
import type { Io } from './io.ts'
import type { CommonOptions } from './options.ts'
import { createPipeline, sweepBefore } from './pipeline.ts'

/** Rows that may wait for the tables before reading pauses. */
const MOST_WAITING_BYTES = 24 * 1024 * 1024

const claim = async (store: Store, keyId: string, rules: Rules): Promise<void> => {
  const progress = store.progress()
  if (progress.keyId !== null && progress.keyId !== keyId)
    throw new RingbackError(
      'key',
      'the link key is not the one that this data was made with: residents would fall apart. Give the former key, or begin a new data folder with --data',
    )
  if (progress.keyId !== null) return
  const { committed } = await store.transaction((transaction) => {
    transaction.progress = { ...transaction.progress, keyId, ruleVersion: rules.ruleVersion }
  })
  await committed
}

const makeDataDir = (dataDir: string): void => {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  } catch (cause) {
    const { message } = cause as Error
    throw new RingbackError(
      'store',
      `The data folder ${dataDir} cannot be made: ${message}. Name another with --data`,
      {
        cause,
      },
    )
  }
}

/** Opens the data folder for work. Throws RingbackError with what to do. */
export const openEmbeddedHouse = async (
  { config, file: configFile }: LoadedConfig,
  common: CommonOptions,
  io: Io,
): Promise<EmbeddedHouse> => {
  const dataDir = dataDirOf(common, io)
  makeDataDir(dataDir)
  const linkKey = readLinkKey({ env: io.env, dataDir, configFile, mayMake: true }, config)
  const rules = createRules(config)
  const warehouse = await openEmbedded({ dataDir: join(dataDir, 'tables') })
  let store: Store | undefined
  try {
    store = openLmdbStore({ path: join(dataDir, 'state') })
    await claim(store, linkKey.keyId, rules)
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
    return {
      mode: 'embedded',
      config,
      configFile,
      keyFile: join(dataDir, 'link.key'),
      dataDir,
      linkKey: () => linkKey,
      rules,
      store,
      warehouse,
      pipeline,
      clock: clockOf(common, io),
      close: async () => {
        await pipeline.settled()
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

/** Lets go of nodes that nothing remembered rests on any more. */
export const sweep = async ({ store, config }: EmbeddedHouse): Promise<void> => {
  await store.sweep(sweepBefore(store.progress().now, config.defaults.retention))
}

/** Judges anew what is remembered, whether or not the rules have changed; how many households that were. */
export const rejudgeEmbedded = async ({ pipeline, clock }: EmbeddedHouse, io: Io): Promise<number> => {
  const judged = await pipeline.rejudge(clock(), (roots) => io.progress(`judged ${roots} households`))
  io.progress('')
  return judged
}

/** After the rules have changed, judges anew what is remembered; says so. */
export const followRules = async (house: EmbeddedHouse, io: Io): Promise<void> => {
  const { store, rules } = house
  if (store.progress().ruleVersion === rules.ruleVersion) return
  io.err('The rules have changed: what is remembered is judged anew.\n')
  const judged = await rejudgeEmbedded(house, io)
  io.err(`${judged} households judged by rules ${rules.ruleVersion}.\n`)
}
