/**
 * `zendesk`: tickets, as Zendesk's API, its exports and webhooks tell them (JSON), or as a warehouse lays them out (CSV). What people
 * wrote is not read. docs/formats.md says which field becomes which.
 */
import { createZone } from '@ringback/contracts'
import { isEaten } from './cell-value.ts'
import type { Format } from './format.ts'
import { createApiTimes, readFields, refuse, SKIPPED, toRecord, type UnitFields } from './unit-fields.ts'

/** How a ticket came: `via.channel`, by name (of the API, of exports) or by Zendesk's number for it. Of any other nothing is known. */
const CHANNELS: readonly (readonly [names: RegExp, channel: string])[] = [
  [/^(?:e?mail|4)$/, 'email'],
  [/^(?:voice|voicemail|(?:api_)?phone.*|3[345]|4[456])$/, 'phone'],
  [/^(?:chat.*|native_messaging|messaging|web_messaging|29)$/, 'webchat'],
  [/^(?:sms|57)$/, 'sms'],
  [/^(?:facebook|twitter|instagram|whatsapp|telegram|wechat|line$|viber|23$|26$|30$|38$|41$)/, 'social'],
]

const channelOf = (via: string): string => CHANNELS.find(([names]) => names.test(via))?.[1] ?? 'other'

/** Zendesk's own example, and what rules, merges and sharing make of other tickets: nobody made contact. */
const NO_CONTACT = /^(?:sample_.*|rule|8|linked_problem|9|merge|19|ticket_sharing|31)$/

/** Of a telephone call: who rang, and whether anybody answered. */
const callOf = (via: string, rel: string): { direction?: string; outcome?: string } => {
  if (rel === 'outbound' || /outbound|outgoing|^(?:35|46)$/.test(via)) return { direction: 'outbound' }
  return rel === 'voicemail' || /voicemail|^(?:33|44)$/.test(via) ? { outcome: 'voicemail' } : {}
}

const fromOf = (ticket: UnitFields): { phone: string; email: string } => {
  const from = ticket.inner('via').inner('source').inner('from')
  const requester = ticket.inner('requester')
  return {
    phone: requester.text('phone') || from.text('phone') || ticket.text('via_source_from_phone'),
    email: requester.text('email') || from.text('address') || ticket.text('via_source_from_address'),
  }
}

export const zendeskFormat: Format = {
  name: 'zendesk',
  kind: 'contacts',
  source: 'zendesk',
  units: ['json', 'csv'],
  lists: ['tickets', 'results'],
  columns: [
    ['id', 'Ticket ID'],
    ['created_at', 'Created at'],
    ['via_channel', 'Via', 'Channel'],
  ],
  open: () => {
    const times = createApiTimes(createZone('UTC'))
    return (unit) => {
      const found = readFields(unit)
      const whole = found.inner('ticket')
      const ticket = whole.text('id') === '' ? found : whole
      // Of a search.
      if (!['', 'ticket'].includes(ticket.text('result_type'))) return SKIPPED
      const id = ticket.text('id', 'Ticket ID')
      if (id === '') return refuse('schema', 'id')
      const via = (ticket.inner('via').text('channel') || ticket.text('via_channel', 'via', 'channel')).toLowerCase()
      if (ticket.text('status').toLowerCase() === 'deleted' || NO_CONTACT.test(via)) return SKIPPED
      const time = times.time(ticket.text('created_at'))
      if (time === undefined) return refuse('bad_time', 'created_at')
      const channel = channelOf(via)
      const requester = ticket.text('requester_id') || ticket.inner('requester').text('id')
      const rel = ticket.inner('via').inner('source').text('rel') || ticket.text('via_source_rel')
      return toRecord(time, {
        id,
        revision: times.revision(ticket.text('updated_at')),
        channel,
        ...(channel === 'phone' ? callOf(via, rel.toLowerCase()) : {}),
        queue: ticket.text('group_id'),
        category: ticket.text('type', 'ticket_type'),
        disposition: ticket.text('status'),
        identifiers: {
          // Numbers of one system are no other's. One that a spreadsheet has eaten is left for the edge to count.
          crm: requester === '' || isEaten(requester) ? requester : `zendesk-${requester}`,
          case: `zendesk-${id}`,
          ...fromOf(ticket),
        },
      })
    }
  },
}
