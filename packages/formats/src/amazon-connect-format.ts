/**
 * `amazon-connect`: contact records, as Amazon Connect streams them to Kinesis and Firehose lays them into S3, and its contact events, as
 * EventBridge delivers them. docs/formats.md says which field becomes which.
 */
import { createZone } from '@ringback/contracts'
import type { Format } from './format.ts'
import { type ApiTimes, createApiTimes, readFields, refuse, SKIPPED, toRecord, type UnitFields } from './unit-fields.ts'

const CHANNELS: Readonly<Record<string, string>> = {
  voice: 'phone',
  chat: 'webchat',
  email: 'email',
  task: 'other',
}
/** What a chat really is. */
const CHAT_SUBTYPES: Readonly<Record<string, string>> = {
  'connect:sms': 'sms',
  'connect:apple': 'social',
  'connect:whatsapp': 'social',
}

/** Who began it; a transfer or what follows a disconnect goes on with what the resident began. */
const DIRECTIONS: Readonly<Record<string, string>> = {
  outbound: 'outbound',
  external_outbound: 'outbound',
  callback: 'outbound',
  agent_reply: 'outbound',
  flow: 'outbound',
  monitor: 'internal',
}

/** In the order of a contact's life: events of one second are told apart by it. */
const EVENTS = ['initiated', 'connected_to_system', 'queued', 'connected_to_agent', 'disconnected', 'completed']

const channelOf = (contact: UnitFields): string | undefined => {
  const channel = CHANNELS[contact.text('Channel').toLowerCase()]
  const subtype = contact.inner('SegmentAttributes').inner('connect:Subtype').text('ValueString').toLowerCase()
  return channel === 'webchat' ? (CHAT_SUBTYPES[subtype] ?? channel) : channel
}

const outcomeOf = (contact: UnitFields, method: string): string => {
  if (contact.inner('Agent', 'AgentInfo').text('ConnectedToAgentTimestamp') !== '') return 'answered'
  if (contact.text('DisconnectTimestamp') === '') return 'other'
  // What was promised, and has not reached anybody.
  if (method === 'callback') return 'callback'
  return contact.inner('Queue', 'QueueInfo').text('EnqueueTimestamp') === '' ? 'other' : 'abandoned'
}

/** Talk, hold and work after it, as Amazon Connect's own "handle time". An event has no sums of it, but when it was. */
const handleSecondsOf = (contact: UnitFields, { revision }: ApiTimes): number | undefined => {
  const agent = contact.inner('Agent', 'AgentInfo')
  const talk = agent.number('AgentInteractionDuration')
  const after = agent.number('AfterContactWorkDuration') ?? 0
  if (talk !== undefined) return talk + (agent.number('CustomerHoldDuration') ?? 0) + after
  const from = revision(agent.text('ConnectedToAgentTimestamp'))
  const to = revision(contact.text('DisconnectTimestamp'))
  return from === undefined || to === undefined || to < from ? undefined : (to - from) / 1_000 + after
}

/**
 * Records by when they were last updated, in milliseconds. Events by their second and kind, which is always less: an event knows no
 * caller, and must not win over a record that does.
 */
const revisionOf = (contact: UnitFields, eventTime: string, { revision }: ApiTimes): number | undefined => {
  const updated = revision(contact.text('LastUpdateTimestamp'))
  if (updated !== undefined) return updated
  const rank = EVENTS.indexOf(contact.text('eventType').toLowerCase()) + 1
  const at = revision(eventTime)
  return at === undefined ? undefined : Math.floor(at / 1_000) * 10 + rank
}

const identifiersOf = (contact: UnitFields): Record<string, string> => {
  const endpoint = contact.inner('CustomerEndpoint')
  const type = endpoint.text('Type').toLowerCase()
  if (type === 'telephone_number' || type === 'voip') return { phone: endpoint.text('Address') }
  return type === 'email_address' ? { email: endpoint.text('Address') } : {}
}

export const amazonConnectFormat: Format = {
  name: 'amazon-connect',
  kind: 'contacts',
  source: 'amazon-connect',
  units: ['json'],
  open: () => {
    const times = createApiTimes(createZone('UTC'))
    return (unit) => {
      const envelope = readFields(unit)
      const kind = envelope.text('detail-type')
      if (kind !== '' && kind !== 'Amazon Connect Contact Event') return SKIPPED
      const contact = kind !== '' ? envelope.inner('detail') : envelope
      const id = contact.text('ContactId')
      if (id === '') return refuse('schema', '/ContactId')
      const time = times.time(contact.text('InitiationTimestamp'))
      if (time === undefined) return refuse('bad_time', '/InitiationTimestamp')
      const channel = channelOf(contact)
      if (channel === undefined) return refuse('unmapped_value', '/Channel')
      const isTask = contact.text('Channel').toLowerCase() === 'task'
      const method = contact.text('InitiationMethod').toLowerCase()
      const queue = contact.inner('Queue', 'QueueInfo')
      return toRecord(time, {
        id,
        conversation: contact.text('InitialContactId') || id,
        revision: revisionOf(contact, envelope.text('time'), times),
        channel,
        direction: isTask ? 'internal' : (DIRECTIONS[method] ?? 'inbound'),
        outcome: outcomeOf(contact, method),
        handle_seconds: handleSecondsOf(contact, times),
        queue: queue.text('Name') || queue.text('QueueArn', 'ARN').split('/').at(-1),
        disposition: contact.text('DisconnectReason'),
        identifiers: identifiersOf(contact),
      })
    }
  },
}
