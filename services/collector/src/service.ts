/** The collector as a service of the cluster: the HTTP doors, and the door to the council's own topics. */
import { dirname } from 'node:path'
import { createTokeniser } from '@ringback/identity'
import { createRules } from '@ringback/journeys'
import { createKafkaLog } from '@ringback/kafka-log'
import { groupsOf, type Log, type StageMetrics, topicsOf } from '@ringback/pipeline'
import { openRedisClaims } from '@ringback/redis-state'
import {
  type ClusterConfig,
  idleStage,
  loadLinkKey,
  measured,
  readSecret,
  type ServiceContext,
  type ServiceDefinition,
  stageOf,
} from '@ringback/runtime'
import { toCarrierMessages } from './carrier-messages.ts'
import { registerDoors } from './http/register-doors.ts'
import { createIntake, type Intake } from './intake.ts'
import { createKafkaDoor, sourceKinds } from './kafka-door.ts'
import type { Keep } from './keep.ts'
import { watchKeys } from './keys/keys.ts'
import { keysFileOf } from './keys/keys-place.ts'
import { createTopicProducer } from './topic-producer.ts'

/** Onto the topics: acknowledged by all replicas. */
const keepOnTopics = (log: Log, { kafka }: ClusterConfig, metrics: StageMetrics): Keep => {
  const produce = createTopicProducer({ log, topics: topicsOf(kafka), onSent: metrics.sent })
  return ({ records, bad }) => produce(toCarrierMessages(records), bad)
}

const routes = (
  { config, configFile, env, clock, metrics, metricsOf, logger, onStop }: ServiceContext,
  { intake, linkKey, log }: { readonly intake: Intake; readonly linkKey: Buffer; readonly log: Log },
) => {
  const file = keysFileOf({ config, configFile, dataDir: dirname(configFile) })
  const keys = watchKeys({ file, linkKey, clock, logger })
  const claims = openRedisClaims({ redis: config.redis, prefix: config.kafka.prefix, env })
  onStop('claims', claims.close)
  const keep = keepOnTopics(log, config, metrics)
  const twilioAuthToken = readSecret(env, 'RINGBACK_TWILIO_AUTH_TOKEN')
  const parts = { intake, keep, keys, claims, config, linkKey, twilioAuthToken, clock, logger, metricsOf }
  return (app: Parameters<typeof registerDoors>[0]): void => registerDoors(app, parts)
}

export const collector: ServiceDefinition = {
  name: 'collector',
  build: (context) => {
    const { config, configFile, env, clock, metrics, logger, onStop } = context
    const { kafka, council, identity } = config
    const linkKey = loadLinkKey({ env, dataDir: dirname(configFile), configFile, mayMake: false })
    const tokeniser = createTokeniser({ key: linkKey, region: council.region, stopList: identity.stopList })
    const intake = createIntake(tokeniser, createRules(config))
    const log = createKafkaLog({ brokers: kafka.brokers, clientId: 'ringback-collector', clock, log: logger.warn })
    onStop('log', log.close)
    const topics = [...sourceKinds(kafka).keys()]
    const handler = measured(createKafkaDoor({ intake, log, kafka, clock, metrics, logger }), metrics, clock)
    return {
      routes: routes(context, { intake, linkKey, log }),
      start: async () => {
        if (topics.length === 0) return idleStage()
        return stageOf([await log.subscribe({ group: groupsOf(kafka).collector, topics, handler })], clock)
      },
    }
  },
}
