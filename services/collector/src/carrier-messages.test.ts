/** Records of one carrier share a message, as far as they fit. */
import { parseTopicRecords, toTopicRecord } from '@ringback/contracts'
import { toCarrierMessages } from './carrier-messages.ts'
import { createEdge, LEAST } from './testing/edge.ts'

const recordOf = (more: object) => {
  const accepted = createEdge().accept({ ...LEAST.contacts, ...more })
  if (accepted.kind === 'bad') throw new Error('a bad record')
  return accepted.record
}

test('one record stands alone, several in an array', () => {
  const [a, b, c] = ['a', 'b', 'c'].map((id) => recordOf({ id, conversation: id === 'c' ? 'z' : 'y' }))
  if (!a || !b || !c) throw new Error('three records')
  expect(toCarrierMessages([a, c, b])).toEqual([
    { kind: 'contacts', key: 'contact:telephony:y', value: `[${toTopicRecord(a)},${toTopicRecord(b)}]` },
    { kind: 'contacts', key: 'contact:telephony:z', value: toTopicRecord(c) },
  ])
})

test('no message is larger than 256 KiB, and none of the records is lost', () => {
  const records = Array.from({ length: 400 }, (_, i) =>
    recordOf({
      id: `leg-${i}`,
      conversation: 'y',
      queue: 'q'.repeat(1 + ((i * 37) % 1_000)),
      disposition: 'd'.repeat(900),
    }),
  )
  const messages = toCarrierMessages(records)
  expect(messages.length).toBeGreaterThan(1)
  for (const { value } of messages) expect(Buffer.byteLength(value ?? '')).toBeLessThanOrEqual(256 * 1024)
  expect(messages.length).toBeLessThan(4)
  expect(messages.flatMap(({ value }) => parseTopicRecords('contacts', value ?? ''))).toEqual(records)
})

test('nothing is no message', () => {
  expect(toCarrierMessages([])).toEqual([])
})
