/** The assembler as a service of the cluster. */
import { createRules } from '@ringback/journeys'
import { createKafkaLog } from '@ringback/kafka-log'
import { groupsOf, topicsOf } from '@ringback/pipeline'
import { measured, type ServiceDefinition, stageOf } from '@ringback/runtime'
import { createAssembleStage } from './assemble-stage.ts'
import { createAssemble } from './assemble.ts'
import { isSaidAgain, subscribeProfilesAgain } from './profiles-again.ts'

export const assembler: ServiceDefinition = {
  name: 'assembler',
  build: ({ config, clock, pause, random, metrics, metricsOf, logger, onStop }) => {
    const { kafka, defaults } = config
    const topics = topicsOf(kafka)
    const assemble = createAssemble(createRules(config))
    const log = createKafkaLog({ brokers: kafka.brokers, clientId: 'ringback-assembler', clock, log: logger.warn })
    onStop('log', log.close)
    const parts = { assemble, log, topics, logger }
    const handler = measured(createAssembleStage({ ...parts, metrics }), metrics, clock)
    const againMetrics = metricsOf('profiles-again')
    const again = createAssembleStage({
      ...parts,
      metrics: againMetrics,
      accepts: (record) => isSaidAgain(record, clock(), defaults),
    })
    return {
      start: async () => {
        const profilesAgain = await subscribeProfilesAgain({
          log,
          kafka,
          retention: defaults.retention,
          handler: measured(again, againMetrics, clock),
          clock,
          patience: { pause, random },
          onRetry: (err, pauseMs) => logger.warn({ err, pauseMs }, 'Could not begin to say the profiles again yet.'),
        })
        try {
          const { web, contacts, profiles } = topics
          const group = groupsOf(kafka).assembler
          const records = await log.subscribe({ group, topics: [web, contacts, profiles], handler })
          return stageOf([records, profilesAgain], clock)
        } catch (error) {
          await profilesAgain.stop()
          throw error
        }
      },
    }
  },
}
