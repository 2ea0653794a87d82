/**
 * `twilio`: calls, as Twilio's status webhooks tell them (form-encoded), or as rows of its Calls resource (JSON, CSV). docs/formats.md
 * says which field becomes which.
 */
import { createZone, formatInstant } from '@ringback/contracts'
import type { CellTime } from './cell-time.ts'
import type { Format } from './format.ts'
import { type ApiTimes, createApiTimes, readFields, refuse, toRecord, type UnitFields } from './unit-fields.ts'

/** The first call of a caller is `inbound`, or `trunking-originating` on a SIP trunk; all else Twilio dials. */
const INBOUND = ['inbound', 'trunking-originating']

const OUTCOMES: Readonly<Record<string, string>> = {
  'in-progress': 'answered',
  answered: 'answered',
  completed: 'answered',
  busy: 'abandoned',
  'no-answer': 'abandoned',
  canceled: 'abandoned',
}

/** `client:` names a softphone, which is a member of staff's or an app's. */
const phoneOf = (address: string): string => {
  if (/^client:/i.test(address)) return ''
  // Warehouses drop the + of an international number; without it, it could pass for one of ours.
  return /^[1-9]\d{10,14}$/.test(address) ? `+${address}` : address
}

/** When the call began. A webhook tells when its event was: the end of a call is its duration after its beginning. */
const startOf = (call: UnitFields, times: ApiTimes): CellTime | undefined => {
  const stated = call.text('StartTime', 'start_time', 'date_created', 'created_at')
  if (stated !== '') return times.time(stated)
  const at = times.revision(call.text('Timestamp'))
  if (at === undefined) return undefined
  const value = formatInstant(at - 1_000 * (call.number('CallDuration') ?? 0))
  return { field: 'time', value, isAmbiguous: false }
}

/** Both in milliseconds, though Twilio tells seconds: events of one second in their sequence, and a row after all events. */
const revisionOf = (call: UnitFields, times: ApiTimes): number | undefined => {
  const updated = times.revision(call.text('date_updated', 'updated_at'))
  if (updated !== undefined) return updated + 999
  const at = times.revision(call.text('Timestamp', 'EndTime'))
  return at === undefined ? undefined : at + Math.min(call.number('SequenceNumber') ?? 0, 998)
}

export const twilioFormat: Format = {
  name: 'twilio',
  kind: 'contacts',
  source: 'twilio',
  units: ['json', 'csv', 'form'],
  lists: ['calls'],
  columns: [
    ['sid', 'id', 'Call Sid'],
    ['start_time', 'date_created', 'created_at'],
    ['from'],
    ['direction'],
    ['status'],
  ],
  open: () => {
    const times = createApiTimes(createZone('UTC'))
    return (unit) => {
      const call = readFields(unit)
      const id = call.text('CallSid', 'sid', 'id')
      if (id === '') return refuse('schema', 'CallSid')
      const time = startOf(call, times)
      if (time === undefined) return refuse('bad_time', call.text('StartTime') === '' ? 'Timestamp' : 'StartTime')
      const parent = call.text('ParentCallSid', 'parent_call_id')
      const isInbound = INBOUND.includes(call.text('Direction').toLowerCase())
      // Of a call that Twilio dials for another, neither number is the resident's for certain: their own is on the other.
      const address = parent !== '' ? '' : call.text(isInbound ? 'From' : 'To')
      return toRecord(time, {
        id,
        conversation: parent || id,
        revision: revisionOf(call, times),
        channel: 'phone',
        direction: isInbound ? 'inbound' : 'outbound',
        outcome: OUTCOMES[call.text('CallStatus', 'status').toLowerCase()] ?? 'other',
        handle_seconds:
          call.number('CallDuration') ?? (call.text('CallSid') === '' ? call.number('duration') : undefined),
        identifiers: { phone: phoneOf(address) },
      })
    }
  },
}
