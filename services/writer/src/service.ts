/** The writer as a service of the cluster. */
import { createKafkaLog } from '@ringback/kafka-log'
import { groupsOf, topicsOf } from '@ringback/pipeline'
import { clickhouseOf, measured, notReady, type ServiceDefinition, stageOf } from '@ringback/runtime'
import { openServer } from '@ringback/warehouse'
import { GATHERING } from './gathering.ts'
import { createTableStage } from './table-stage.ts'

export const writer: ServiceDefinition = {
  name: 'writer',
  build: ({ config, env, clock, pause, metrics, logger, onStop }) => {
    const { kafka } = config
    const topics = topicsOf(kafka)
    const warehouse = openServer(clickhouseOf(config, env))
    onStop('tables', warehouse.close)
    const log = createKafkaLog({
      brokers: kafka.brokers,
      clientId: 'ringback-writer',
      clock,
      log: logger.warn,
      // Who waits for an insert is not in the way of another who may join it.
      tuning: { concurrency: 2 * kafka.partitions },
    })
    onStop('log', log.close)
    const stage = createTableStage({ warehouse, topics, metrics, logger, times: { ...GATHERING, pause } })
    return {
      start: async () => {
        const migrations = await warehouse.migrate()
        if (migrations.length > 0) logger.info({ migrations }, 'Brought the tables to the shape of this version.')
        const subscription = await log.subscribe({
          group: groupsOf(kafka).writer,
          topics: [topics.conclusions, topics.badRows],
          handler: measured(stage, metrics, clock),
        })
        const reading = stageOf([subscription], clock)
        return {
          ...reading,
          ready: () => {
            const failure = stage.failure()
            return failure === undefined ? reading.ready() : notReady(failure)
          },
        }
      },
    }
  },
}
