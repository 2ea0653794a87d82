/**
 * The door to the council's own topics. What it says is durable on ours before it commits: who dies in between says it again, which
 * changes nothing. What cannot be used becomes a bad row and holds nobody up.
 */
import {
  type BadRow,
  type EdgeRecord,
  type Instant,
  RECORD_BYTES,
  RECORD_KINDS,
  type RecordKind,
} from '@ringback/contracts'
import {
  type Batch,
  type BatchHandler,
  type KafkaConfig,
  type Log,
  type ReceivedMessage,
  RingbackError,
  type StageMetrics,
  toBadRow,
  topicsOf,
} from '@ringback/pipeline'
import type { Logger } from '@ringback/runtime'
import { toCarrierMessages } from './carrier-messages.ts'
import type { EdgeCounts, Intake } from './intake.ts'
import { isTooLarge, parseRawMessage } from './raw-message.ts'
import { createTopicProducer } from './topic-producer.ts'

/** The council's own topics, each with the kind of record that it holds. Throws where that cannot be told. */
export const sourceKinds = (kafka: KafkaConfig): ReadonlyMap<string, RecordKind> => {
  const ours = new Set(Object.values(topicsOf(kafka)))
  const kinds = new Map<string, RecordKind>()
  for (const kind of RECORD_KINDS)
    for (const topic of kafka.sources[kind]) {
      if (ours.has(topic))
        throw new RingbackError('configuration', `kafka.sources.${kind}: ${topic} is one of Ringback's own topics`)
      const known = kinds.get(topic)
      if (known !== undefined && known !== kind)
        throw new RingbackError('configuration', `kafka.sources.${kind}: ${topic} is named under ${known}, too`)
      kinds.set(topic, kind)
    }
  return kinds
}

export interface KafkaDoorParts {
  readonly intake: Intake
  readonly log: Pick<Log, 'append'>
  readonly kafka: KafkaConfig
  readonly clock: () => Instant
  readonly metrics: StageMetrics
  readonly logger: Logger
}

interface Taken {
  readonly records: EdgeRecord[]
  readonly bad: BadRow[]
  readonly edge: EdgeCounts
  /** Messages without any record. */
  empty: number
}

export const createKafkaDoor = ({ intake, log, kafka, clock, metrics, logger }: KafkaDoorParts): BatchHandler => {
  const kinds = sourceKinds(kafka)
  const produce = createTopicProducer({ log, topics: topicsOf(kafka), onSent: metrics.sent })

  const takeMessage = (
    message: ReceivedMessage,
    { topic, partition }: Batch,
    kind: RecordKind,
    at: Instant,
    taken: Taken,
  ) => {
    if (message.value === null) {
      taken.empty++
      return
    }
    const place = `${topic}/${partition}/${message.offset}`
    const raw = parseRawMessage(message.value)
    if (raw.kind === 'bad') {
      const origin = { place, kind, source: null, received: at }
      taken.bad.push(toBadRow({ reason: raw.reason, pointer: '' }, origin))
      return
    }
    const takeRecord = (record: unknown, position: { readonly element?: number }): void => {
      const accepted = intake.accept(record, { kind }, at, taken.edge)
      if (accepted.kind === 'pass') taken.records.push(accepted.record)
      else {
        const { refusal, recordKind, source } = accepted
        taken.bad.push(toBadRow(refusal, { place, ...position, kind: recordKind, source, received: at }))
      }
    }
    if (raw.kind === 'one') return takeRecord(raw.record, {})
    if (raw.records.length === 0) taken.empty++
    // Only in a message that is larger than a record may be can there be such a record.
    const mayBeTooLarge = message.value.length > RECORD_BYTES
    for (const [element, record] of raw.records.entries())
      if (mayBeTooLarge && isTooLarge(record))
        taken.bad.push(
          toBadRow({ reason: 'too_large', pointer: '' }, { place, element, kind, source: null, received: at }),
        )
      else takeRecord(record, { element })
  }

  return {
    onBatch: async (batch) => {
      const kind = kinds.get(batch.topic)
      const last = batch.messages.at(-1)
      if (kind === undefined || !last) throw new TypeError('a batch from no source')
      const received = clock()
      const taken: Taken = { records: [], bad: [], edge: { unknownTask: 0, noToken: {} }, empty: 0 }
      for (const message of batch.messages) takeMessage(message, batch, kind, received, taken)
      // Killed before this: nothing was said. After it: the same again, received a little later.
      await produce(toCarrierMessages(taken.records), taken.bad)
      // Killed before this: all of it is said again, and merges to the same.
      await batch.commit(last.offset + 1)
      for (const { reason } of taken.bad) metrics.bad(reason, 1)
      if (taken.empty > 0) metrics.dropped('empty', taken.empty)
      const { topic, partition } = batch
      const counts = { records: taken.records.length, bad: taken.bad.length, ...taken.edge }
      const sentence = 'Took a batch.'
      if (taken.bad.length > 0) logger.warn({ topic, partition, offset: last.offset, ...counts }, sentence)
      else logger.debug({ topic, partition, offset: last.offset, ...counts }, sentence)
    },
  }
}
