/** Where a partition stands, apart from its nodes: for the correlator, and for commands that watch it. */
import type { NodeName, RulesMessage } from '@ringback/households'
import { type KeyedState, POSITION_KEY, type WriteOutcome } from '@ringback/pipeline'
import type { PartitionMemory } from './partition-fold.ts'

export const DIRTY_KEY = 'dirty'
export const RULES_KEY = 'rules'
export const HEAD = [POSITION_KEY, DIRTY_KEY, RULES_KEY]

export interface PartitionHead extends PartitionMemory {
  /** As it was read: what a write is compared with. */
  readonly position: string | undefined
  /** The offset of the next message to fold; undefined: nothing was folded, or all is lost. */
  readonly next: number | undefined
}

const parseRules = (json: string | undefined): RulesMessage | undefined =>
  json === undefined ? undefined : (JSON.parse(json) as RulesMessage)

/** The values of HEAD. */
export const toHead = (
  [position, dirty, rules]: readonly (string | undefined)[],
  parse: typeof parseRules = parseRules,
): PartitionHead => ({
  position,
  next: position === undefined ? undefined : Number(position),
  dirty: dirty === undefined ? [] : (JSON.parse(dirty) as NodeName[]),
  rules: parse(rules),
})

export const readPartitionHead = async (state: KeyedState, partition: number): Promise<PartitionHead> =>
  toHead(await state.read(partition, HEAD))

export const readPartitionNote = async (
  state: KeyedState,
  partition: number,
  key: string,
): Promise<string | undefined> => (await state.read(partition, [key]))[0]

/** Leaves a note beside what is remembered of a partition, which stands at `next`, if that is still so. */
export const writePartitionNote = (
  state: KeyedState,
  partition: number,
  { position, next }: { readonly position: string | undefined; readonly next: number },
  { key, value }: { readonly key: string; readonly value: string },
): Promise<WriteOutcome> => state.compareAndSet(partition, position, String(next), [{ key, value, expires: false }])
