/** What a demo says on the terminal. */
import type { Instant } from '@ringback/contracts'
import type { Incident, IncidentName } from '@ringback/council'

const SENTENCES: Readonly<Record<IncidentName, string>> = {
  payment_gateway_down: 'the payment gateway is down',
  address_lookup_broken: 'a release has broken the address look-up of missed bins',
  line_closed_early: 'the main line closes early',
  consent_banner_changed: 'a new consent banner: fewer say yes',
  new_queue_unmapped: 'telephony has a queue that nobody mapped',
  council_tax_bills_posted: 'council tax bills are in the post',
  hand_off_page_launched: 'the homelessness page asks people to ring',
  snow: 'it snows',
}

/** Of the moment: what is going on, apart from the usual. */
export const describeIncidents = (incidents: readonly Incident[], now: Instant): string =>
  incidents
    .filter(({ from, to }) => from <= now && now < to)
    .map(({ name }) => SENTENCES[name])
    .join('; ')

/** `Tue 17 Nov 14:05`, in the council's zone. */
export const createDescribeTime = (timezone: string): ((at: Instant) => string) => {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: timezone,
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
  })
  return (at) => format.format(at).replaceAll(',', '')
}
