/**
 * One simulated run: the product's stages on ports in memory, a virtual clock, and a scheduler that chooses everything else. While
 * faults are allowed processes die, answers get lost, partitions change hands and state vanishes; then all comes to rest, and
 * the tables must be what the law says of all records at once.
 */
import type { Config, EdgeRecord } from '@ringback/contracts'
import { DAY_MS, HOUR_MS, toTopicRecord } from '@ringback/contracts'
import { toControl, toRulesMessage } from '@ringback/correlator'
import { encodeMessage, type Message, type NodeState, refreshOf } from '@ringback/households'
import { createRules, type Rules } from '@ringback/journeys'
import { groupsOf, topicsOf, topicSpecs } from '@ringback/pipeline'
import { carrierOf } from '../scenarios/judge-records.ts'
import { assertAtRest, assertNow, type Inspected, MAY_FORGET } from './assertions.ts'
import { createConsumers, type Group, type Member } from './consumers.ts'
import {
  assemblerProcess,
  correlatorProcess,
  createTables,
  type Place,
  sayProfilesAgain,
  writerProcess,
} from './processes.ts'
import { createRandom } from './random.ts'
import type { Scenario } from './scenario.ts'
import { createScheduler, type Ending } from './scheduler.ts'
import { createSimulatedWorld } from './simulated-world.ts'

/** No fault but this: the process of the port call of that number dies, before the call happens or after. */
export interface Crash {
  readonly at: number
  readonly when: 'dies before' | 'dies after'
}

export interface RunResult {
  readonly calls: number
}

/** Compiled once: processes come and go by the dozen. */
const compiled = new WeakMap<Config, Rules>()
const rulesOf = (config: Config): Rules => {
  const rules = compiled.get(config) ?? createRules(config)
  compiled.set(config, rules)
  return rules
}

const NO_SOURCES = { web: [], contacts: [], profiles: [] }

/** Runs one scenario to its end. Throws what was violated. */
export const runScenario = async (scenario: Scenario, crash?: Crash): Promise<RunResult> => {
  const { config, laterConfig, phases } = scenario
  const random = createRandom(scenario.seed * 104_729 + (crash?.at ?? 0))
  const scheduler = createScheduler(random)
  const { retention, profileRetention } = config.defaults
  let kafka = { brokers: ['sim'], prefix: 'sim', generation: 0, partitions: scenario.partitions, sources: NO_SOURCES }
  const topics = topicsOf(kafka)
  const world = createSimulatedWorld({
    topics: Object.fromEntries(
      topicSpecs(kafka, config.defaults).map((spec) => [
        spec.topic,
        { partitions: spec.partitions, retention: spec.retention ?? Infinity },
      ]),
    ),
    stateExpiresAfter: 3 * retention,
    now: phases[0]?.at ?? 0,
  })
  const place: Place = { world, scheduler, topics }
  const tables = createTables()
  let failure: { readonly cause: unknown } | undefined
  const fail = (cause: unknown): void => {
    failure ??= { cause }
  }
  const consumers = createConsumers(world, scheduler, fail)
  const sent: EdgeRecord[] = []
  let made = 0
  const member = (create: (process: string) => Member['handler']): Member => {
    const process = `p${made++}`
    return { process, handler: create(process), isAlive: true, isLeaving: false }
  }

  let currentConfig: Config = config
  const newMember = {
    assembler: () => member((process) => assemblerProcess(place, process, rulesOf(currentConfig))),
    correlator: () => member((process) => correlatorProcess(place, process, rulesOf(currentConfig), kafka.generation)),
    writer: () => member((process) => writerProcess(place, process, tables)),
  }
  const group = (name: string, on: readonly string[], kind: keyof typeof newMember, count: number): Group => ({
    name,
    topics: on,
    members: Array.from({ length: count }, newMember[kind]),
    owners: new Map(),
  })
  const names = groupsOf(kafka)
  const kinds = ['assembler', 'correlator', 'writer'] as const
  const groups: Record<(typeof kinds)[number], Group> = {
    assembler: group(names.assembler, [topics.web, topics.contacts, topics.profiles], 'assembler', 1 + random.below(2)),
    correlator: group(names.correlator, [topics.households], 'correlator', 1 + random.below(3)),
    writer: group(names.writer, [topics.conclusions], 'writer', 1),
  }
  for (const kind of kinds) consumers.rebalance(groups[kind], false)
  // Whoever was assigned a partition looks at it first.
  for (const own of consumers.everyFree(groups.correlator)) consumers.idle(groups.correlator, own)

  let faultsLeft = scenario.isTiny ? 0 : random.below(4) === 0 ? 0 : random.below(30)
  const endingOf = (name: string): Ending => {
    if (crash && scheduler.calls() === crash.at) return crash.when
    if (faultsLeft <= 0 || random.below(25) !== 0) return 'answered'
    faultsLeft--
    const endings: Ending[] = ['refused before', 'answer lost', 'dies before', 'dies after']
    if (name === 'append') endings.push('partly done')
    return endings[random.below(endings.length)] as Ending
  }

  const die = (process: string): void => {
    scheduler.forget(process)
    for (const kind of kinds) {
      const { members } = groups[kind]
      const index = members.findIndex((one) => one.process === process)
      if (index < 0) continue
      ;(members[index] as Member).isAlive = false
      members.splice(index, 1, newMember[kind]())
      consumers.rebalance(groups[kind], false)
    }
  }

  const snapshots = new Map<string, ReturnType<typeof world.snapshot>>()
  const loseState = (): void => {
    for (const space of world.spaces()) {
      const choice = random.below(3)
      if (choice === 0) world.restore(space, new Map())
      else if (choice === 1) world.restore(space, snapshots.get(space) ?? new Map())
    }
  }

  /** A fault that no port call brings about. */
  const disturb = (): void => {
    const choice = random.below(10)
    if (choice < 4) consumers.rebalance(groups[kinds[random.below(kinds.length)] ?? 'correlator'], true)
    else if (choice < 6)
      for (const space of world.spaces()) {
        if (random.below(2) === 0) snapshots.set(space, world.snapshot(space))
      }
    else if (choice < 8 && faultsLeft > 0) {
      faultsLeft--
      loseState()
    } else world.setNow(world.now() + (random.below(3) - 1) * random.below(HOUR_MS))
  }

  const isWhole = !MAY_FORGET.has(scenario.kind)
  const inspected = (): Inspected => ({
    world,
    topics,
    generation: kafka.generation,
    config,
    sent,
    shared: scenario.shared,
  })

  /** One thing that can happen happens; false: nothing can. */
  const step = async (): Promise<boolean> => {
    const deliverable = kinds.flatMap((kind) => consumers.deliverable(groups[kind]).map((own) => [kind, own] as const))
    const choices = (scheduler.hasPending() ? 3 : 0) + (deliverable.length > 0 ? 1 : 0)
    if (choices === 0) return false
    if (scheduler.hasPending() && (deliverable.length === 0 || random.below(4) > 0)) {
      const dead = scheduler.endOne(endingOf)
      if (dead !== undefined) die(dead)
    } else {
      const [kind, own] = deliverable[random.below(deliverable.length)] as (typeof deliverable)[number]
      // Now and then a member looks at a partition before what lies there reaches it.
      if (random.below(20) === 0) consumers.idle(groups[kind], own)
      else consumers.deliver(groups[kind], own)
    }
    await scheduler.settle()
    if (failure) throw failure.cause
    if (faultsLeft > 0 && random.below(40) === 0) disturb()
    if (random.below(60) === 0) assertNow(inspected(), isWhole)
    return true
  }

  /** Until nothing more happens of itself: what is fetched is worked on, and whoever owns a partition has looked at it since. */
  const rest = async (): Promise<void> => {
    for (let rounds = 0; rounds < 200; rounds++) {
      while (await step());
      const before = scheduler.calls()
      const unwatched = kinds.flatMap((kind) => consumers.unwatched(groups[kind]).map((own) => [kind, own] as const))
      const all = kinds.flatMap((kind) => consumers.everyFree(groups[kind]).map((own) => [kind, own] as const))
      for (const [kind, own] of unwatched.length > 0 ? unwatched : all) consumers.idle(groups[kind], own)
      await scheduler.settle()
      if (failure) throw failure.cause
      const ends = logEnd()
      while (await step());
      if (unwatched.length === 0 && logEnd() === ends && isCaughtUp() && isFolded()) return
      if (scheduler.calls() === before && unwatched.length === 0) return
    }
    throw new Error(
      `it never comes to rest: ${topicsOfGroups()
        .map(
          ([{ name }, topic, partition]) =>
            `${topic}/${partition} ${String(world.committed(name, topic, partition))} of ${world.bounds(topic, partition).end}`,
        )
        .join(', ')}`,
    )
  }
  /** Whoever lists what is remembered first sees that nothing waits and nothing is missing. */
  const restWhole = async (): Promise<void> => {
    const later = faultsLeft
    faultsLeft = 0
    await rest()
    faultsLeft = later
  }
  const topicsOfGroups = (): (readonly [Group, string, number])[] =>
    kinds.flatMap((kind) =>
      groups[kind].topics.flatMap((topic) =>
        Array.from({ length: world.partitionsOf(topic) }, (_, partition) => [groups[kind], topic, partition] as const),
      ),
    )
  const logEnd = (): number =>
    topicsOfGroups().reduce((sum, [, topic, partition]) => sum + world.bounds(topic, partition).end, 0)
  /** Whoever lost its state is still at work on it, although all of it was committed once. */
  const isFolded = (): boolean =>
    Array.from({ length: world.partitionsOf(topics.households) }, (_, partition) => {
      const [next] = world.readState(`${kafka.generation}.${partition}`, ['next'])
      return Number(next ?? 0) >= world.bounds(topics.households, partition).end
    }).every(Boolean)
  const isCaughtUp = (): boolean =>
    topicsOfGroups().every(([{ name }, topic, partition]) => {
      const { earliest, end } = world.bounds(topic, partition)
      return (world.committed(name, topic, partition) ?? earliest) >= end
    })

  const send = (record: EdgeRecord): void => {
    const received = { ...record, received: world.now() }
    sent.push(received)
    world.append(topics[record.kind], [{ key: carrierOf(record), value: toTopicRecord(received) }])
  }

  /** Passes time as it passes in life: nobody is half a retention behind, and profiles are said again. */
  const passUntil = async (at: number): Promise<void> => {
    while (world.now() < at) {
      await rest()
      const half = Math.floor(world.now() / (retention / 2))
      world.setNow(Math.min(at, world.now() + 0.3 * retention))
      // What a replica lacks is the last second, not the last week.
      snapshots.clear()
      if (Math.floor(world.now() / (retention / 2)) === half) continue
      sayProfilesAgain(place, rulesOf(currentConfig), profileRetention)
    }
    await rest()
    world.trim()
  }

  /** New processes with other rules, while those of before may still be at work; then the wish to judge all anew. */
  const changeRules = async (): Promise<void> => {
    if (!laterConfig) return
    if (random.below(2) === 0) await rest()
    currentConfig = laterConfig
    const { members } = groups.correlator
    for (const one of members) one.isLeaving = true
    members.push(newMember.correlator())
    if (random.below(2) === 0) consumers.rebalance(groups.correlator, false)
    for (let i = random.below(60); i > 0; i--) await step()
    const rules = toRulesMessage(rulesOf(laterConfig), 'key')
    for (let partition = 0; partition < world.partitionsOf(topics.households); partition++)
      world.append(topics.households, [toControl(rules, partition)])
    for (let i = random.below(60); i > 0; i--) await step()
    consumers.rebalance(groups.correlator, false)
    await restWhole()
    for (let partition = 0; partition < world.partitionsOf(topics.households); partition++)
      for (const key of world.stateKeys(`${kafka.generation}.${partition}`)) {
        if (!key.startsWith('n:')) continue
        const node = key.slice(2)
        const [value] = encodeMessage({ kind: 'facts', node, facts: [], marks: [], claims: [] })
        world.append(topics.households, [{ key: node, value: value ?? '' }])
      }
  }

  /** `households` begins anew with another number of partitions, a generation later, from what is known of each household. */
  const makeAnew = async (): Promise<void> => {
    if (!scenario.isMadeAnew) return
    await restWhole()
    const messages: Message[] = []
    for (let partition = 0; partition < world.partitionsOf(topics.households); partition++) {
      const space = `${kafka.generation}.${partition}`
      for (const key of world.stateKeys(space)) {
        const [value] = key.startsWith('n:') ? world.readState(space, [key]) : []
        const { root } = JSON.parse(value ?? '{}') as NodeState
        if (root) messages.push(...refreshOf(key.slice(2), root, config.identity.maxCarriers))
      }
    }
    kafka = { ...kafka, generation: kafka.generation + 1, partitions: kafka.partitions + 1 }
    world.makeTopic(topics.households, kafka.partitions, 2 * retention + DAY_MS)
    for (const message of messages)
      world.append(
        topics.households,
        encodeMessage(message).map((value) => ({ key: message.node, value })),
      )
    groups.correlator = group(groupsOf(kafka).correlator, [topics.households], 'correlator', 2)
    consumers.rebalance(groups.correlator, false)
  }

  // From a loss before every phase to a rare one.
  const lossOdds = 1 + random.below(4)
  // Often at the very beginning, when nobody has said yet which rules there are.
  const turnAt = random.below(3) === 0 ? 0 : random.below(phases[0]?.records.length ?? 1)
  for (const [i, phase] of phases.entries()) {
    await passUntil(phase.at)
    // What is built again from the log alone must know what was shared.
    const isLast = i === phases.length - 1
    if (i > 0 && !scenario.isTiny && random.below(isLast ? 2 : lossOdds) === 0)
      for (const space of world.spaces()) world.restore(space, new Map())
    world.setNow(Math.max(world.now(), phase.at))
    const begin = world.now()
    for (const [k, record] of phase.records.entries()) {
      if (phase.lasts > 0) await passUntil(Math.floor(begin + (k / phase.records.length) * phase.lasts))
      send(record)
      for (let steps = random.below(12); steps > 0; steps--) await step()
      if (i === 0 && k === turnAt) {
        await changeRules()
        await makeAnew()
      }
    }
  }
  await rest()
  // Whatever is lost after all is said and done is built again, silently.
  if (!scenario.isTiny && random.below(3) === 0) {
    world.trim()
    for (const space of world.spaces()) if (random.below(3) > 0) world.restore(space, new Map())
    faultsLeft = random.below(4)
    await rest()
  }
  faultsLeft = 0
  await rest()
  assertNow(inspected(), isWhole)
  assertAtRest({ ...inspected(), scenario, tables: tables.rows, isCaughtUp: isCaughtUp() })
  return { calls: scheduler.calls() }
}
