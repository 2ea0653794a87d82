/** The house of the cluster: connections to what others run. Nothing is asked of anything before a command needs it. */
import { dirname, join } from 'node:path'
import { openState } from '@ringback/correlator'
import { createRules } from '@ringback/journeys'
import { createKafkaLog } from '@ringback/kafka-log'
import { groupsOf, type KeyedState, topicsOf } from '@ringback/pipeline'
import { clickhouseOf, type LoadedConfig, requireCluster } from '@ringback/runtime'
import { openServer } from '@ringback/warehouse'
import { clockOf, type ClusterHouse, once, readLinkKey } from './house.ts'
import type { Io } from './io.ts'
import type { CommonOptions } from './options.ts'

export const openClusterHouse = (loaded: LoadedConfig, common: CommonOptions, io: Io): ClusterHouse => {
  const config = requireCluster(loaded)
  const { kafka } = config
  // The services look for it there; one in the data folder is of the embedded mode.
  const keyDir = dirname(loaded.file)
  const warehouse = openServer(clickhouseOf(config, io.env))
  const log = createKafkaLog({ brokers: kafka.brokers, clientId: 'ringback-command', clock: io.clock })
  const states = new Map<number, KeyedState>()
  const stateOf = (generation: number): KeyedState => {
    const known = states.get(generation)
    if (known) return known
    const state = openState({ config, env: io.env, generation })
    states.set(generation, state)
    return state
  }
  return {
    mode: 'cluster',
    config,
    configFile: loaded.file,
    keyFile: join(keyDir, 'link.key'),
    linkKey: once(() => readLinkKey({ env: io.env, dataDir: keyDir, configFile: loaded.file, mayMake: false }, config)),
    rules: createRules(config),
    warehouse,
    topics: topicsOf(kafka),
    groups: groupsOf(kafka),
    log,
    state: stateOf,
    clock: clockOf(common, io),
    close: async () => {
      await Promise.all([log.close(), ...[...states.values()].map((state) => state.close())])
      await warehouse.close()
    },
  }
}
