/**
 * The fold of HOUSEHOLD-LOG: one message changes the state of the one node it is addressed to, and is answered by further
 * messages. What it says depends on the log alone: no clock, no randomness. The numbers are the steps of that page.
 */
import { hash } from 'node:crypto'
import { type Config, DAY_MS, type Instant, type Token } from '@ringback/contracts'
import {
  CARRIER_TOKENS,
  type CarrierFacts,
  type CarrierTokens,
  countSuperseded,
  type HouseholdFacts,
  type Keyed,
  mergeHousehold,
  mergeKeyed,
  mergeTokens,
  showsShared,
  toKeyed,
  tokenType,
  valueOf,
} from '@ringback/journeys'
import type { Day, FactsMessage, LinkMessage, Message, SeenMessage } from './messages.ts'
import { type EvidenceState, NEW_NODE, type Nodes, type NodeState, type RootState } from './node-state.ts'
import { compareNodes, type NodeName } from './order.ts'

export interface FoldOutput {
  readonly send: (message: Message) => void
  /** Whether what is sent goes out. Not where a lost state is built again: a refresh that nobody hears is none. */
  readonly isHeard: boolean
  /** The root's household changed; it is to be judged. */
  readonly dirty: (root: NodeName) => void
  /** So many revisions of legs or profiles lost to newer ones. */
  readonly superseded: (count: number) => void
}

export type FoldConfig = {
  readonly identity: Pick<Config['identity'], 'maxPeople' | 'maxHousehold' | 'maxCarriers'>
  /** R, in ms. */
  readonly retention: number
}

export type Fold = (nodes: Nodes, message: Message, now: Instant, output: FoldOutput) => void

export const dayOf = (at: Instant): Day => Math.floor(at / DAY_MS)

/** 8 bytes that stand for a carrier in a token's evidence. */
export const hashCarrier = (carrier: NodeName): string => hash('sha256', carrier, 'base64url').slice(0, 11)

const EMPTY_ROOT: RootState = { facts: [], marks: [], said: [], refreshedAt: -Infinity }

const latestDay = (a: Day, b: Day): Day => Math.max(a, b)

const distinctOf = (tokens: CarrierTokens, type: string): number =>
  tokens.filter(([token]) => tokenType(token) === type).length

/** Connects nothing, for ever: what made it so only grows. */
export const isAlone = (node: NodeName, tokens: CarrierTokens, isExcluded: boolean): boolean => {
  if (tokens.length > CARRIER_TOKENS) return true
  if (!node.startsWith('session:')) return false
  return isExcluded || distinctOf(tokens, 'account') > 1 || distinctOf(tokens, 'crm') > 1
}

const idsOf = (said: RootState['said']): readonly string[] => said.map(([id]) => id)

/** What a carrier was received with stands in its own facts: a snapshot restores it to the root, as a link does to the others. */
const restoreCarrier = (state: NodeState, facts: CarrierFacts | undefined): NodeState => {
  if (!facts) return state
  const tokens = mergeTokens(state.tokens ?? [], facts.tokens)
  const isExcluded = facts.own.kind === 'session' && facts.own.isExcluded
  return { ...state, tokens, ...(isExcluded ? { isExcluded } : {}) }
}

/** A root's repetition of all it knows, to itself. */
const snapshotOf = (node: NodeName, { facts, marks, said }: RootState): FactsMessage => ({
  kind: 'facts',
  node,
  facts,
  marks,
  claims: idsOf(said),
  isSnapshot: true,
})

/**
 * A root says again all that it rests on, so that parents and evidence outlive the facts they serve. Folded from nothing, on a log
 * of any number of partitions, these messages give back the household.
 */
export const refreshOf = (node: NodeName, root: RootState, maxCarriers: number): readonly Message[] => {
  const messages: Message[] = [snapshotOf(node, root)]
  const byToken = new Map<Token, { by: string[]; with: Set<Token>; areAlone: boolean }>()
  for (const [carrier, { own, tokens }] of root.facts) {
    if (carrier !== node) messages.push({ kind: 'link', node: carrier, of: node, tokens })
    const alone = isAlone(carrier, tokens, own.kind === 'session' && own.isExcluded)
    for (const [token, evidence] of tokens) {
      const told = byToken.get(token) ?? { by: [], with: new Set<Token>(), areAlone: true }
      byToken.set(token, told)
      if (evidence.shows && told.by.length <= maxCarriers) told.by.push(hashCarrier(carrier))
      for (const person of evidence.people) told.with.add(person)
      told.areAlone &&= alone
    }
  }
  for (const [token, { by, with: people, areAlone }] of byToken)
    messages.push({
      kind: 'seen',
      node: token,
      by,
      with: [...people].sort(),
      ...(areAlone ? {} : { link: node }),
      ...(valueOf(root.marks, token) === undefined ? {} : { isShared: true }),
    })
  return messages
}

export const createFold = ({ identity, retention }: FoldConfig): Fold => {
  const twiceRetention = Math.ceil((2 * retention) / DAY_MS)

  /** 1. A node whose parent was not touched for 2 R is new; evidence not seen for 2 R is forgotten. */
  const recall = (known: NodeState, today: Day): NodeState => {
    const isOld = (day: Day | undefined): boolean => day !== undefined && day < today - twiceRetention
    if (!isOld(known.touchedAt) && !isOld(known.evidence?.seenAt)) return known
    const { evidence, ...rest } = known
    const kept = isOld(known.touchedAt) ? NEW_NODE : rest
    return evidence === undefined || isOld(evidence.seenAt) ? kept : { ...kept, evidence }
  }

  /** 2. The node is joined with `b`, which is smaller. */
  const join = (state: NodeState, b: NodeName, today: Day, output: FoldOutput): NodeState => {
    if (state.parent === undefined) {
      const { root, ...kept } = state
      if (root && (root.facts.length > 0 || root.marks.length > 0 || root.said.length > 0))
        output.send({ kind: 'facts', node: b, facts: root.facts, marks: root.marks, claims: idsOf(root.said) })
      return { ...kept, parent: b, touchedAt: today }
    }
    if (state.parent === b) return state.touchedAt === today ? state : { ...state, touchedAt: today }
    const [smaller, greater] = compareNodes(state.parent, b) < 0 ? [state.parent, b] : [b, state.parent]
    output.send({ kind: 'link', node: greater, of: smaller })
    return { ...state, parent: smaller, touchedAt: today }
  }

  /** 3. */
  const foldLink = (message: LinkMessage, state: NodeState, today: Day, output: FoldOutput): NodeState => {
    const restored = message.tokens ? { ...state, tokens: mergeTokens(state.tokens ?? [], message.tokens) } : state
    return join(restored, message.of, today, output)
  }

  /** 4. A carrier's own facts: each token that is new to it, or has new people beside it, is told. */
  const tellTokens = (message: FactsMessage, state: NodeState, output: FoldOutput): NodeState => {
    const own = valueOf(message.facts, message.node)
    if (!own) return state
    const known = state.tokens ?? []
    const tokens = mergeTokens(known, own.tokens)
    const isExcluded = state.isExcluded === true || (own.own.kind === 'session' && own.own.isExcluded)
    const alone = isAlone(message.node, tokens, isExcluded)
    for (const [token, evidence] of own.tokens) {
      const before = valueOf(known, token)
      const isNew =
        !before ||
        (evidence.shows && !before.shows) ||
        evidence.people.some((person) => !before.people.includes(person))
      if (!isNew) continue
      output.send({
        kind: 'seen',
        node: token,
        by: evidence.shows ? [hashCarrier(message.node)] : [],
        with: evidence.people,
        ...(alone ? {} : { link: state.parent ?? message.node }),
      })
    }
    return tokens === known && isExcluded === (state.isExcluded === true)
      ? state
      : { ...state, tokens, ...(isExcluded ? { isExcluded } : {}) }
  }

  /** Whether a snapshot, or the part of one, lacks something of what it speaks for. */
  const lacks = ({ facts, marks, claims, range, isPiece }: FactsMessage, root: RootState): boolean => {
    const [after, until] = range ?? [null, null]
    const piece = isPiece ? facts[0]?.[0] : undefined
    const isMeant = ([name]: HouseholdFacts[number]): boolean =>
      (after === null || name > after) && (until === null || name <= until) && name !== piece
    if (mergeHousehold(facts, range ? root.facts.filter(isMeant) : root.facts) !== facts) return true
    if (after === null && root.marks.some(([token]) => valueOf(marks, token) === undefined)) return true
    const claimed = new Set(claims)
    return until === null && root.said.some(([id]) => !claimed.has(id))
  }

  const supersededBy = (facts: HouseholdFacts, root: RootState, output: FoldOutput): void => {
    for (const [carrier, { own }] of facts) {
      const count = countSuperseded(valueOf(root.facts, carrier)?.own, own)
      if (count > 0) output.superseded(count)
    }
  }

  /** 5. */
  const foldFacts = (message: FactsMessage, before: NodeState, now: Instant, output: FoldOutput): NodeState => {
    const { node, facts, marks, claims } = message
    const restored = message.isSnapshot ? restoreCarrier(before, valueOf(facts, node)) : before
    const state = message.isOwn ? tellTokens(message, restored, output) : restored
    if (state.parent !== undefined) {
      output.send({ kind: 'facts', node: state.parent, facts, marks, claims })
      return state
    }
    // Nothing but a wish to be judged anew, by changed rules.
    if (facts.length === 0 && marks.length === 0 && claims.length === 0) {
      if (state.root) output.dirty(node)
      return state
    }
    const root = state.root ?? { ...EMPTY_ROOT, refreshedAt: now }
    supersededBy(facts, root, output)
    const claimed: Keyed<string | null> = toKeyed(claims.map((id) => [id, null]))
    const merged: RootState = {
      facts: mergeHousehold(root.facts, facts),
      marks: mergeKeyed(root.marks, marks, latestDay),
      said: mergeKeyed(root.said, claimed, (known) => known),
      // Its snapshot's own coming shows that a refresh was heard, also to whoever builds this state again.
      refreshedAt: message.isSnapshot ? Math.max(root.refreshedAt, now) : root.refreshedAt,
    }
    const isNew = !state.root || merged.facts !== root.facts || merged.marks !== root.marks || merged.said !== root.said
    if (isNew) output.dirty(node)
    if (message.isSnapshot && lacks(message, merged)) output.send(snapshotOf(node, merged))
    if (output.isHeard && now - merged.refreshedAt >= retention / 2) {
      for (const one of refreshOf(node, merged, identity.maxCarriers)) output.send(one)
      return { ...state, root: { ...merged, refreshedAt: now } }
    }
    return isNew || merged.refreshedAt !== root.refreshedAt ? { ...state, root: merged } : state
  }

  const addDays = (known: Keyed<Day>, names: readonly string[], today: Day): Keyed<Day> =>
    mergeKeyed(known, toKeyed(names.map((name) => [name, today])), latestDay)

  /** 6. A token hears of carriers and people; once they show it shared it joins no more, for ever. */
  const foldSeen = (message: SeenMessage, before: NodeState, today: Day, output: FoldOutput): NodeState => {
    const { node } = message
    let evidence: EvidenceState = before.evidence ?? { seenAt: today, isShared: false, carriers: [], people: [] }
    if (evidence.seenAt !== today) evidence = { ...evidence, seenAt: today }
    let state: NodeState = before.touchedAt === undefined ? before : { ...before, touchedAt: today }
    const mark: Keyed<Day> = [[node, today]]
    if (!evidence.isShared) {
      const isYoung = ([, day]: readonly [string, Day]): boolean => day >= today - twiceRetention
      const carriers = addDays(evidence.carriers, message.by, today).filter(isYoung)
      const people = addDays(evidence.people, message.with, today).filter(isYoung)
      const isShared =
        message.isShared === true ||
        showsShared(
          node,
          carriers.length,
          people.map(([person]) => person),
          identity,
        )
      evidence = isShared
        ? { seenAt: today, isShared: true, carriers: [], people: [] }
        : { seenAt: today, isShared: false, carriers, people }
      if (isShared && state.parent !== undefined)
        output.send({ kind: 'facts', node: state.parent, facts: [], marks: mark, claims: [] })
    }
    state = { ...state, evidence }
    if (message.link === undefined) return state
    if (!evidence.isShared) return join(state, message.link, today, output)
    if (!message.isShared) output.send({ kind: 'facts', node: message.link, facts: [], marks: mark, claims: [] })
    return state
  }

  return (nodes, message, now, output) => {
    const today = dayOf(now)
    const known = nodes.get(message.node)
    const before = recall(known ?? NEW_NODE, today)
    const after =
      message.kind === 'facts'
        ? foldFacts(message, before, now, output)
        : message.kind === 'link'
          ? foldLink(message, before, today, output)
          : foldSeen(message, before, today, output)
    if (after !== known) nodes.set(message.node, after)
  }
}
