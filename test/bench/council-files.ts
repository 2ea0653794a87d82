/** A plausible council's web events and contacts, of any size, the same for the same seed. For benchmarks: no truth is kept. */
import { once } from 'node:events'
import { createWriteStream, type WriteStream } from 'node:fs'
import { join } from 'node:path'
import { landline, LANDLINES } from '@ringback/council'

export const COUNCIL_CONFIG = `
council: { name: Borsetshire, timezone: Europe/London, region: GB }
tasks:
${[
  ['report-missed-bin', 'waste', 'household', 'my.borsetshire.gov.uk/service/report_missed_bin*'],
  ['garden-waste', 'waste', 'household', 'my.borsetshire.gov.uk/service/garden_waste*'],
  ['bin-days', 'waste', 'household', 'www.borsetshire.gov.uk/bins/days*'],
  ['council-tax-bill', 'council-tax', 'person', 'my.borsetshire.gov.uk/service/council_tax*'],
  ['council-tax-moving', 'council-tax', 'person', 'my.borsetshire.gov.uk/service/moving*'],
  ['blue-badge', 'transport', 'person', 'www.borsetshire.gov.uk/blue-badge*'],
  ['parking-permit', 'parking', 'person', 'my.borsetshire.gov.uk/service/permit*'],
  ['parking-fine', 'parking', 'person', 'my.borsetshire.gov.uk/service/pcn*'],
  ['school-place', 'schools', 'person', 'my.borsetshire.gov.uk/service/school*'],
  ['housing-repair', 'housing', 'person', 'my.borsetshire.gov.uk/service/repair*'],
  ['planning-comment', 'planning', 'person', 'www.borsetshire.gov.uk/planning*'],
  ['pothole', 'roads', 'person', 'www.borsetshire.gov.uk/pothole*'],
]
  .map(
    ([id, family, scope, url]) => `  - { id: ${id}, family: ${family}, scope: ${scope}, urls: ["${url}"], line: main }`,
  )
  .join('\n')}
topics:
  - { queue: WASTE, family: waste }
  - { queue: CTAX, family: council-tax }
  - { category: "Missed bin*", task: report-missed-bin }
  - { category: "Parking*", family: parking }
lines:
  main: { hours: [{ days: [Mon, Tue, Wed, Thu, Fri], from: "08:30", to: "17:00" }] }
costs: { web: 0.15, phone: 2.83, face_to_face: 8.62, email: 1.1 }
feeds:
  telephony: { kind: contacts, delay: 15m }
  crm: { kind: contacts, delay: 26h, echoes: telephony }
`

const TASKS: readonly (readonly [id: string, url: string, steps: readonly string[]])[] = [
  [
    'report-missed-bin',
    'https://my.borsetshire.gov.uk/service/report_missed_bin',
    ['address', 'which_bin', 'about_you', 'summary'],
  ],
  ['garden-waste', 'https://my.borsetshire.gov.uk/service/garden_waste', ['address', 'bins', 'payment']],
  ['council-tax-bill', 'https://my.borsetshire.gov.uk/service/council_tax', ['account', 'amount', 'payment']],
  ['council-tax-moving', 'https://my.borsetshire.gov.uk/service/moving', ['old_address', 'new_address', 'about_you']],
  ['parking-permit', 'https://my.borsetshire.gov.uk/service/permit', ['vehicle', 'proof', 'payment']],
  ['housing-repair', 'https://my.borsetshire.gov.uk/service/repair', ['where', 'what', 'when']],
]
const PAGES = ['bins/days', 'blue-badge', 'planning', 'pothole', 'libraries', 'news', 'councillors', 'contact-us']
const EVENTS_PER_SESSION = 8
const SESSIONS_PER_DAY = 25_000
const RESIDENTS = 120_000
const RESIDENTS_PER_HOUSEHOLD = 2.3
const DAY_MS = 86_400_000
const BEGIN = Date.UTC(2026, 8, 7)

export const createRandom = (seed: number) => {
  let state = seed >>> 0
  return (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

const identity = (resident: number) => {
  const household = Math.floor(resident / RESIDENTS_PER_HOUSEHOLD)
  return {
    account: `acc-${resident}`,
    email: `resident.${resident}@example.org`,
    // Beyond the numbers for drama there are too few: these belong to a range that is not in use.
    phone: `07${String(400_000_000 + resident * 137).slice(0, 9)}`,
    landline: landline(household % LANDLINES),
    uprn: String(100_000_000_000 + household),
    device: `device-${resident}-${resident % 5 === 0 ? 1 : 0}`,
  }
}

/** Half of the day's sessions fall between nine and three. */
const timeOfDay = (random: () => number): number =>
  (8 + (random() + random() + random()) * 5) * 3_600_000 * (random() < 0.9 ? 1 : 0.3)

const createLines = (file: string) => {
  const stream: WriteStream = createWriteStream(file)
  let piece: string[] = []
  let size = 0
  const flush = async (): Promise<void> => {
    const text = piece.join('')
    piece = []
    size = 0
    if (!stream.write(text)) await once(stream, 'drain')
  }
  return {
    write: async (record: object): Promise<void> => {
      const line = `${JSON.stringify(record)}\n`
      piece.push(line)
      size += line.length
      if (size > 1 << 20) await flush()
    },
    end: async (): Promise<void> => {
      await flush()
      stream.end()
      await once(stream, 'finish')
    },
  }
}

export interface Session {
  readonly at: number
  readonly id: number
  readonly resident: number
}

/** What a session does, in the order of time. */
export const sessionEvents = (session: Session, random: () => number, part: string): Record<string, unknown>[] => {
  const who = identity(session.resident)
  const isTransaction = random() < 0.35
  const hasConsent = random() < 0.65
  const [task, url, steps] = TASKS[Math.floor(random() * TASKS.length)] as (typeof TASKS)[number]
  const page = `https://www.borsetshire.gov.uk/${PAGES[Math.floor(random() * PAGES.length)] ?? ''}`
  const signedIn = isTransaction && random() < 0.3
  const tellsContact = isTransaction && random() < 0.7
  const fails = random() < 0.25
  let at = session.at
  return Array.from({ length: EVENTS_PER_SESSION }, (_, i) => {
    at += Math.floor(5_000 + random() * 60_000)
    const isLast = i === EVENTS_PER_SESSION - 1
    const step = steps[Math.min(Math.floor(i / 2), steps.length - 1)]
    const identifiers: Record<string, string> = {}
    if (hasConsent) identifiers['device'] = who.device
    if (signedIn && i > 1) identifiers['account'] = who.account
    if (tellsContact && i > 4) Object.assign(identifiers, { email: who.email, phone: who.phone })
    if (isTransaction && i > 2 && session.id % 2 === 0) identifiers['uprn'] = who.uprn
    const type = !isTransaction
      ? 'page_view'
      : i === 0
        ? 'task_started'
        : isLast
          ? fails
            ? 'error'
            : 'task_completed'
          : i % 4 === 3
            ? 'validation_error'
            : 'step'
    return {
      id: `e${part}-${session.id}-${i}-${(session.id * 7919).toString(36)}`,
      time: new Date(at).toISOString(),
      session: `s${part}-${session.id.toString(36)}-${(session.id * 104729).toString(36)}`,
      type,
      url: isTransaction ? `${url}?step=${i}` : page,
      ...(isTransaction ? { task } : {}),
      ...(type === 'step' || type === 'validation_error' ? { step } : {}),
      ...(type === 'error' ? { code: 'server_error' } : {}),
      ...(type === 'task_completed' ? { result: 'confirmed' } : {}),
      linking: tellsContact || signedIn ? 'transaction' : hasConsent ? 'consent' : 'none',
      identifiers,
      actor: 'public',
      device_class: session.resident % 5 < 3 ? 'mobile' : 'desktop',
      source: 'website',
    }
  })
}

/** Writes `web.ndjson` and `contacts.ndjson`, both in the order of time. */
export const writeCouncilFiles = async (
  folder: string,
  events: number,
  contacts: number,
  /** Part of every id: the same events again, as others. */
  part = '',
): Promise<void> => {
  const random = createRandom(20_261_124)
  const sessions: Session[] = Array.from({ length: Math.floor(events / EVENTS_PER_SESSION) }, (_, id) => ({
    at: BEGIN + Math.floor(id / SESSIONS_PER_DAY) * DAY_MS + timeOfDay(random),
    id,
    resident: Math.floor(random() * RESIDENTS),
  })).sort((a, b) => a.at - b.at)

  const web = createLines(join(folder, 'web.ndjson'))
  // Sessions overlap: an event is written once no session that begins later can come before it.
  let open: Record<string, unknown>[] = []
  const byTime = (a: Record<string, unknown>, b: Record<string, unknown>): number =>
    String(a['time']) < String(b['time']) ? -1 : 1
  for (const [i, session] of sessions.entries()) {
    open.push(...sessionEvents(session, random, part))
    if (i % 500 !== 499) continue
    const now = new Date(session.at).toISOString()
    open.sort(byTime)
    const ready = open.findIndex((event) => String(event['time']) >= now)
    const due = ready < 0 ? open : open.slice(0, ready)
    open = ready < 0 ? [] : open.slice(ready)
    for (const event of due) await web.write(event)
  }
  for (const event of open.sort(byTime)) await web.write(event)
  await web.end()

  const calls = createLines(join(folder, 'contacts.ndjson'))
  const days = Math.max(1, Math.ceil(sessions.length / SESSIONS_PER_DAY))
  const starts = Array.from({ length: contacts }, (_, id) => {
    // A third of them ring within a day of a session of theirs.
    const cause = random() < 0.33 ? sessions[Math.floor(random() * sessions.length)] : undefined
    return {
      id,
      resident: cause?.resident ?? Math.floor(random() * RESIDENTS),
      at: cause ? cause.at + 600_000 + random() * random() * DAY_MS : BEGIN + random() * (days + 1) * DAY_MS,
    }
  }).sort((a, b) => a.at - b.at)
  for (const { id, resident, at } of starts) {
    const who = identity(resident)
    const isWithheld = random() < 0.09
    await calls.write({
      source: 'telephony',
      id: `c${part}-${id}`,
      time: new Date(at).toISOString(),
      channel: random() < 0.9 ? 'phone' : 'email',
      outcome: random() < 0.15 ? 'abandoned' : 'answered',
      identifiers: isWithheld
        ? { phone: 'withheld' }
        : random() < 0.65
          ? { phone: who.phone, ...(random() < 0.3 ? { email: who.email } : {}) }
          : { phone: who.landline, ...(random() < 0.5 ? { uprn: who.uprn } : {}) },
      queue: ['WASTE', 'CTAX', 'GENERAL', 'PARKING'][Math.floor(random() * 4)],
      ...(random() < 0.4 ? { category: ['Missed bin', 'Parking fine', 'Other'][Math.floor(random() * 3)] } : {}),
      handle_seconds: Math.floor(60 + random() * 600),
    })
  }
  await calls.end()
}
