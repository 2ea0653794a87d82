/** What kafkajs throws, as our one error class; whether to try again is decided here. No message of a record's contents passes. */
import { RingbackError } from '@ringback/pipeline'
// Its named exports are not all seen by ES modules.
import kafkajs from 'kafkajs'

/** Broker errors that no repetition mends, with what to do about them. */
const FATAL: Readonly<Record<string, string>> = {
  MESSAGE_TOO_LARGE:
    'a message is larger than the topic takes: raise its max.message.bytes (`ringback topics create` sets it on new topics)',
  RECORD_LIST_TOO_LARGE: 'a message is larger than the segments of the topic: raise segment.bytes',
  INVALID_RECORD: 'the topic refuses a record: look at its cleanup.policy and message.timestamp settings',
  INVALID_TIMESTAMP:
    "the topic refuses a record's timestamp: set message.timestamp.type=LogAppendTime, check the clocks",
  UNSUPPORTED_FOR_MESSAGE_FORMAT: 'the topic has a message format before Kafka 0.11: make it anew',
  INVALID_TOPIC_EXCEPTION: 'no topic can have this name: change kafka.prefix',
  UNKNOWN_TOPIC_OR_PARTITION: 'it is not there: run `ringback topics create`',
  TOPIC_AUTHORIZATION_FAILED: 'access is denied: allow this client to use the topic',
  GROUP_AUTHORIZATION_FAILED: 'access is denied: allow this client to use the consumer group',
  CLUSTER_AUTHORIZATION_FAILED: 'access is denied: allow this client to do it',
  INCONSISTENT_GROUP_PROTOCOL: 'other software is in this consumer group: stop it, or change kafka.prefix',
  INVALID_REPLICATION_FACTOR:
    'there are fewer brokers than replicas: correct default.replication.factor on the brokers',
  INVALID_PARTITIONS: 'the broker refuses this number of partitions',
  INVALID_CONFIG: 'the broker refuses a setting of the topic',
  POLICY_VIOLATION: "the broker's policy refuses it",
  UNSUPPORTED_VERSION: 'this broker does not speak our version of the protocol: Kafka 2.1 or later is needed',
}

interface Fault {
  readonly name?: string
  /** Of broker errors: their name in the protocol. */
  readonly type?: string
  readonly cause?: unknown
  readonly errors?: readonly unknown[]
}

/** An error and what caused it, outermost first: kafkajs wraps most errors when it gives up. */
const chainOf = (error: unknown): readonly Fault[] => {
  const chain: Fault[] = []
  for (let link = error; link instanceof Error && chain.length < 10;) {
    const fault: Fault = link
    chain.push(fault)
    link = fault.cause ?? fault.errors?.[0]
  }
  return chain
}

/** The broker's own name of an error, if a broker answered at all. */
export const faultType = (error: unknown): string | undefined => chainOf(error).find(({ type }) => type)?.type

/**
 * `doing` says what could not be done. Timeouts, lost connections and what a change of leaders or members brings: retryable. An
 * error that is not kafkajs's is a bug, and comes back as it is.
 */
export const toRingbackError = (error: unknown, doing: string): unknown => {
  if (error instanceof RingbackError) return error
  const chain = chainOf(error)
  if (!chain.some((link) => link instanceof kafkajs.KafkaJSError || link.name === 'KafkaJSAggregateError')) return error
  const type = faultType(error)
  const advice = type === undefined ? undefined : FATAL[type]
  const isDenied = chain.some(({ name }) => name === 'KafkaJSSASLAuthenticationError')
  const why = advice ?? (isDenied ? 'Kafka refuses our credentials' : (type ?? chain.at(-1)?.name ?? 'unknown'))
  return new RingbackError('store', `${doing}: ${why}`, {
    retryable: advice === undefined && !isDenied,
    cause: error,
  })
}

/** Runs what talks to Kafka, with its errors as ours. */
export const guarded = async <T>(doing: string, work: () => Promise<T>): Promise<T> => {
  try {
    return await work()
  } catch (error) {
    throw toRingbackError(error, doing)
  }
}
