import { RingbackError } from '@ringback/pipeline'
import {
  KafkaJSConnectionError,
  KafkaJSNonRetriableError,
  KafkaJSNumberOfRetriesExceeded,
  KafkaJSProtocolError,
} from 'kafkajs'
import { guarded, toRingbackError } from './faults.ts'

const protocol = (type: string): Error =>
  new KafkaJSProtocolError(Object.assign(new Error('what the broker says'), { type, code: 0, retriable: false }))
const exhausted = (cause: Error): Error => new KafkaJSNumberOfRetriesExceeded(cause, { retryCount: 5, retryTime: 1 })

test.each([
  ['a lost connection', new KafkaJSConnectionError('gone'), true],
  ['a lost connection, after all attempts', exhausted(new KafkaJSConnectionError('gone')), true],
  ['a rebalance', protocol('REBALANCE_IN_PROGRESS'), true],
  ['a member that is none any more', protocol('UNKNOWN_MEMBER_ID'), true],
  ['too few replicas', protocol('NOT_ENOUGH_REPLICAS'), true],
  ['a consumer that is stopped', new KafkaJSNonRetriableError('not initialised'), true],
  ['a message that is too large', protocol('MESSAGE_TOO_LARGE'), false],
  ['a topic that is not there', exhausted(protocol('UNKNOWN_TOPIC_OR_PARTITION')), false],
  ['a topic that we may not use', protocol('TOPIC_AUTHORIZATION_FAILED'), false],
])('%s: may it pass?', (_, cause, retryable) => {
  expect(toRingbackError(cause, 'doing it')).toMatchObject({
    code: 'store',
    message: expect.stringMatching(/^doing it: ./),
    retryable,
    cause,
  })
})

test('our own errors and bugs come back as they are', async () => {
  const [own, bug] = [new RingbackError('store', 'own'), new TypeError('a bug')]
  expect(toRingbackError(own, '')).toBe(own)
  await expect(guarded('', () => Promise.reject(bug))).rejects.toBe(bug)
})
