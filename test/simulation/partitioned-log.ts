/**
 * The household log in memory over several partitions: every message goes to the partition of its node, a seeded scheduler
 * picks who folds next and when to judge, and the tables keep the greatest version. The very fold and judge of the product.
 */
import { createHash } from 'node:crypto'
import type { EdgeRecord, Instant } from '@ringback/contracts'
import { createAssemble } from '@ringback/assembler'
import { createFold, createJudge, type Message, type NodeState, toVersion } from '@ringback/households'
import type { Rules } from '@ringback/journeys'

export interface Scheduler {
  /** A whole number from 0 to below `n`. */
  readonly below: (n: number) => number
}

interface Partition {
  /** Messages with the time at which they were appended. */
  readonly log: (readonly [message: Message, at: Instant])[]
  next: number
  readonly nodes: Map<string, NodeState>
  readonly dirty: Set<string>
}

export interface Table {
  readonly rows: Map<string, { readonly version: bigint; readonly json: string | undefined }>
}

export interface LogRun {
  readonly partitions: number
  readonly rules: Rules
  /** When each batch is received, ascending. */
  readonly times: readonly Instant[]
  readonly scheduler: Scheduler
}

/** Sends batches of records one after another, folding a random amount in between, and at the end all of it. */
export const runLog = (batches: readonly (readonly EdgeRecord[])[], run: LogRun): Table => {
  const { rules, scheduler, times } = run
  let now = times[0] ?? 0
  const { identity, defaults } = rules.config
  const fold = createFold({ identity, retention: defaults.retention })
  const judge = createJudge(rules)
  const assemble = createAssemble(rules)
  const partitions = Array.from({ length: run.partitions }, (): Partition => ({
    log: [],
    next: 0,
    nodes: new Map(),
    dirty: new Set(),
  }))
  const table: Table = { rows: new Map() }
  const send = (message: Message): void => {
    const at = createHash('sha256').update(`partition|${message.node}`).digest().readUInt32BE() % run.partitions
    partitions[at]?.log.push([message, now])
  }
  const judgeAll = (partition: Partition): void => {
    for (const name of partition.dirty) {
      const state = partition.nodes.get(name)
      if (!state?.root || state.parent !== undefined) continue
      const { root, said } = judge(state.root, partition.log[partition.next - 1]?.[1] ?? now)
      partition.nodes.set(name, { ...state, root })
      const version = BigInt(toVersion(0, name, partition.next - 1))
      for (const { kind, id, json } of said) {
        const known = table.rows.get(`${kind}|${id}`)
        if (known && known.version === version && known.json !== json) throw new Error(`two rows of one version: ${id}`)
        if (!known || version > known.version) table.rows.set(`${kind}|${id}`, { version, json })
      }
    }
    partition.dirty.clear()
  }
  const foldOne = (partition: Partition): void => {
    const [message, at] = partition.log[partition.next++] as (typeof partition.log)[number]
    fold(partition.nodes, message, at, {
      send,
      dirty: (root) => partition.dirty.add(root),
      isHeard: true,
      superseded: () => undefined,
    })
    if (scheduler.below(5) === 0) judgeAll(partition)
  }
  const busy = (): Partition[] => partitions.filter((partition) => partition.next < partition.log.length)
  for (const [i, batch] of batches.entries()) {
    now = times[i] ?? now
    const received = batch.map((record) => ({ ...record, received: now }))
    for (const message of assemble(received).messages) send(message)
    for (let steps = scheduler.below(40); steps > 0; steps--) {
      const waiting = busy()
      if (waiting.length === 0) break
      foldOne(waiting[scheduler.below(waiting.length)] as Partition)
    }
  }
  for (let waiting = busy(); waiting.length > 0; waiting = busy())
    foldOne(waiting[scheduler.below(waiting.length)] as Partition)
  for (const partition of partitions) judgeAll(partition)
  for (const partition of partitions)
    for (const [name, { parent, root }] of partition.nodes)
      if (parent !== undefined && root) throw new Error(`${name} has a parent and facts`)
  return table
}

/** Rows that stand, by id, as JSON. */
export const standing = ({ rows }: Table): Map<string, string> =>
  new Map([...rows].flatMap(([id, { json }]) => (json === undefined ? [] : [[id, json] as const])))
