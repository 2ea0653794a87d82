/** The collector as a service of the cluster: for now the door to the council's own topics. */
import { dirname } from 'node:path'
import { createTokeniser } from '@ringback/identity'
import { createRules } from '@ringback/journeys'
import { createKafkaLog } from '@ringback/kafka-log'
import { groupsOf } from '@ringback/pipeline'
import { idleStage, loadLinkKey, measured, type ServiceDefinition, stageOf } from '@ringback/runtime'
import { createIntake } from './intake.ts'
import { createKafkaDoor, sourceKinds } from './kafka-door.ts'

export const collector: ServiceDefinition = {
  name: 'collector',
  build: ({ config, configFile, env, clock, metrics, logger, onStop }) => {
    const { kafka, council, identity } = config
    const key = loadLinkKey({ env, dataDir: dirname(configFile), configFile, mayMake: false })
    const tokeniser = createTokeniser({ key, region: council.region, stopList: identity.stopList })
    const intake = createIntake(tokeniser, createRules(config))
    const log = createKafkaLog({ brokers: kafka.brokers, clientId: 'ringback-collector', clock, log: logger.warn })
    onStop('log', log.close)
    const topics = [...sourceKinds(kafka).keys()]
    const handler = measured(createKafkaDoor({ intake, log, kafka, clock, metrics, logger }), metrics, clock)
    return {
      start: async () => {
        if (topics.length === 0) return idleStage()
        return stageOf([await log.subscribe({ group: groupsOf(kafka).collector, topics, handler })], clock)
      },
    }
  },
}
