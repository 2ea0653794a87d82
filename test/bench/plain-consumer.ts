/** The yardstick of the cluster: reads the household log from its beginning with kafkajs, and only parses. */
import { loadConfig } from '@ringback/runtime'
import { Kafka, logLevel } from 'kafkajs'

const [file = ''] = process.argv.slice(2)

const { kafka: settings } = loadConfig(file).config
if (!settings) throw new TypeError('a configuration without kafka')
const topic = `${settings.prefix}.households`
const kafka = new Kafka({ brokers: [...settings.brokers], logLevel: logLevel.NOTHING })
const admin = kafka.admin()
await admin.connect()
const total = (await admin.fetchTopicOffsets(topic)).reduce((sum, { high }) => sum + Number(high), 0)
await admin.disconnect()

const consumer = kafka.consumer({ groupId: `bench-plain-${process.pid}`, maxBytesPerPartition: 256 * 1024 })
await consumer.connect()
await consumer.subscribe({ topics: [topic], fromBeginning: true })
let read = 0
const begun = process.cpuUsage()
await new Promise<void>((resolve, reject) => {
  consumer
    .run({
      eachBatch: async ({ batch, heartbeat }) => {
        for (const { value } of batch.messages) {
          JSON.parse(String(value))
          read++
        }
        await heartbeat()
        if (read >= total) resolve()
      },
    })
    .catch(reject)
})
const { user, system } = process.cpuUsage(begun)
console.log(JSON.stringify({ read, cpuSeconds: (user + system) / 1e6 }))
process.exit(0)
