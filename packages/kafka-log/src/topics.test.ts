/** What kafkajs answers before it knows of a topic's partitions is no answer. */
import type { Kafka } from 'kafkajs'
import { createTopicAdmin } from './topics.ts'

const TOPIC = 'rb.web'

/** Of a topic of two partitions. */
const createAdmin = (answers: object) => {
  const admin = {
    connect: async () => undefined,
    disconnect: async () => undefined,
    fetchTopicMetadata: async () => ({ topics: [{ name: TOPIC, partitions: [{}, {}] }] }),
    ...answers,
  }
  return createTopicAdmin({ admin: () => admin } as unknown as Kafka)
}

test('bounds that it cannot take apart may be asked for again', async () => {
  const fetchTopicOffsets = () =>
    Promise.reject(new TypeError("Cannot destructure property 'partitions' of 'high.pop(...)'"))
  await expect(createAdmin({ fetchTopicOffsets }).bounds(TOPIC)).rejects.toMatchObject({ retryable: true })
})

test.each([
  ['no partition', []],
  ['some', [{ topic: TOPIC, partitions: [{ partition: 1, offset: '7' }] }]],
])('offsets of %s are not those of all: whoever took them for that would begin at the earliest', async (_, offsets) => {
  const admin = createAdmin({ fetchOffsets: async () => offsets })
  await expect(admin.committed('group', TOPIC)).rejects.toMatchObject({ retryable: true })
})

test('offsets come in the order of the partitions; a name of an offset is none', async () => {
  const partitions = [
    { partition: 1, offset: '-1' },
    { partition: 0, offset: '7' },
  ]
  const admin = createAdmin({ fetchOffsets: async () => [{ topic: TOPIC, partitions }] })
  expect(await admin.committed('group', TOPIC)).toEqual([7, undefined])
})
