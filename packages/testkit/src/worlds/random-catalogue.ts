/** Catalogues that differ in everything the law reads: scopes, families, lines, windows, costs, topics, limits. */
import type { ReferenceConfig, ReferenceFeed, ReferenceLine, ReferenceTask } from '../reference/types.ts'
import type { Random } from './random.ts'
import { DAY } from '../reference/time.ts'

/** A zone, and an instant worth living around: a clock change, a week's or a year's end. */
export interface Place {
  readonly zone: string
  readonly anchor: number
}

const PLACES: readonly Place[] = [
  { zone: 'Europe/London', anchor: Date.UTC(2026, 9, 25, 1) },
  { zone: 'Europe/London', anchor: Date.UTC(2026, 2, 29, 1) },
  { zone: 'Europe/London', anchor: Date.UTC(2026, 11, 31, 23) },
  { zone: 'Europe/London', anchor: Date.UTC(2026, 10, 16, 9) },
  { zone: 'Europe/London', anchor: Date.UTC(2026, 6, 5, 23) },
  { zone: 'America/New_York', anchor: Date.UTC(2026, 10, 1, 6) },
  { zone: 'America/New_York', anchor: Date.UTC(2026, 2, 8, 7) },
  { zone: 'Australia/Lord_Howe', anchor: Date.UTC(2026, 3, 4, 15) },
  { zone: 'Australia/Lord_Howe', anchor: Date.UTC(2026, 9, 3, 15, 30) },
  { zone: 'Africa/Cairo', anchor: Date.UTC(2026, 3, 23, 22) },
  { zone: 'America/Santiago', anchor: Date.UTC(2026, 8, 6, 4) },
  { zone: 'Asia/Kathmandu', anchor: Date.UTC(2026, 0, 4, 18, 15) },
]

export const randomPlace = (random: Random): Place => random.pick(PLACES)

const TITLES = ['bin', 'bulky', 'move', 'badge', 'permit']
export const FAMILIES = ['waste', 'tax', 'zoo']

/** Rules that overlap: the first in the file's order wins. */
const URL_RULES: Readonly<Record<string, readonly string[]>> = {
  bin: ['my.b.gov.uk/service/bin*', '/bins/*'],
  bulky: ['/bins/bulky', '*/bulk*'],
  move: ['/Moving/', 'www.b.gov.uk/m*'],
  badge: ['/badge*'],
  permit: ['/permit*(new)', '/pay'],
}

export const URLS = [
  'https://my.b.gov.uk/service/BIN?step=2#x',
  'https://www.b.gov.uk/bins/bulky/',
  'https://www.b.gov.uk/bins/bulky',
  'https://www.b.gov.uk/moving',
  'https://www.b.gov.uk/',
  '/badge/apply?x=/pay',
  '/permits/a(new)/',
  'http://WWW.B.GOV.UK/Moving/In',
  '/pay',
]

const randomTask = (id: string, lines: readonly string[], random: Random): ReferenceTask => {
  return {
    id,
    title: id,
    ...(random.chance(0.8) ? { family: random.pick(FAMILIES) } : {}),
    ...(random.chance(0.5) ? { scope: random.pick(['person', 'household']) } : {}),
    ...(random.chance(0.2) ? { sensitive: true } : {}),
    ...(random.chance(0.8) ? { urls: URL_RULES[id] ?? [] } : {}),
    ...(random.chance(0.7) ? { window: random.pick(['2h', '1d', '48h', '90m', '0s', '7d']) } : {}),
    ...(random.chance(0.4) ? { resumeWithin: random.pick(['1h', '90m', '1d', '36h']) } : {}),
    ...(random.chance(0.4) ? { resumeSavedWithin: random.pick(['3h', '2d', '7d', '1h']) } : {}),
    ...(random.chance(0.3) ? { grace: random.pick(['30m', '1h', '2h', '10h', '1s', '0s']) } : {}),
    ...(lines.length > 0 && random.chance(0.6) ? { line: random.pick(lines) } : {}),
  }
}

const WEEK = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']
const WORKDAYS = WEEK.slice(0, 5)

/** Some open in the hours that a clock change takes away or gives twice, some never, some once in a long while. */
const randomLine = (anchor: number, random: Random): ReferenceLine => {
  const dayAt = (days: number): string => new Date(anchor + days * DAY).toISOString().slice(0, 10)
  const closed = (days: number): string[] => Array.from({ length: days }, (_, day) => dayAt(day - 1))
  const from = random.pick(['00:15', '01:00', '01:15', '01:30', '01:45'])
  const to = random.pick(['02:00', '02:15', '02:30', '03:00', '06:00'])
  if (random.chance(0.4)) return { hours: [{ days: WEEK, from, to }], closed: random.chance(0.3) ? [dayAt(-1)] : [] }
  return random.pick<ReferenceLine>([
    { hours: [{ days: WORKDAYS, from: '08:30', to: '17:00' }], closed: [dayAt(1), dayAt(2)] },
    { hours: [{ days: WEEK, from: '00:00', to: '24:00' }], closed: [] },
    {
      hours: [
        { days: WEEK, from: '23:00', to: '24:00' },
        { days: WEEK, from: '00:00', to: '00:45' },
      ],
    },
    {
      hours: [
        { days: ['Mon', 'Wed', 'Fri', 'Sun'], from: '13:30', to: '16:00' },
        { days: ['Mon', 'Wed', 'Fri', 'Sun'], from: '09:00', to: '14:00' },
        { days: ['Sun'], from: '10:00', to: '11:00' },
      ],
    },
    { hours: [{ days: ['Sun'], from: '01:00', to: '01:30' }] },
    { hours: [{ days: WEEK, from: '10:00', to: '11:00' }], closed: closed(random.pick([54, 55, 56, 57, 58])) },
    { hours: [], closed: [] },
  ])
}

const randomCosts = (random: Random): Record<string, string | number> => {
  return {
    source: 'made up',
    priceYear: 2011,
    currency: 'GBP',
    ...(random.chance(0.8) ? { web: 0.15 } : {}),
    ...(random.chance(0.8) ? { phone: random.pick([2.83, 0.15, 0.1501]) } : {}),
    ...(random.chance(0.7) ? { email: 0.05 } : {}),
    ...(random.chance(0.5) ? { webchat: 0 } : {}),
    ...(random.chance(0.3) ? { face_to_face: 8.62 } : {}),
  }
}

export const TELEPHONY = 'tel'
export const CASES = 'c:r%m'
export const DESK = 'desk'

const randomFeeds = (random: Random): Record<string, ReferenceFeed> => {
  const telephony = random.chance(0.3) ? { delay: '15m' } : {}
  const echoes = random.chance(0.8) ? { echoes: TELEPHONY } : {}
  return {
    [TELEPHONY]: { kind: 'contacts', ...telephony },
    [CASES]: { kind: 'contacts', ...echoes },
    ...(random.chance(0.2) ? { never: { kind: 'contacts', delay: '26h' } } : {}),
    website: { kind: 'web', delay: '1h' },
  }
}

export const QUEUES = ['WASTE_Q1', 'waste (a+b)', 'TAX', 'Zoo', 'nothing']
export const CATEGORIES = ['Missed bin (green)', 'MOVE', 'a_permit_b', 'none of it']

const TOPIC_RULES = [
  { queue: 'waste*', family: 'waste' },
  { queue: '*(A+B)', family: 'tax' },
  { queue: 'tax', family: 'tax' },
  { queue: 'zoo', family: 'parking' },
  { category: 'missed bin*', task: 'bin' },
  { category: 'move', task: 'move', family: 'zoo' },
  { category: '*_permit_*', queue: 'TAX', task: 'permit' },
  { disposition: '*', task: 'badge' },
  { source: 'C:*', disposition: 'x', family: 'waste' },
]

export const randomConfig = ({ zone, anchor }: Place, random: Random): ReferenceConfig => {
  const lines = Object.fromEntries(
    ['main', 'odd'].filter(() => random.chance(0.7)).map((name) => [name, randomLine(anchor, random)]),
  )
  const titles = TITLES.filter(() => random.chance(0.5))
  const ids = titles.length > 0 ? titles : ['bin']
  const tasks = ids.map((id) => randomTask(id, Object.keys(lines), random))
  const topics = TOPIC_RULES.filter(({ task }) => task === undefined || ids.includes(task))
  const often = random.chance(0.7)
  return {
    council: { name: 'Borsetshire', timezone: zone, region: 'GB' },
    tasks,
    topics: topics.filter(() => random.chance(0.7)),
    lines,
    costs: randomCosts(random),
    feeds: randomFeeds(random),
    identity: {
      ...(random.chance(0.2) ? {} : { maxPeople: random.pick(often ? [3, 3, 2] : [1, 1, 2]) }),
      ...(random.chance(0.2) ? {} : { maxHousehold: random.pick(often ? [8, 4] : [1, 2, 3]) }),
      ...(random.chance(0.2) ? {} : { maxCarriers: random.pick(often ? [200, 200, 12] : [2, 4, 8, 200]) }),
      stopList: ['01632 960000', 'crm:ANON', 'email:nobody@b.uk'],
    },
    defaults: {
      ...(random.chance(0.5) ? { window: random.pick(['72h', '3h']) } : {}),
      ...(random.chance(0.5) ? { resumeWithin: random.pick(['24h', '2h']) } : {}),
      ...(random.chance(0.5) ? { resumeSavedWithin: random.pick(['7d', '5h']) } : {}),
      ...(random.chance(0.5) ? { repeatWithin: random.pick(['7d', '1d', '1h']) } : {}),
      ...(random.chance(0.5) ? { echoWithin: random.pick(['30m', '5m', '1m']) } : {}),
      ...(random.chance(0.3) ? { grace: random.pick(['4h', '1h']) } : {}),
    },
    privacy: { suppressBelow: 2, sensitiveBelow: 3 },
  }
}
