/** Topics are made where they are missing; the council's own stay as the council made them. */
import { configSchema, DAY_MS } from '@ringback/contracts'
import { requireCluster } from '@ringback/runtime'
import { createMemoryLog } from '@ringback/testkit'
import { createTopics } from './topics-command.ts'

const config = requireCluster({
  file: 'f',
  config: configSchema.parse({
    council: { name: 'B', timezone: 'Europe/London' },
    mode: 'cluster',
    kafka: {
      brokers: ['b:9092'],
      prefix: 'rb',
      partitions: 4,
      sources: { web: ['site.events', 'app.events'], contacts: ['telephony.calls'] },
    },
    redis: { url: 'redis://127.0.0.1:6379' },
    clickhouse: { url: 'http://127.0.0.1:8123', database: 'ringback' },
  }),
})
const OURS = ['rb.web', 'rb.contacts', 'rb.profiles', 'rb.households', 'rb.conclusions', 'rb.bad-rows']

test('all are made once, with the same partitions', async () => {
  const log = createMemoryLog(() => 0)
  expect(await createTopics(log, config)).toEqual([...OURS, 'site.events', 'app.events', 'telephony.calls'])
  for (const topic of [...OURS, 'app.events']) expect(await log.bounds(topic)).toHaveLength(4)
  expect(await createTopics(log, config)).toEqual([])
})

test("one of the council's own that is there is left as it is", async () => {
  const log = createMemoryLog(() => 0)
  const spec = {
    topic: 'site.events',
    partitions: 7,
    retention: DAY_MS,
    isCompacted: false,
    stampsOnAppend: false,
    mostMessageBytes: 1e6,
  }
  await log.createTopics([spec])
  expect(await createTopics(log, config)).toEqual([...OURS, 'app.events', 'telephony.calls'])
  expect(await log.bounds('site.events')).toHaveLength(7)
})

test('one of ours with other partitions is refused', async () => {
  const log = createMemoryLog(() => 0)
  await createTopics(log, config)
  const other = { ...config, kafka: { ...config.kafka, partitions: 5 } }
  await expect(createTopics(log, other)).rejects.toMatchObject({ code: 'configuration' })
})
