/** The correlator as a service of the cluster. */
import { dirname } from 'node:path'
import { createTokeniser } from '@ringback/identity'
import { createRules } from '@ringback/journeys'
import { createKafkaLog } from '@ringback/kafka-log'
import { groupsOf, type KeyedState, topicsOf } from '@ringback/pipeline'
import { openRedisState, type RedisStateOptions } from '@ringback/redis-state'
import {
  type ClusterConfig,
  loadLinkKey,
  measured,
  notReady,
  type ServiceContext,
  type ServiceDefinition,
  stageOf,
} from '@ringback/runtime'
import { createCorrelator } from './partition-owner.ts'

/** Nodes that were not written for so many retentions are let go of (HOUSEHOLD-LOG, State). */
const RETENTIONS_KEPT = 3

export interface StatePlace {
  readonly config: Pick<ClusterConfig, 'redis' | 'kafka' | 'defaults'>
  readonly env: ServiceContext['env']
  /** Of the configuration, if it is left out. */
  readonly generation?: number
  readonly onProblem?: RedisStateOptions['onProblem']
}

/** The keyed state of a generation of the household log. */
export const openState = ({ config, env, generation, onProblem }: StatePlace): KeyedState =>
  openRedisState({
    redis: config.redis,
    prefix: config.kafka.prefix,
    generation: generation ?? config.kafka.generation,
    expiresAfterMs: RETENTIONS_KEPT * config.defaults.retention,
    env,
    ...(onProblem && { onProblem }),
  })

export const correlator: ServiceDefinition = {
  name: 'correlator',
  build: ({ config, configFile, env, clock, metrics, logger, onStop }) => {
    const { kafka, council, identity } = config
    const { generation } = kafka
    const key = loadLinkKey({ env, dataDir: dirname(configFile), configFile, mayMake: false })
    const { keyId } = createTokeniser({ key, region: council.region, stopList: identity.stopList })
    const state = openState({
      config,
      env,
      onProblem: (problem) => logger.warn({ problem }, 'Redis is not set up as it should be.'),
    })
    onStop('state', state.close)
    const log = createKafkaLog({ brokers: kafka.brokers, clientId: 'ringback-correlator', clock, log: logger.warn })
    onStop('log', log.close)
    const rules = createRules(config)
    const handler = createCorrelator({ log, state, rules, keyId, generation, topics: topicsOf(kafka), metrics })
    return {
      start: async () => {
        const subscription = await log.subscribe({
          group: groupsOf(kafka).correlator,
          topics: [topicsOf(kafka).households],
          handler: measured(handler, metrics, clock),
        })
        const reading = stageOf([subscription], clock)
        return {
          ...reading,
          ready: () => {
            const standstill = handler.standstill()
            return standstill === undefined ? reading.ready() : notReady(standstill)
          },
        }
      },
    }
  },
}
