import { amazonConnectFormat } from './amazon-connect-format.ts'
import { convertWith } from './testing/convert.ts'

const convert = convertWith(amazonConnectFormat)

const record = {
  AWSContactTraceRecordFormatVersion: '2017-03-10',
  Agent: {
    Username: 'a.agent',
    ConnectedToAgentTimestamp: '2026-11-16T11:27:30Z',
    AgentInteractionDuration: 240,
    CustomerHoldDuration: 35,
    AfterContactWorkDuration: 66,
  },
  Attributes: { note: 'not read' },
  Channel: 'VOICE',
  ContactId: 'c-1',
  CustomerEndpoint: { Address: '+447700900123', Type: 'TELEPHONE_NUMBER' },
  DisconnectReason: 'CUSTOMER_DISCONNECT',
  DisconnectTimestamp: '2026-11-16T11:32:05Z',
  InitialContactId: null,
  InitiationMethod: 'INBOUND',
  InitiationTimestamp: '2026-11-16T11:26:00Z',
  LastUpdateTimestamp: '2026-11-16T11:34:00Z',
  Queue: {
    ARN: 'arn:aws:connect:eu-west-2:1:instance/i/queue/q-1',
    Name: 'Waste',
    EnqueueTimestamp: '2026-11-16T11:26:40Z',
  },
  SystemEndpoint: { Address: '+441632960000', Type: 'TELEPHONE_NUMBER' },
}

test('a contact record is a leg: who rang, for what, how long it was handled, and nothing of what was noted', () => {
  expect(convert(record)).toEqual([
    {
      id: 'c-1',
      conversation: 'c-1',
      revision: Date.UTC(2026, 10, 16, 11, 34),
      time: '2026-11-16T11:26:00.000Z',
      channel: 'phone',
      direction: 'inbound',
      outcome: 'answered',
      handle_seconds: 341,
      queue: 'Waste',
      disposition: 'CUSTOMER_DISCONNECT',
      identifiers: { phone: '+447700900123' },
    },
  ])
})

test('of one contact that is emitted again the later update wins', () => {
  const [earlier] = convert({ ...record, LastUpdateTimestamp: '2026-11-16T11:33:00Z' })
  const [later] = convert(record)
  expect((later as { revision: number }).revision).toBeGreaterThan((earlier as { revision: number }).revision)
})

describe('who began it, and how it ended', () => {
  const { Agent: _, ...unanswered } = record
  const callback = { ...unanswered, InitialContactId: 'c-1', ContactId: 'c-2', InitiationMethod: 'CALLBACK' }
  test.each([
    ['hung up in the queue', unanswered, { direction: 'inbound', outcome: 'abandoned' }],
    ['hung up before a queue', { ...unanswered, Queue: null }, { direction: 'inbound', outcome: 'other' }],
    ['not over yet', { ...unanswered, DisconnectTimestamp: null }, { outcome: 'other' }],
    [
      'a transfer',
      { ...record, InitialContactId: 'c-0', InitiationMethod: 'TRANSFER' },
      { conversation: 'c-0', direction: 'inbound' },
    ],
    [
      'a transfer to a queue',
      { ...record, InitialContactId: 'c-0', InitiationMethod: 'QUEUE_TRANSFER' },
      { conversation: 'c-0', direction: 'inbound' },
    ],
    ['a call-back that reached nobody', callback, { conversation: 'c-1', direction: 'outbound', outcome: 'callback' }],
    [
      'a call-back',
      { ...callback, Agent: record.Agent },
      { conversation: 'c-1', direction: 'outbound', outcome: 'answered' },
    ],
    ['an agent rings', { ...record, InitiationMethod: 'OUTBOUND' }, { direction: 'outbound' }],
    ['a supervisor listens', { ...record, InitiationMethod: 'MONITOR' }, { direction: 'internal' }],
    ['a way that is new', { ...record, InitiationMethod: 'SOMETHING' }, { direction: 'inbound' }],
  ])('%s', (__, unit, expected) => {
    expect(convert(unit)).toEqual([expect.objectContaining(expected)])
  })
})

describe('channels', () => {
  const subtype = (name: string) => ({ SegmentAttributes: { 'connect:Subtype': { ValueString: name } } })
  const email = { CustomerEndpoint: { Address: 'a.resident@example.org', Type: 'EMAIL_ADDRESS' } }
  test.each([
    ['CHAT', {}, { channel: 'webchat', direction: 'inbound' }],
    ['CHAT', subtype('connect:SMS'), { channel: 'sms' }],
    ['CHAT', subtype('connect:WhatsApp'), { channel: 'social' }],
    ['EMAIL', email, { channel: 'email', identifiers: { email: 'a.resident@example.org' } }],
    ['TASK', { CustomerEndpoint: null }, { channel: 'other', direction: 'internal' }],
  ])('%s %j', (channel, more, expected) => {
    const unit = { ...record, Channel: channel, InitiationMethod: 'API', ...more }
    expect(convert(unit)).toEqual([expect.objectContaining(expected)])
  })
})

describe('a contact event of EventBridge', () => {
  const event = (eventType: string, time: string, more: object = {}) => ({
    version: '0',
    'detail-type': 'Amazon Connect Contact Event',
    source: 'aws.connect',
    time,
    detail: {
      eventType,
      contactId: 'c-1',
      channel: 'VOICE',
      initiationMethod: 'INBOUND',
      initiationTimestamp: '2026-11-16T11:26:00.123Z',
      ...more,
    },
  })
  const over = {
    disconnectTimestamp: '2026-11-16T11:32:05.500Z',
    queueInfo: {
      queueArn: 'arn:aws:connect:eu-west-2:1:instance/i/queue/q-1',
      queueType: 'STANDARD',
      enqueueTimestamp: '2026-11-16T11:26:40Z',
    },
    agentInfo: { agentArn: 'arn', connectedToAgentTimestamp: '2026-11-16T11:27:30Z', afterContactWorkDuration: 60 },
  }

  test('is the same contact, without its caller', () => {
    expect(convert(event('COMPLETED', '2026-11-16T11:33:05Z', over))).toEqual([
      {
        id: 'c-1',
        conversation: 'c-1',
        revision: (Date.UTC(2026, 10, 16, 11, 33, 5) / 1_000) * 10 + 6,
        time: '2026-11-16T11:26:00.123Z',
        channel: 'phone',
        direction: 'inbound',
        outcome: 'answered',
        handle_seconds: 335.5,
        queue: 'q-1',
      },
    ])
  })

  test('loses to a later one, to the next of the same second, and always to the contact record', () => {
    const revisionOf = (unit: unknown): number => (convert(unit)[0] as { revision: number }).revision
    const at = '2026-11-16T11:33:05Z'
    const revisions = [
      revisionOf(event('INITIATED', at)),
      revisionOf(event('QUEUED', at)),
      revisionOf(event('COMPLETED', at, over)),
      revisionOf(event('INITIATED', '2026-11-16T11:33:06Z')),
      revisionOf({ ...record, LastUpdateTimestamp: '2026-11-16T11:26:00Z' }),
    ]
    expect(revisions).toEqual(revisions.toSorted((a, b) => a - b))
    expect(new Set(revisions).size).toBe(5)
  })

  test('of another kind is skipped', () => {
    expect(convert({ 'detail-type': 'Contact Lens Realtime Rules Matched', detail: {} })).toEqual(['skip'])
  })
})

test.each([
  ['no contact', {}, 'schema /ContactId'],
  ['no beginning', { ...record, InitiationTimestamp: null }, 'bad_time /InitiationTimestamp'],
  ['30 February', { ...record, InitiationTimestamp: '2026-02-30T10:00:00Z' }, 'bad_time /InitiationTimestamp'],
  ['a channel that is new', { ...record, Channel: 'HOLOGRAM' }, 'unmapped_value /Channel'],
])('%s is a bad row', (_, unit, expected) => {
  expect(convert(unit)).toEqual([expected])
})
