import { type OutgoingMessage, partitionOf } from '@ringback/pipeline'
import fc from 'fast-check'
import { sendsOf } from './sends.ts'

const KIB = 1024
const sized = (bytes: number, partition = 0): OutgoingMessage => ({ key: '', value: 'x'.repeat(bytes), partition })

test('a send holds at most 500 messages of a partition', () => {
  const messages = Array.from({ length: 1_200 }, () => sized(1))
  expect(sendsOf(messages, 1).map((send) => send.length)).toEqual([500, 500, 200])
})

test('a send holds at most 768 KiB of a partition, and a larger message alone', () => {
  const messages = [700, 60, 60, 900, 1].map((kib) => sized(kib * KIB))
  expect(sendsOf(messages, 1).map((send) => send.map(({ value }) => (value?.length ?? 0) / KIB))).toEqual([
    [700, 60],
    [60],
    [900],
    [1],
  ])
})

test('bytes count, not characters', () => {
  const messages = Array.from({ length: 2 }, () => ({ key: '', value: '€'.repeat(200 * KIB), partition: 0 }))
  expect(sendsOf(messages, 1)).toHaveLength(2)
})

test('partitions share a send, up to 4 MiB', () => {
  const messages = Array.from({ length: 12 }, (_, partition) => sized(700 * KIB, partition))
  expect(sendsOf(messages, 12).map((send) => send.length)).toEqual([5, 5, 2])
})

test('nothing vanishes, each is where its key or its sender puts it, in the order within its partition', () => {
  const message = fc.record({
    key: fc.string(),
    value: fc.option(fc.integer({ min: 0, max: 400 * KIB }).map((bytes) => 'x'.repeat(bytes))),
    partition: fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined }),
  })
  fc.assert(
    fc.property(fc.array(message, { maxLength: 60 }), (drawn) => {
      const messages = drawn.map(({ key, value, partition }, i): OutgoingMessage => {
        const named = { key: `${i}:${key}`, value }
        return partition === undefined ? named : { ...named, partition }
      })
      const placed = messages.map(({ key, value, partition }) => ({
        key,
        value,
        partition: partition ?? partitionOf(key, 4),
      }))
      const sent = sendsOf(messages, 4).flat()
      for (const at of [0, 1, 2, 3])
        expect(sent.filter(({ partition }) => partition === at)).toEqual(
          placed.filter(({ partition }) => partition === at),
        )
    }),
    { numRuns: 50 },
  )
})
