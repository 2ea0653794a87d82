/**
 * The fold of a stretch of the household log: a pure function of what is remembered of the partition and of the messages. What it
 * says at an offset depends on the log alone, never on where a stretch ends (HOUSEHOLD-LOG, Fold and When to judge).
 */
import type { Instant } from '@ringback/contracts'
import {
  type LogMessage,
  type Message,
  type NodeName,
  type Nodes,
  type NodeState,
  type RulesMessage,
} from '@ringback/households'
import { type Conclusion, judgeRoots } from './judge-roots.ts'
import type { JudgingRules } from './judging-rules.ts'

export interface Numbered {
  readonly offset: number
  /** When the log took it: the fold's only clock. */
  readonly timestamp: Instant
  /** undefined: none of ours, passed over. */
  readonly message: LogMessage | undefined
}

/** What is remembered of a partition beside its nodes. */
export interface PartitionMemory {
  /** Roots changed since the last judging. */
  readonly dirty: readonly NodeName[]
  /** The last that were folded; undefined: none yet. */
  readonly rules: RulesMessage | undefined
}

export interface FoldedStretch extends PartitionMemory {
  /** The nodes that it changed. */
  readonly changed: ReadonlyMap<NodeName, NodeState>
  /** What it says to the household log. */
  readonly messages: readonly Message[]
  readonly conclusions: readonly Conclusion[]
  readonly superseded: number
}

/** A judging follows every message whose offset is the last of so many, so that a backlog is judged as it is read. */
export const JUDGING_EVERY = 1_000

/** Whether a judging follows this message. */
export type IsJudged = (one: Numbered) => boolean

export const createIsJudged =
  (judgingEvery: number): IsJudged =>
  ({ offset, message }) =>
    message?.kind === 'judge' || (offset + 1) % judgingEvery === 0

export interface FoldOptions {
  readonly generation: number
  readonly isJudged: IsJudged
  readonly rulesOf: (said: RulesMessage | undefined) => JudgingRules
}

export type FoldStretch = (
  stored: Pick<Nodes, 'get'>,
  memory: PartitionMemory,
  stretch: readonly Numbered[],
  /** Whether what it says goes out. */
  isHeard: boolean,
) => FoldedStretch

/** Every node that the stretch addresses, and every dirty root if it is judged, must be in `stored`. */
export const createFoldStretch =
  ({ generation, isJudged, rulesOf }: FoldOptions): FoldStretch =>
  (stored, memory, stretch, isHeard) => {
    const changed = new Map<NodeName, NodeState>()
    const messages: Message[] = []
    const conclusions: Conclusion[] = []
    const dirty = new Set(memory.dirty)
    let { rules } = memory
    let { fold, judge } = rulesOf(rules)
    let superseded = 0
    const nodes: Nodes = {
      get: (node) => changed.get(node) ?? stored.get(node),
      set: (node, state) => changed.set(node, state),
    }
    const output = {
      send: (message: Message) => messages.push(message),
      isHeard,
      dirty: (root: NodeName) => dirty.add(root),
      superseded: (count: number) => {
        superseded += count
      },
    }
    const judgeDirty = (offset: number, now: Instant): void => {
      for (const one of judgeRoots(nodes, dirty, judge, { generation, offset, now })) conclusions.push(one)
      dirty.clear()
    }
    for (const one of stretch) {
      const { offset, timestamp, message } = one
      if (message?.kind === 'rules') {
        if (rules === undefined || !message.isFirst) rules = message
        ;({ fold, judge } = rulesOf(rules))
      } else if (message && message.kind !== 'judge') {
        fold(nodes, message, timestamp, output)
      }
      if (isJudged(one)) judgeDirty(offset, timestamp)
    }
    return { changed, messages, conclusions, dirty: [...dirty], rules, superseded }
  }
