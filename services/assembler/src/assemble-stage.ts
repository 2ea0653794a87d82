/**
 * The assembler in the cluster: records of a batch → facts of their carriers → the household log. It remembers nothing, so whoever
 * owns a partition can do it, and doing it twice says the same twice.
 */
import { type EdgeRecord, parseTopicRecords, RECORD_KINDS, type RecordKind } from '@ringback/contracts'
import { encodeMessage } from '@ringback/households'
import {
  type Batch,
  type BatchHandler,
  type Log,
  type OutgoingMessage,
  type ReceivedMessage,
  type StageMetrics,
  type Topics,
} from '@ringback/pipeline'
import type { Logger } from '@ringback/runtime'
import type { Assemble } from './assemble.ts'

export interface AssembleStageParts {
  readonly assemble: Assemble
  readonly log: Pick<Log, 'append'>
  readonly topics: Topics
  readonly metrics: StageMetrics
  readonly logger: Logger
  /** Which records go on; all, unless it says otherwise. */
  readonly accepts?: (record: EdgeRecord) => boolean
}

export const createAssembleStage = (parts: AssembleStageParts): BatchHandler => {
  const { assemble, log, topics, metrics, logger, accepts = () => true } = parts
  const kinds = new Map<string, RecordKind>(RECORD_KINDS.map((kind) => [topics[kind], kind]))

  /** Not ours: somebody else writes on our topic. Nobody waits for that. */
  const recordsOf = (
    kind: RecordKind,
    message: ReceivedMessage,
    { topic, partition }: Batch,
  ): readonly EdgeRecord[] => {
    if (message.value === null) {
      metrics.dropped('tombstone', 1)
      return []
    }
    try {
      return parseTopicRecords(kind, message.value.toString())
    } catch (error) {
      metrics.bad('malformed', 1)
      logger.warn(
        { err: error, topic, partition, offset: message.offset },
        'Passed over a message that is none of ours.',
      )
      return []
    }
  }

  return {
    onBatch: async (batch) => {
      const kind = kinds.get(batch.topic)
      const last = batch.messages.at(-1)
      if (kind === undefined || !last) throw new TypeError('a batch of no records')
      const records = batch.messages.flatMap((message) => recordsOf(kind, message, batch))
      const accepted = records.filter(accepts)
      const { messages, superseded } = assemble(accepted)
      const outgoing = messages.flatMap((message): OutgoingMessage[] =>
        encodeMessage(message).map((value) => ({ key: message.node, value })),
      )
      // Killed before this: nothing was said.
      if (outgoing.length > 0) await log.append(topics.households, outgoing)
      metrics.sent('households', outgoing.length)
      // Killed before this: the same is said again, and merges to the same.
      await batch.commit(last.offset + 1)
      if (records.length > accepted.length) metrics.dropped('not_wanted', records.length - accepted.length)
      const { topic, partition } = batch
      const counts = { records: records.length, sent: outgoing.length, superseded }
      logger.debug({ topic, partition, offset: last.offset, ...counts }, 'Assembled a batch.')
    },
  }
}
