/** Appending: everything acknowledged by every in-sync replica. */
import { type OutgoingMessage, RingbackError } from '@ringback/pipeline'
import type { Kafka, Producer } from 'kafkajs'
import { whenFirstUsed } from './connection.ts'
import { guarded } from './faults.ts'
import { type PlacedMessage, sendsOf } from './sends.ts'

export interface Appender {
  readonly append: (topic: string, messages: readonly OutgoingMessage[]) => Promise<void>
  /** What it knows of topics may be of former ones. */
  readonly renew: () => Promise<void>
  readonly close: () => Promise<void>
}

const ACKNOWLEDGED_BY_ALL = -1

/**
 * One request for all partitions of a broker: with 500 messages over 32 partitions, a request each cost half as much again.
 * Uncompressed: gzip, which is all that kafkajs has, cost as much as everything else together. Records carry the clock of this
 * machine, never an event's time: a broker would expire a backfill at once.
 */
const send = async (producer: Producer, topic: string, messages: readonly PlacedMessage[]): Promise<void> => {
  const results = await producer.send({ topic, acks: ACKNOWLEDGED_BY_ALL, messages: [...messages] })
  const missing = new Set(messages.map(({ partition }) => partition))
  for (const { partition, errorCode } of results) {
    if (errorCode !== 0) throw new RingbackError('store', `${topic}: error ${errorCode}`, { retryable: true })
    missing.delete(partition)
  }
  if (missing.size > 0)
    throw new RingbackError('store', `${topic}: the broker did not speak of every partition`, { retryable: true })
}

export const createAppender = (kafka: Kafka, partitionsOf: (topic: string) => Promise<number>): Appender => {
  const connection = whenFirstUsed(() =>
    kafka.producer({
      allowAutoTopicCreation: false,
      createPartitioner:
        () =>
        ({ message }) =>
          message.partition ?? 0,
    }),
  )
  return {
    append: (topic, messages) =>
      guarded(`appending to ${topic}`, async () => {
        if (messages.length === 0) return
        const partitions = await partitionsOf(topic)
        const wrong = messages.find(({ partition = 0 }) => partition < 0 || partition >= partitions)
        if (wrong) throw new RangeError(`${topic} has ${partitions} partitions, no number ${wrong.partition}`)
        await connection.use(async (producer) => {
          for (const part of sendsOf(messages, partitions)) await send(producer, topic, part)
        })
      }),
    renew: connection.renew,
    close: connection.end,
  }
}
