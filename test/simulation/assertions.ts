/** What HOUSEHOLD-LOG asserts, by its numbers: in every state, and at rest. */
import type { Config, EdgeRecord, Token } from '@ringback/contracts'
import { compareNodes, decodeMessage, isCarrierNode, type NodeState, rankOf } from '@ringback/households'
import { type HouseholdFacts, mergeHousehold, showsShared, valueOf } from '@ringback/journeys'
import type { Topics } from '@ringback/pipeline'
import { carrierOf } from '../scenarios/judge-records.ts'
import { carriersOf } from './law.ts'
import { MOST_CHARACTERS } from './processes.ts'
import type { Scenario } from './scenario.ts'
import type { Said, SimulatedWorld } from './simulated-world.ts'

export interface Inspected {
  readonly world: SimulatedWorld
  readonly topics: Topics
  readonly generation: number
  readonly config: Config
  /** Every record as it was appended, again and again where it came again. */
  readonly sent: readonly EdgeRecord[]
  /** Tokens that all records together show to be shared. */
  readonly shared: ReadonlySet<Token>
}

const violated = (assertion: number, what: string): Error => new Error(`assertion ${assertion}: ${what}`)

interface State {
  readonly nodes: ReadonlyMap<string, NodeState>
  /** By partition: where its fold stands. */
  readonly next: readonly number[]
  readonly dirty: readonly string[]
}

const readState = ({ world, topics, generation }: Inspected): State => {
  const nodes = new Map<string, NodeState>()
  const next: number[] = []
  const dirty: string[] = []
  for (let partition = 0; partition < world.partitionsOf(topics.households); partition++) {
    const space = `${generation}.${partition}`
    const [position, roots] = world.readState(space, ['next', 'dirty'])
    next.push(Math.max(Number(position ?? 0), world.bounds(topics.households, partition).earliest))
    dirty.push(...(JSON.parse(roots ?? '[]') as string[]))
    for (const key of world.stateKeys(space)) {
      const [value] = key.startsWith('n:') ? world.readState(space, [key]) : []
      if (value !== undefined) nodes.set(key.slice(2), JSON.parse(value) as NodeState)
    }
  }
  return { nodes, next, dirty }
}

/** 1 and 5: what one node may be. */
const assertNodes = ({ nodes }: State, { identity }: Config): void => {
  for (const [name, { parent, root, evidence }] of nodes) {
    if (parent !== undefined && compareNodes(parent, name) >= 0)
      throw violated(1, `the parent of ${name} is not smaller`)
    if (parent !== undefined && root) throw violated(1, `${name} has a parent and facts`)
    if (root && !isCarrierNode(name) && root.facts.length > 0) throw violated(1, `the token ${name} has facts`)
    if (!evidence) continue
    const { isShared, carriers, people } = evidence
    if (isShared && carriers.length + people.length > 0) throw violated(5, `${name} has evidence beside \`shared\``)
    const names = people.map(([person]) => person)
    if (!isShared && showsShared(name, carriers.length, names, identity))
      throw violated(5, `the evidence of ${name} is beyond its limits`)
  }
}

/** Names that belong together, by union. */
const createUnion = () => {
  const parents = new Map<string, string>()
  const find = (name: string): string => {
    let top = name
    for (let up = parents.get(top); up !== undefined; up = parents.get(top)) top = up
    return top
  }
  return {
    find,
    unite: (a: string, b: string): void => {
      const [x, y] = [find(a), find(b)]
      if (x !== y) parents.set(x, y)
    },
  }
}

/**
 * 2: of everything that the household log was told and has not forgotten, carrier and unshared tokens are connected by parents
 * and unread messages, and the facts lie at, or are on their way to, a node connected with them.
 */
const assertConnected = (inspected: Inspected, state: State): void => {
  const { world, topics } = inspected
  const union = createUnion()
  const factsAt = new Map<string, Set<string>>()
  const holds = (carrier: string, node: string): void => {
    const known = factsAt.get(carrier) ?? new Set<string>()
    factsAt.set(carrier, known)
    known.add(node)
  }
  for (const [name, { parent, root }] of state.nodes) {
    if (parent !== undefined) union.unite(name, parent)
    for (const [carrier] of root?.facts ?? []) holds(carrier, name)
  }
  const told = new Map<string, Set<Token>>()
  const marked = new Set<Token>()
  for (const [name, { evidence }] of state.nodes) if (evidence?.isShared) marked.add(name)
  for (const [partition, next] of state.next.entries())
    for (const { offset, key, value } of world.read(topics.households, partition, 0, Infinity)) {
      const message = decodeMessage(key ?? '', String(value))
      if (message.kind === 'facts' && message.isOwn)
        for (const [carrier, { tokens }] of message.facts) {
          const known = told.get(carrier) ?? new Set<Token>()
          told.set(carrier, known)
          // Those of an unread message still have to be told of.
          if (offset < next) for (const [token] of tokens) known.add(token)
        }
      if (offset < next) continue
      if (message.kind === 'facts') for (const [carrier] of message.facts) holds(carrier, message.node)
      if (message.kind === 'link') union.unite(message.node, message.of)
      if (message.kind === 'seen' && message.link !== undefined) union.unite(message.node, message.link)
    }
  const { alone } = carriersOf(inspected.sent)
  const { shared } = inspected
  for (const [carrier, tokens] of told) {
    const places = factsAt.get(carrier)
    if (!places) throw violated(2, `the facts of ${carrier} are nowhere`)
    for (const node of places)
      if (union.find(node) !== union.find(carrier))
        throw violated(2, `facts of ${carrier} lie apart from it, at ${node}`)
    if (alone.has(carrier)) continue
    for (const token of tokens)
      if (!marked.has(token) && !shared.has(token) && union.find(token) !== union.find(carrier))
        throw violated(2, `${carrier} is not connected with its token ${token}`)
  }
}

/** What must hold in every state. `isWhole`: nothing was forgotten so far, so that everything told can be looked for. */
export const assertNow = (inspected: Inspected, isWhole: boolean): void => {
  const state = readState(inspected)
  assertNodes(state, inspected.config)
  if (isWhole) assertConnected(inspected, state)
}

const rootOf = ({ nodes }: State, name: string): string => {
  let node = name
  for (let up = nodes.get(node)?.parent; up !== undefined; up = nodes.get(node)?.parent) node = up
  return node
}

/** 7: whoever the law connects lies at one root, and nobody's facts at two. */
const assertGathered = (inspected: Inspected, state: State): void => {
  const { shared } = inspected
  const { tokens, alone } = carriersOf(inspected.sent)
  const places = new Map<string, string[]>()
  for (const [name, { root }] of state.nodes)
    for (const [carrier] of root?.facts ?? []) places.set(carrier, [...(places.get(carrier) ?? []), name])
  const holders = new Map<Token, string>()
  for (const [carrier, own] of tokens) {
    const [place, ...others] = places.get(carrier) ?? []
    if (place === undefined || others.length > 0)
      throw violated(7, `the facts of ${carrier} lie at ${others.length + (place === undefined ? 0 : 1)} nodes`)
    if (rootOf(state, carrier) !== place) throw violated(7, `${carrier} leads to another root than that of its facts`)
    // What connects nothing is told nothing.
    if (alone.has(carrier)) continue
    for (const token of own) {
      if (shared.has(token)) {
        const marks = state.nodes.get(place)?.root?.marks ?? []
        if (valueOf(marks, token) === undefined)
          throw violated(7, `the household of ${carrier} lacks the mark of ${token}`)
        continue
      }
      const holder: string = holders.get(token) ?? place
      holders.set(token, holder)
      if (holder !== place) throw violated(7, `${token} has carriers at two roots`)
    }
  }
}

/** 9: nobody is joined by a token that was shared when the first of its carriers came; alone ones are joined by nothing. */
const assertAlone = (inspected: Inspected, state: State): void => {
  const { sent } = inspected
  const { alone } = carriersOf(sent)
  const everAlone = new Set<string>()
  // Whoever was alone from its first record on was never told of with a link.
  const first = new Map<string, EdgeRecord>()
  for (const record of sent) if (!first.has(carrierOf(record))) first.set(carrierOf(record), record)
  for (const [name, record] of first) if (carriersOf([record]).alone.has(name) && alone.has(name)) everAlone.add(name)
  for (const name of everAlone) {
    const node = state.nodes.get(name)
    if (node?.parent !== undefined) throw violated(9, `${name}, which connects nothing, was joined to ${node.parent}`)
    const others = [...(node?.root?.facts ?? [])].filter(([carrier]) => carrier !== name)
    if (others.length > 0) throw violated(9, `${name}, which connects nothing, holds others' facts`)
  }
}

/** Kinds in which something is forgotten on the way, so that not all that was told can be found. */
export const MAY_FORGET: ReadonlySet<Scenario['kind']> = new Set(['fade', 'return', 'late'])

const SMALLER_ROOT = 2n ** 48n
const RANKS = 2n ** 63n

/** 4: what stands of a household was said by its root, also where a former root had said the very same. */
const assertSpoken = ({ nodes }: State, tables: ReadonlyMap<string, Said>): void => {
  for (const [name, { root }] of nodes)
    for (const [key] of root?.said ?? []) {
      const isJourney = key.startsWith('journey|')
      const row = tables.get(
        isJourney ? `journey|${key.slice(key.lastIndexOf('|') + 1)}` : key.replace('contact|contact:', 'contact|'),
      )
      if (!row) throw violated(4, `${name} believes to have said ${key}`)
      if ((row.version / SMALLER_ROOT) % RANKS !== RANKS - 1n - rankOf(name))
        throw violated(4, `what stands of ${key} was not said by ${name}, which holds it`)
    }
}

/**
 * 10: the log holds each household whole: its messages from the last snapshot on, or all that are left where there is none, say all
 * that its root knows. So whatever is lost can be built again.
 */
const assertRebuildable = ({ world, topics }: Inspected, { nodes, next }: State): void => {
  const told = new Map<string, HouseholdFacts>()
  for (const partition of next.keys())
    for (const { key, value } of world.read(topics.households, partition, 0, Infinity)) {
      const message = decodeMessage(key ?? '', String(value))
      if (message.kind !== 'facts') continue
      const begins = message.isSnapshot && (message.range?.[0] ?? null) === null
      told.set(message.node, mergeHousehold(begins ? [] : (told.get(message.node) ?? []), message.facts))
    }
  for (const [name, { root }] of nodes) {
    if (!root) continue
    const known = told.get(name) ?? []
    // A carrier that had to be cut itself is not compared with what the root knows: pieces speak for nobody.
    const whole = root.facts.filter(([, facts]) => JSON.stringify(facts).length <= MOST_CHARACTERS)
    if (mergeHousehold(known, whole) !== known) throw violated(10, `the log no longer holds the household of ${name}`)
  }
}

export interface AtRest extends Inspected {
  readonly scenario: Scenario
  readonly tables: ReadonlyMap<string, Said>
  readonly isCaughtUp: boolean
}

export const assertAtRest = (inspected: AtRest): void => {
  const { scenario, tables, isCaughtUp, world, topics } = inspected
  const state = readState(inspected)
  const ends = state.next.map((_, partition) => world.bounds(topics.households, partition).end)
  if (!isCaughtUp) throw violated(6, 'something is not committed')
  if (state.next.some((next, partition) => next !== ends[partition])) throw violated(6, 'something is not folded')
  if (state.dirty.length > 0) throw violated(6, `dirty: ${state.dirty.join(', ')}`)
  if (!MAY_FORGET.has(scenario.kind)) {
    assertGathered(inspected, state)
    assertAlone(inspected, state)
    assertSpoken(state, tables)
    assertRebuildable(inspected, state)
  }
  const { lateComer } = scenario
  if (lateComer !== undefined) {
    const root = state.nodes.get(rootOf(state, lateComer))?.root
    if (root?.facts.length !== 1) throw violated(9, `${lateComer} came late and was joined all the same`)
  }
  const standing = [...tables].filter(([, { json }]) => json !== undefined)
  for (const [key, { json }] of standing) {
    const expected = scenario.expected.get(key)
    if (expected === undefined) throw violated(8, `a row that should not be there: ${key}`)
    if (expected !== json)
      throw violated(8, `another row than expected: ${key}\n  is   ${String(json)}\n  must ${expected}`)
  }
  if (standing.length !== scenario.expected.size) {
    const missing = [...scenario.expected.keys()].filter((key) => tables.get(key)?.json === undefined)
    throw violated(8, `rows are missing: ${missing.join(', ')}`)
  }
}
