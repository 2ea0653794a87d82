/** What a simulated run is given, and the rows that must stand at its end. One seed is one scenario, for ever. */
import {
  type Config,
  configSchema,
  DAY_MS,
  type EdgeRecord,
  type Instant,
  type Token,
  WEEK_MS,
} from '@ringback/contracts'
import { createRules, showsShared } from '@ringback/journeys'
import { carriersOf, peopleOf } from './law.ts'
import { randomWorld } from '@ringback/testkit'
import { carrierOf, judgeRecords, toEdgeRecords } from '../scenarios/judge-records.ts'
import { createRandom, type Random } from './random.ts'

/** Deliveries at one time; between two, everything comes to rest. */
export interface Phase {
  readonly at: Instant
  /** How long it takes, in ms. */
  readonly lasts: number
  readonly records: readonly EdgeRecord[]
}

export const KINDS = ['burst', 'spread', 'long', 'late', 'fade', 'return'] as const
/**
 * `burst`: all at once. `spread`: over nearly a retention. `long`: over several, something of each carrier coming again in time.
 * `late`: somebody with a shared token comes when most of those who showed it shared are forgotten. `fade`: everything again as something new, so much later that the first is forgotten. `return`: the same, when state has
 * expired too.
 */
export type ScenarioKind = (typeof KINDS)[number]

/** Many worlds have nobody who could come late. */
const WISHES: readonly ScenarioKind[] = [...KINDS, 'late', 'late']

export interface Scenario {
  readonly seed: number
  readonly kind: ScenarioKind
  /** Few records, no faults but the one that is asked for. */
  readonly isTiny: boolean
  readonly config: Config
  /** Other rules, which are in force from the middle of the run on. */
  readonly laterConfig: Config | undefined
  readonly phases: readonly Phase[]
  /** By `kind|id`: the rows as JSON. */
  readonly expected: ReadonlyMap<string, string>
  /** Of all records together: which tokens are shared. */
  readonly shared: ReadonlySet<Token>
  readonly partitions: number
  /** Who came last, and must be joined with nobody, since all that it shares was shared by then. */
  readonly lateComer: string | undefined
  /** Whether `households` is made anew with another number of partitions in the middle of the run. */
  readonly isMadeAnew: boolean
}

const rowsOf = (config: Config, records: readonly EdgeRecord[]): Map<string, string> =>
  new Map(judgeRecords(config, records).map(({ kind, id, row }) => [`${kind}|${id}`, JSON.stringify(row)]))

const sharedIn = (config: Config, records: readonly EdgeRecord[]): Set<Token> =>
  new Set(
    [...peopleOf(config, records)]
      .filter(([token, { carriers, people }]) => showsShared(token, carriers.size, people, config.identity))
      .map(([token]) => token),
  )

type Raw = Record<string, unknown>

/** The same records as if they were others, so much later. */
const renewed = (raw: Raw, later: number): Raw => {
  const copy: Raw = { ...raw }
  for (const name of ['session', 'conversation'] as const)
    if (typeof copy[name] === 'string' && copy[name] !== '') copy[name] = `~${copy[name]}`
  copy['id'] = `~${String(raw['id'])}`
  if (typeof raw['time'] === 'string') copy['time'] = new Date(Date.parse(raw['time']) + later).toISOString()
  if (typeof raw['date'] === 'string' && raw['date'] !== '')
    copy['date'] = new Date(Date.parse(`${raw['date']}T00:00:00Z`) + later).toISOString().slice(0, 10)
  return copy
}

const timesOfRaw = (raw: readonly Raw[]): number[] =>
  raw.map(({ time, date }) => Date.parse(typeof time === 'string' ? time : `${String(date)}T00:00:00Z`))

const isSame = (a: ReadonlySet<Token>, b: ReadonlySet<Token>, within: ReadonlySet<Token>): boolean =>
  [...within].every((token) => a.has(token) === b.has(token))

const tokensIn = (records: readonly EdgeRecord[]): Set<Token> => new Set(records.flatMap(({ tokens }) => tokens))

/** Every carrier once more: one of its records that were delivered already. */
const oneOfEach = (records: readonly EdgeRecord[], random: Random): EdgeRecord[] => {
  const byCarrier = new Map<string, EdgeRecord[]>()
  for (const record of records) {
    const known = byCarrier.get(carrierOf(record))
    if (known) known.push(record)
    else byCarrier.set(carrierOf(record), [record])
  }
  return [...byCarrier.values()].map((own) => own[random.below(own.length)] as EdgeRecord)
}

/**
 * A carrier all of whose tokens are shared or nobody else's, and one other carrier for each that it shares: those are all that have
 * to be remembered for the law to say of it what it says of all records together.
 */
const chooseLateComer = (
  records: readonly EdgeRecord[],
  shared: ReadonlySet<Token>,
  random: Random,
): { readonly name: string; readonly kept: ReadonlySet<string> } | undefined => {
  const holders = new Map<Token, Set<string>>()
  const tokens = new Map<string, Set<Token>>()
  for (const record of records) {
    const name = carrierOf(record)
    tokens.set(name, new Set([...(tokens.get(name) ?? []), ...record.tokens]))
    for (const token of record.tokens) holders.set(token, new Set([...(holders.get(token) ?? []), name]))
  }
  const { alone } = carriersOf(records)
  const isLate = ([name, own]: readonly [string, ReadonlySet<Token>]): boolean =>
    !name.startsWith('profile:') &&
    [...own].every((token) => shared.has(token) || holders.get(token)?.size === 1) &&
    [...own].some((token) => shared.has(token)) &&
    [...own].every(
      (token) => !shared.has(token) || [...(holders.get(token) ?? [])].some((one) => one !== name && !alone.has(one)),
    )
  const [candidate] = random.shuffle([...tokens].filter(isLate))
  if (!candidate) return undefined
  const [name, own] = candidate
  const kept = [...own].flatMap((token) => {
    // What connects nothing is told no marks, so it cannot keep a lost state from forgetting that something is shared.
    const others = [...(holders.get(token) ?? [])].filter((other) => other !== name && !alone.has(other))
    return others.length === 0 ? [] : [others[random.below(others.length)] as string]
  })
  return { name, kept: new Set(kept) }
}

/** In `long`: of so many retentions each phase is one. */
const PHASE_OF_RETENTION = 0.4

export interface ScenarioOptions {
  readonly seed: number
  /** As few records as there can be, for enumerating every crash. */
  readonly isTiny?: boolean
}

export const createScenario = ({ seed, isTiny = false }: ScenarioOptions): Scenario => {
  const random = createRandom(seed * 7_919 + 13)
  const wish = isTiny ? 'burst' : (WISHES[random.below(WISHES.length)] ?? 'burst')
  const scenes: readonly [number, number] = isTiny ? [1, 1] : wish === 'late' || random.below(4) === 0 ? [3, 8] : [1, 3]
  const world = randomWorld(seed, { scenes, disorder: false })
  const parsed = configSchema.parse(world.config)
  const config: Config =
    wish === 'long' || wish === 'late'
      ? { ...parsed, defaults: { ...parsed.defaults, repeatWithin: 400 * DAY_MS } }
      : parsed
  // Sharing is what the log is most easily wrong about: half of all worlds have little room for it.
  if (!isTiny && (wish === 'late' || random.below(2) === 0))
    Object.assign(config.identity, {
      maxPeople: 1 + random.below(2),
      maxHousehold: 1 + random.below(3),
      maxCarriers: 2 + random.below(4),
    })
  const { retention } = config.defaults
  const raw = { web: world.web, contacts: world.contacts, profiles: world.profiles }
  const records = toEdgeRecords(config, world.now + 2 * DAY_MS, raw)
  const shuffled = random.shuffle([...records, ...records.filter(() => random.below(5) === 0)])
  const begin = world.now
  const base = {
    seed,
    isTiny,
    config,
    partitions: 1 + random.below(isTiny ? 2 : 4),
    shared: sharedIn(config, records),
    lateComer: undefined,
  }
  const once = (kind: ScenarioKind): Scenario => {
    // Windows and topics change; what the fold goes by stays.
    const laterConfig: Config | undefined =
      !isTiny && random.below(5) === 0
        ? { ...config, tasks: config.tasks.map((task) => ({ ...task, window: Math.floor(task.window / 2) + 1 })) }
        : undefined
    return {
      ...base,
      kind,
      laterConfig,
      isMadeAnew: !isTiny && laterConfig === undefined && random.below(8) === 0,
      phases: [{ at: begin, lasts: kind === 'spread' ? 0.9 * retention : 0, records: shuffled }],
      expected: rowsOf(laterConfig ?? config, records),
    }
  }
  if (wish === 'burst' || wish === 'spread') return once(wish)
  const plain = { ...base, kind: wish, laterConfig: undefined, isMadeAnew: false }
  if (wish === 'long') {
    const phases: Phase[] = []
    const count = 3 + random.below(9)
    const delivered: EdgeRecord[] = []
    for (let i = 0; i < count; i++) {
      // All that is new comes within one retention of the first.
      const fresh = i < 2 ? shuffled.slice((i * shuffled.length) / 2, ((i + 1) * shuffled.length) / 2) : []
      phases.push({
        at: begin + i * PHASE_OF_RETENTION * retention,
        lasts: 0,
        records: random.shuffle([...fresh, ...oneOfEach(delivered, random)]),
      })
      delivered.push(...fresh)
    }
    return { ...plain, phases, expected: rowsOf(config, records) }
  }
  if (wish === 'late') {
    const late = chooseLateComer(records, base.shared, random)
    if (!late) return once('burst')
    const others = shuffled.filter((record) => carrierOf(record) !== late.name)
    // Whatever is shared must have been so without it.
    if (!isSame(sharedIn(config, others), base.shared, base.shared)) return once('burst')
    const alive = others.filter((record) => late.kept.has(carrierOf(record)))
    const phases: Phase[] = [{ at: begin, lasts: 0, records: others }]
    const count = 5 + random.below(4)
    for (let i = 1; i <= count; i++)
      phases.push({
        at: begin + i * PHASE_OF_RETENTION * retention,
        lasts: 0,
        records: i < count ? oneOfEach(alive, random) : shuffled.filter((record) => carrierOf(record) === late.name),
      })
    return { ...plain, lateComer: late.name, phases, expected: rowsOf(config, records) }
  }
  const weeks = Math.ceil(((wish === 'fade' ? 1.2 : 3.3) * retention) / WEEK_MS)
  const later = weeks * WEEK_MS
  const times = timesOfRaw([...world.web, ...world.contacts])
  const second = toEdgeRecords(config, world.now + later + 2 * DAY_MS, {
    web: world.web.map((record) => renewed(record as Raw, later)),
    contacts: world.contacts.map((record) => renewed(record as Raw, later)),
    profiles: [],
  })
  const profiles = records.filter(({ kind }) => kind === 'profiles')
  const both = [...records, ...second]
  const shared = sharedIn(config, both)
  const isApart =
    Math.max(...times) + createRules(config).reach() < Math.min(...times) + later &&
    isSame(shared, base.shared, tokensIn(records)) &&
    isSame(shared, sharedIn(config, [...second, ...profiles]), tokensIn([...second, ...profiles]))
  // Where what is forgotten would still tell on what comes later, the law has no one answer.
  if (!isApart) return once('burst')
  return {
    ...plain,
    phases: [
      { at: begin, lasts: 0, records: shuffled },
      { at: begin + later, lasts: 0, records: random.shuffle([...second]) },
    ],
    expected: new Map([...rowsOf(config, records), ...rowsOf(config, [...second, ...profiles])]),
  }
}
