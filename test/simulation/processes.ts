/** The product's stages as processes of the simulated world: the assembler, the correlator, and the writer's side of the tables. */
import { createAssemble, createAssembleStage } from '@ringback/assembler'
import { parseTopicRecords } from '@ringback/contracts'
import { createCorrelator } from '@ringback/correlator'
import { encodeMessage } from '@ringback/households'
import type { Rules } from '@ringback/journeys'
import { type BatchHandler, type KeyedState, NO_METRICS, type Table, TABLES, type Topics } from '@ringback/pipeline'
import { NO_LOGGER } from '@ringback/runtime'
import { createTableStage, GATHERING } from '@ringback/writer'
import { appendsOf } from './consumers.ts'
import type { Said } from './simulated-world.ts'
import type { Scheduler } from './scheduler.ts'
import type { SimulatedWorld } from './simulated-world.ts'

/** Of a message: what is larger travels in parts. */
export const MOST_CHARACTERS = 3_000

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
    judgingEvery: 7,
    mostCharacters: MOST_CHARACTERS,
  })

export const assemblerProcess = ({ world, scheduler, topics }: Place, process: string, rules: Rules): BatchHandler =>
  createAssembleStage({
    assemble: createAssemble(rules),
    log: appendsOf(world, scheduler, process),
    topics,
    metrics: NO_METRICS,
    logger: NO_LOGGER,
  })

type Line = Readonly<Record<string, unknown>> & { readonly version: string; readonly is_deleted: number }

/** What is in the tables: of each id the row of the greatest version. One version must never stand for two rows. */
export const createTables = () => {
  const rows = new Map<string, Said>()
  const everSaid = new Map<string, string | undefined>()
  return {
    rows,
    insert: (table: Table, line: string): void => {
      const { version, is_deleted, ...row } = JSON.parse(line) as Line
      const key = table === 'journeys' ? `journey|${String(row['journey_id'])}` : `contact|${String(row['contact_id'])}`
      const json = is_deleted === 1 ? undefined : JSON.stringify(row)
      const versioned = `${key}|${version}`
      if (everSaid.has(versioned) && everSaid.get(versioned) !== json)
        throw new Error(`assertion 3: two rows of one version: ${key}\n${everSaid.get(versioned)}\n${json}`)
      everSaid.set(versioned, json)
      const known = rows.get(key)
      if (!known || BigInt(version) > known.version) rows.set(key, { version: BigInt(version), json })
    },
  }
}

export type Tables = ReturnType<typeof createTables>

export const writerProcess = ({ scheduler, topics }: Place, process: string, tables: Tables): BatchHandler =>
  createTableStage({
    warehouse: {
      insertConclusions: (conclusions) =>
        scheduler.call({ process, name: 'insert' }, () => {
          for (const table of TABLES) for (const line of conclusions[table] ?? []) tables.insert(table, String(line))
        }),
      insertBadRows: () => Promise.resolve(),
      declareFeed: () => Promise.resolve(),
    },
    topics,
    metrics: NO_METRICS,
    logger: NO_LOGGER,
    times: { ...GATHERING, pause: () => scheduler.call({ process, name: 'pause' }, () => undefined) },
  })

/** Those that are not too old, with the received time that they have (HOUSEHOLD-LOG, Profiles). */
export const sayProfilesAgain = ({ world, topics }: Place, rules: Rules, keptFor: number): void => {
  const assemble = createAssemble(rules)
  for (let partition = 0; partition < world.partitionsOf(topics.profiles); partition++)
    for (const { value } of world.read(topics.profiles, partition, 0, Infinity)) {
      const young = parseTopicRecords('profiles', String(value)).filter(
        ({ received }) => received >= world.now() - keptFor,
      )
      world.append(
        topics.households,
        assemble(young).messages.flatMap((message) =>
          encodeMessage(message).map((text) => ({ key: message.node, value: text })),
        ),
      )
    }
}
