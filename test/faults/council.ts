/** The council of the faults: one catalogue, and residents of random worlds who never meet those of another. */
import { DAY_MS, RECORD_KINDS, type RecordKind, WEEK_MS } from '@ringback/contracts'
import { type RandomWorld, randomWorld, type RawRecord } from '@ringback/testkit'

/** The catalogue that random worlds play on; so few may share a token that many do. */
export const COUNCIL = {
  council: { name: 'Borsetshire', timezone: 'Europe/London', region: 'GB' },
  tasks: [
    { id: 'bin', family: 'waste', scope: 'household', urls: ['my.b.gov.uk/service/bin*', '/bins/*'], line: 'main' },
    { id: 'bulky', family: 'waste', urls: ['*/bulk*'], window: '48h', resumeWithin: '90m' },
    { id: 'move', family: 'tax', urls: ['/Moving/', 'www.b.gov.uk/m*'], window: '7d', resumeSavedWithin: '2d' },
    { id: 'badge', sensitive: true, urls: ['/badge*'], window: '1d' },
    { id: 'permit', family: 'zoo', urls: ['/permit*(new)', '/pay'], window: '2h', grace: '1h' },
  ],
  topics: [
    { queue: 'waste*', family: 'waste' },
    { queue: 'tax', family: 'tax' },
    { category: 'missed bin*', task: 'bin' },
    { category: 'move', task: 'move', family: 'zoo' },
    { disposition: '*', task: 'badge' },
  ],
  lines: { main: { hours: [{ days: ['Mon', 'Tue', 'Wed', 'Thu', 'Fri'], from: '08:30', to: '17:00' }], closed: [] } },
  costs: { source: 'made up', priceYear: 2011, currency: 'GBP', web: 0.15, phone: 2.83, email: 0.05 },
  feeds: { tel: { kind: 'contacts', delay: '15m' }, 'c:r%m': { kind: 'contacts', echoes: 'tel' } },
  identity: {
    maxPeople: 2,
    maxHousehold: 4,
    maxCarriers: 12,
    stopList: ['01632 960000', 'crm:ANON', 'email:nobody@b.uk'],
  },
}

/** As many worlds have numbers of their own. */
const MOST_WORLDS = 70_000

const numbered = (world: number): string => String(world).padStart(5, '0')

/** Of numbers for drama there are too few: these are of ranges that are not in use, or look like it. */
const ownPhone = (value: string, world: number): string =>
  value
    .replace(/7700 ?900(\d{3})/, (_, last: string) => `74${numbered(world)}${last}`)
    .replace(/1632 ?9601(\d\d)/, (_, last: string) => `19${String(40_000_000 + world * 100 + Number(last))}`)

const prefixed =
  (separator: string) =>
  (value: string, world: number): string =>
    value.replace(/\S/, (first) => `${numbered(world)}${separator}${first}`)

/** However it is written, the same of two worlds becomes two. */
const OWN: Readonly<Record<string, (value: string, world: number) => string>> = {
  phone: ownPhone,
  email: prefixed('.'),
  account: prefixed('-'),
  crm: prefixed('-'),
  device: prefixed('-'),
  code: prefixed('-'),
  case: prefixed(' '),
  uprn: (value, world) => value.replace(/10000(\d)/, (_, last: string) => `1${numbered(world)}${last}`),
}

/** What stands for nobody stays it. */
const isNobody = (value: string): boolean => value.trim() === 'ANON' || /^\s*nobody@/i.test(value)

const ownIdentifier = (type: string, value: string, world: number): string =>
  isNobody(value) ? value : (OWN[type]?.(value, world) ?? value)

const ownName = (value: unknown, world: number): unknown =>
  typeof value === 'string' && value !== '' ? `${numbered(world)}~${value}` : value

const shiftDay = (text: string, days: number): string =>
  text.replace(/^\d{4}-\d\d-\d\d/, (day) => new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10))

const toOwn = (record: RawRecord, world: number, days: number): RawRecord => {
  const own: Record<string, unknown> = { ...record }
  for (const field of ['id', 'session', 'conversation']) if (field in own) own[field] = ownName(own[field], world)
  for (const field of ['time', 'date']) if (typeof own[field] === 'string') own[field] = shiftDay(own[field], days)
  if (typeof own['case'] === 'string') own['case'] = ownIdentifier('case', own['case'], world)
  if (record.identifiers)
    own['identifiers'] = Object.fromEntries(
      Object.entries(record.identifiers).map(([type, value]) => [
        type,
        typeof value === 'string'
          ? ownIdentifier(type, value, world)
          : value.map((one) => ownIdentifier(type, one, world)),
      ]),
    )
  return own
}

export interface WorldRecord {
  readonly world: number
  readonly kind: RecordKind
  readonly record: RawRecord
}

/** Back by whole weeks, until all of it is past. */
const daysBack = ({ web, contacts, now }: RandomWorld, clock: number): number => {
  const latest = Math.max(
    ...[...web, ...contacts].map(({ time, date }) => Date.parse(String(time ?? date).slice(0, 10))),
    now > clock ? 0 : now,
  )
  const over = latest + 3 * DAY_MS - clock
  return over > 0 ? -7 * Math.ceil(over / WEEK_MS) : 0
}

/** The records of the `world`th world of a seed, in the order in which they were made up, each once. */
export const worldRecords = (seed: number, world: number, clock: number): WorldRecord[] => {
  if (world >= MOST_WORLDS) throw new RangeError('no more worlds')
  const made = randomWorld(seed * 1_000_003 + world, { scenes: [3, 10], disorder: false })
  const days = daysBack(made, clock)
  return RECORD_KINDS.flatMap((kind) =>
    made[kind].map((record) => ({ world, kind, record: toOwn(record, world, days) })),
  )
}
