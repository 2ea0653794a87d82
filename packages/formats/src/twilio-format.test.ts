import { convertBody } from './body.ts'
import { CONTEXT, convertWith } from './testing/convert.ts'
import { twilioFormat } from './twilio-format.ts'

const convert = convertWith(twilioFormat)

const completed =
  'CallSid=CA1&AccountSid=AC1&From=%2B447700900123&To=%2B441632960000&Direction=inbound&CallStatus=completed' +
  '&CallDuration=341&Duration=6&Timestamp=Mon%2C%2016%20Nov%202026%2011%3A31%3A41%20%2B0000&SequenceNumber=0&CallerName=A%20Resident'

test('a webhook about the end of a call is a leg that began by its duration before', () => {
  const body = { contentType: 'application/x-www-form-urlencoded; charset=UTF-8', content: completed }
  const value = {
    id: 'CA1',
    conversation: 'CA1',
    revision: Date.UTC(2026, 10, 16, 11, 31, 41),
    time: '2026-11-16T11:26:00.000Z',
    channel: 'phone',
    direction: 'inbound',
    outcome: 'answered',
    handle_seconds: 341,
    identifiers: { phone: '+447700900123' },
  }
  expect(convertBody(twilioFormat, CONTEXT, body)).toEqual({
    kind: 'pass',
    units: [[{ kind: 'record', value, hasAmbiguousTime: false }]],
  })
})

const row = {
  sid: 'CA1',
  parent_call_sid: null,
  date_created: 'Mon, 16 Nov 2026 11:25:59 +0000',
  date_updated: 'Mon, 16 Nov 2026 11:31:41 +0000',
  start_time: 'Mon, 16 Nov 2026 11:26:00 +0000',
  end_time: 'Mon, 16 Nov 2026 11:31:41 +0000',
  from: '+447700900123',
  to: '+441632960000',
  direction: 'inbound',
  status: 'completed',
  duration: '341',
  price: null,
}

test('the row of the same call wins over its webhooks, and says the same', () => {
  expect(convert(row)).toEqual([
    {
      id: 'CA1',
      conversation: 'CA1',
      revision: Date.UTC(2026, 10, 16, 11, 31, 41, 999),
      time: '2026-11-16T11:26:00.000Z',
      channel: 'phone',
      direction: 'inbound',
      outcome: 'answered',
      handle_seconds: 341,
      identifiers: { phone: '+447700900123' },
    },
  ])
})

describe('directions, and whose number is told', () => {
  test.each([
    [
      'a SIP trunk',
      { direction: 'trunking-originating' },
      { direction: 'inbound', identifiers: { phone: '+447700900123' } },
    ],
    [
      'the council rings',
      { direction: 'outbound-api', to: '+447700900456' },
      { direction: 'outbound', identifiers: { phone: '+447700900456' } },
    ],
    ['a number without its +', { from: '447700900123' }, { identifiers: { phone: '+447700900123' } }],
    ['a withheld number', { from: '+266696687' }, { identifiers: { phone: '+266696687' } }],
  ])('%s', (_, more, expected) => {
    expect(convert({ ...row, ...more })).toEqual([expect.objectContaining(expected)])
  })

  test('the leg that dials an agent belongs to the call, and has no resident of its own', () => {
    const child = { ...row, sid: 'CA2', parent_call_sid: 'CA1', direction: 'outbound-dial' }
    const [leg] = convert(child)
    expect(leg).toMatchObject({ id: 'CA2', conversation: 'CA1', direction: 'outbound' })
    expect(leg).not.toHaveProperty('identifiers')
  })

  test('a softphone is no number', () => {
    expect(convert({ ...row, from: 'client:desk-7' })[0]).not.toHaveProperty('identifiers')
  })
})

test.each([
  ['completed', 'answered'],
  ['in-progress', 'answered'],
  ['no-answer', 'abandoned'],
  ['busy', 'abandoned'],
  ['canceled', 'abandoned'],
  ['failed', 'other'],
  ['ringing', 'other'],
])('%s: %s', (status, outcome) => {
  expect(convert({ ...row, status })).toEqual([expect.objectContaining({ outcome })])
})

test('events of one second are in their sequence', () => {
  const event = (SequenceNumber: string) => ({
    CallSid: 'CA1',
    Timestamp: 'Mon, 16 Nov 2026 11:26:00 +0000',
    SequenceNumber,
  })
  const [first, second] = [convert(event('1'))[0], convert(event('2'))[0]] as [
    { revision: number },
    { revision: number },
  ]
  expect(second.revision).toBe(first.revision + 1)
})

test.each([
  ['no call', { From: '+447700900123' }, 'schema CallSid'],
  ['no time', { CallSid: 'CA1' }, 'bad_time Timestamp'],
  ['30 February', { ...row, start_time: '2026-02-30 17:23:13.000000' }, 'bad_time StartTime'],
])('%s is a bad row', (_, unit, expected) => {
  expect(convert(unit)).toEqual([expected])
})
