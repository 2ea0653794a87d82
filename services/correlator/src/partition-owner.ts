/**
 * The correlator of the cluster: who owns a partition of the household log folds it on. Outputs durable, then state saved, then
 * input committed (HOUSEHOLD-LOG, Order of work). Dying
 *  - before the outputs are durable: the next owner says the same, byte for byte;
 *  - between outputs and state: the same;
 *  - between state and commit: the next owner finds the state ahead of the commit, and goes on from the state.
 * Two owners at once say the same at the same versions, and only one of them saves.
 */
import {
  decodeMessage,
  encodeMessage,
  type LogMessage,
  MOST_CHARACTERS,
  type Message,
  type NodeName,
  type RulesMessage,
} from '@ringback/households'
import type { Rules } from '@ringback/journeys'
import {
  type Batch,
  type BatchHandler,
  encodeConclusion,
  type KeyedState,
  type Log,
  type OutgoingMessage,
  type OwnedPartition,
  type ReceivedMessage,
  RingbackError,
  type StageMetrics,
  type Topics,
} from '@ringback/pipeline'
import { createJudgingRules } from './judging-rules.ts'
import type { Conclusion } from './judge-roots.ts'
import { createFoldStretch, createIsJudged, JUDGING_EVERY, type Numbered } from './partition-fold.ts'
import { createPartitionStates, type Loaded } from './partition-state.ts'
import { createRulesGate } from './rules-gate.ts'

export interface CorrelatorParts {
  readonly log: Pick<Log, 'append'>
  readonly state: KeyedState
  readonly rules: Rules
  /** Of the link key that tokens are made with. */
  readonly keyId: string
  readonly generation: number
  readonly topics: Pick<Topics, 'households' | 'conclusions'>
  readonly metrics: StageMetrics
  /** Parts of the protocol, the same for all that ever fold this log; smaller in simulations, whose logs and households are. */
  readonly judgingEvery?: number
  readonly mostCharacters?: number
}

export interface Correlator extends BatchHandler {
  /** Why a partition is not folded, if one is not. */
  readonly standstill: () => string | undefined
}

/** The key of messages that are for a partition, not for a node of it. */
const CONTROL_KEY = ''

const namesOf = (stretch: readonly Numbered[]): Set<NodeName> => {
  const names = new Set<NodeName>()
  for (const { message } of stretch) if (message && 'node' in message) names.add(message.node)
  return names
}

export const toRulesMessage = ({ ruleVersion, config }: Rules, keyId: string): RulesMessage => ({
  kind: 'rules',
  ruleVersion,
  keyId,
  config,
})

/** A message for one partition, whatever lies there. */
export const toControl = (message: LogMessage, partition: number): OutgoingMessage => ({
  key: CONTROL_KEY,
  value: encodeMessage(message)[0] as string,
  partition,
})

export const createCorrelator = (parts: CorrelatorParts): Correlator => {
  const { log, state, rules, keyId, generation, topics, metrics, judgingEvery = JUDGING_EVERY } = parts
  const { mostCharacters = MOST_CHARACTERS } = parts
  const own = toRulesMessage(rules, keyId)
  const isJudged = createIsJudged(judgingEvery)
  const foldStretch = createFoldStretch({ generation, isJudged, rulesOf: createJudgingRules(rules) })
  const gate = createRulesGate(own)
  const states = createPartitionStates(state)

  const parse = ({ offset, timestamp, key, value }: ReceivedMessage): Numbered => {
    try {
      return { offset, timestamp, message: decodeMessage(key ?? '', (value as Buffer).toString()) }
    } catch {
      metrics.bad('malformed', 1)
      return { offset, timestamp, message: undefined }
    }
  }

  /**
   * What is folded at once, from an offset on: all of it, judgings included, since a fold changes no node and makes no root dirty but
   * those that its messages name; but not beyond what was committed, below which nothing is said.
   */
  const stretchFrom = (messages: readonly Numbered[], from: number, committed: number): readonly Numbered[] => {
    const first = messages.findIndex(({ offset }) => offset >= from)
    if (first < 0) return []
    const last = messages.findIndex(({ offset }, i) => i >= first && offset + 1 === committed)
    return messages.slice(first, last < 0 ? messages.length : last + 1)
  }

  const say = async (messages: readonly Message[], conclusions: readonly Conclusion[]): Promise<void> => {
    const outgoing = messages.flatMap((message) =>
      encodeMessage(message, mostCharacters).map((value): OutgoingMessage => ({ key: message.node, value })),
    )
    const said = conclusions.map((one) => ({ key: one.id, value: encodeConclusion(one) }))
    await Promise.all([
      outgoing.length > 0 ? log.append(topics.households, outgoing) : undefined,
      said.length > 0 ? log.append(topics.conclusions, said) : undefined,
    ])
    metrics.sent('households', outgoing.length)
    metrics.sent('conclusions', said.length)
  }

  /** Where folding goes on: where the state stands, or at the earliest if it has nothing, or only what is gone from the log. */
  const positionOf = async ({ next }: Loaded, owned: OwnedPartition, at?: number): Promise<number> => {
    if (next !== undefined && next === at) return next
    const { earliest, end } = await owned.bounds()
    if (next === undefined || next < earliest) return earliest
    if (next > end)
      throw new RingbackError(
        'configuration',
        `${owned.topic} ends before what was folded of it: if it was made anew, raise kafka.generation by one`,
      )
    return next
  }

  /** The roots that were dirty when a partition was last read here: a guess at what a judging will ask for. */
  const lastDirty = new Map<number, readonly NodeName[]>()

  /** Reads what a stretch asks for, and what its first judging would: the roots that are dirty already. */
  const loadFor = async (partition: number, stretch: readonly Numbered[]): Promise<Loaded> => {
    const names = namesOf(stretch)
    const isJudging = stretch.some(isJudged)
    for (;;) {
      if (isJudging) for (const name of lastDirty.get(partition) ?? []) names.add(name)
      const loaded = await states.load(partition, names)
      lastDirty.set(partition, loaded.dirty)
      if (!isJudging || loaded.dirty.every(loaded.has)) return loaded
    }
  }

  /**
   * Folds one stretch from the position on. Resolves to what is remembered then; undefined: what comes next is not in this batch, it
   * was sought.
   */
  const foldNext = async (batch: Batch, messages: readonly Numbered[], from: number): Promise<Loaded | undefined> => {
    const { partition } = batch
    const committed = batch.committed() ?? 0
    const guess = stretchFrom(messages, from, committed)
    const loaded = await loadFor(partition, guess)
    const position = await positionOf(loaded, batch, guess[0]?.offset)
    const verdict = gate.check(partition, loaded.rules, position)
    if (verdict === 'search') {
      const readOn = gate.search(partition, messages, position)
      if (readOn !== undefined) batch.seek(readOn)
      return undefined
    }
    const stretch = stretchFrom(messages, position, committed)
    const [first] = stretch
    const last = stretch.at(-1)
    // Where nothing lies between the position and what was fetched from it, the next message is the first of these.
    if (!first || !last || (first.offset !== position && position < batch.fetchedFrom)) {
      batch.seek(position)
      return undefined
    }
    if (first !== guess[0]) return foldNext(batch, messages, first.offset)
    const memory = { dirty: loaded.dirty, rules: loaded.rules ?? verdict.rules }
    const isHeard = position >= committed
    const folded = foldStretch(loaded.nodes, memory, stretch, isHeard)
    if (isHeard) await say(folded.messages, folded.conclusions)
    const next = last.offset + 1
    const { outcome, bytes } = await states.save(partition, loaded, folded, next)
    if (outcome === 'refused') {
      // Somebody else is ahead. Only a member that still owns the partition may go on from where that one stands.
      await batch.heartbeat()
      return foldNext(batch, messages, position)
    }
    lastDirty.set(partition, folded.dirty)
    metrics.stateBytes(bytes)
    if (folded.superseded > 0) metrics.dropped('superseded', folded.superseded)
    return { ...loaded, dirty: folded.dirty, rules: folded.rules, next }
  }

  const appendJudge = (partition: number): Promise<void> =>
    log.append(topics.households, [toControl({ kind: 'judge' }, partition)])

  const onBatch = async (batch: Batch): Promise<void> => {
    const messages = batch.messages.map(parse)
    const end = (messages.at(-1)?.offset ?? -1) + 1
    let from = messages[0]?.offset ?? end
    let folded: Loaded | undefined
    while (from < end) {
      const after = await foldNext(batch, messages, from)
      if (!after) break
      folded = after
      from = after.next ?? end
    }
    if (folded?.next === undefined) return
    // Caught up: what changed since the last judging is not left waiting. A repeated `judge` finds nothing to do. Before the commit,
    // so that whoever sees the group at the end of the log sees all that follows from it, too.
    if (folded.next === batch.highWatermark && folded.dirty.length > 0) await appendJudge(batch.partition)
    await batch.commit(folded.next)
  }

  /** Heals what a crash or a loss left, once nothing comes any more; tells an empty partition which rules judge it. */
  const onIdle = async (owned: OwnedPartition): Promise<void> => {
    const { partition } = owned
    const loaded = await states.load(partition, new Set())
    const position = await positionOf(loaded, owned)
    const { end } = await owned.bounds()
    const verdict = gate.check(partition, loaded.rules, position)
    if (verdict === 'search') {
      const reached = gate.reached(partition, position)
      if (reached < end) owned.seek(reached)
      else if (!loaded.rules) await log.append(topics.households, [toControl({ ...own, isFirst: true }, partition)])
      return
    }
    if (position < end) {
      owned.seek(position)
      return
    }
    if (loaded.dirty.length > 0) await appendJudge(partition)
    await owned.commit(position)
  }

  return { onBatch, onIdle, standstill: gate.standstill }
}
