/** What came through a door, onto the topics: the one way there, whichever door it was. */
import { type BadRow, RECORD_KINDS } from '@ringback/contracts'
import type { Log, OutgoingMessage, Topics } from '@ringback/pipeline'
import type { CarrierMessage } from './carrier-messages.ts'

/** Resolves when all of it is durable. Rejects, retryable, where some of it may be there: say all of it again. */
export type TopicProducer = (messages: readonly CarrierMessage[], bad: readonly BadRow[]) => Promise<void>

export interface TopicProducerParts {
  readonly log: Pick<Log, 'append'>
  readonly topics: Topics
  readonly onSent?: (output: string, messages: number) => void
}

export const createTopicProducer =
  ({ log, topics, onSent }: TopicProducerParts): TopicProducer =>
  async (messages, bad) => {
    const send = async (output: string, topic: string, some: readonly OutgoingMessage[]): Promise<void> => {
      if (some.length === 0) return
      await log.append(topic, some)
      onSent?.(output, some.length)
    }
    const toMessage = ({ key, value }: CarrierMessage): OutgoingMessage => ({ key, value })
    const badRows = bad.map((row) => ({ key: row.id, value: JSON.stringify(row) }))
    await Promise.all([
      ...RECORD_KINDS.map((kind) =>
        send(kind, topics[kind], messages.filter((message) => message.kind === kind).map(toMessage)),
      ),
      send('bad-rows', topics.badRows, badRows),
    ])
  }
