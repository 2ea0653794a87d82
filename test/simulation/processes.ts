/** The product's stages as processes of the simulated world: the assembler, the correlator, and the writer's side of the tables. */
import { createAssemble } from '@ringback/assembler'
import { parseTopicRecords, type RecordKind } from '@ringback/contracts'
import { createCorrelator } from '@ringback/correlator'
import { encodeMessage, type FactsMessage } from '@ringback/households'
import type { Rules } from '@ringback/journeys'
import { type BatchHandler, type KeyedState, NO_METRICS, type OutgoingMessage, type Topics } from '@ringback/pipeline'
import { appendsOf } from './consumers.ts'
import type { Said } from './simulated-world.ts'
import type { Scheduler } from './scheduler.ts'
import type { SimulatedWorld } from './simulated-world.ts'

export interface Place {
  readonly world: SimulatedWorld
  readonly scheduler: Scheduler
  readonly topics: Topics
}

const stateOf = ({ world, scheduler }: Place, process: string, generation: number): KeyedState => ({
  read: (partition, keys) =>
    scheduler.call({ process, name: 'read' }, () => world.readState(`${generation}.${partition}`, keys)),
  compareAndSet: (partition, expected, position, entries) =>
    scheduler.call({ process, name: 'compareAndSet' }, () =>
      world.writeState(`${generation}.${partition}`, expected, position, entries),
    ),
  keys: () => {
    throw new TypeError('no stage lists keys')
  },
  close: () => Promise.resolve(),
})

export const correlatorProcess = (place: Place, process: string, rules: Rules, generation: number): BatchHandler =>
  createCorrelator({
    log: appendsOf(place.world, place.scheduler, process),
    state: stateOf(place, process, generation),
    rules,
    keyId: 'key',
    generation,
    topics: place.topics,
    metrics: NO_METRICS,
  })

const toOutgoing = (message: FactsMessage): OutgoingMessage[] =>
  encodeMessage(message).map((value) => ({ key: message.node, value }))

export const assemblerProcess = ({ world, scheduler, topics }: Place, process: string, rules: Rules): BatchHandler => {
  const assemble = createAssemble(rules)
  const log = appendsOf(world, scheduler, process)
  const kindOf: Readonly<Record<string, RecordKind>> = {
    [topics.web]: 'web',
    [topics.contacts]: 'contacts',
    [topics.profiles]: 'profiles',
  }
  return {
    onBatch: async (batch) => {
      const kind = kindOf[batch.topic] ?? 'web'
      const records = batch.messages.flatMap(({ value }) => parseTopicRecords(kind, String(value)))
      const { messages } = assemble(records)
      await log.append(
        topics.households,
        messages.flatMap(toOutgoing),
      )
      await batch.commit((batch.messages.at(-1)?.offset ?? -1) + 1)
    },
  }
}

/** What is in the tables: of each id the row of the greatest version. One version must never stand for two rows. */
export const createTables = () => {
  const rows = new Map<string, Said>()
  const everSaid = new Map<string, string | undefined>()
  return {
    rows,
    insert: (value: string): void => {
      const said = JSON.parse(value) as { kind: string; id: string; version: string; row?: unknown }
      const key = `${said.kind}|${said.id}`
      const json = said.row === undefined ? undefined : JSON.stringify(said.row)
      const versioned = `${key}|${said.version}`
      if (everSaid.has(versioned) && everSaid.get(versioned) !== json)
        throw new Error(`assertion 3: two rows of one version: ${key}`)
      everSaid.set(versioned, json)
      const known = rows.get(key)
      if (!known || BigInt(said.version) > known.version) rows.set(key, { version: BigInt(said.version), json })
    },
  }
}

export type Tables = ReturnType<typeof createTables>

export const writerProcess = ({ scheduler }: Place, process: string, tables: Tables): BatchHandler => ({
  onBatch: async (batch) => {
    await scheduler.call({ process, name: 'insert' }, () => {
      for (const { value } of batch.messages) tables.insert(String(value))
    })
    await batch.commit((batch.messages.at(-1)?.offset ?? -1) + 1)
  },
})

/** Those that are not too old, with the received time that they have (HOUSEHOLD-LOG, Profiles). */
export const sayProfilesAgain = ({ world, topics }: Place, rules: Rules, keptFor: number): void => {
  const assemble = createAssemble(rules)
  for (let partition = 0; partition < world.partitionsOf(topics.profiles); partition++)
    for (const { value } of world.read(topics.profiles, partition, 0, Infinity)) {
      const young = parseTopicRecords('profiles', String(value)).filter(({ received }) => received >= world.now() - keptFor)
      world.append(topics.households, assemble(young).messages.flatMap(toOutgoing))
    }
}
