/**
 * The household log begins anew, a generation later and with another number of partitions (HOUSEHOLD-LOG, Versions). All that is
 * remembered lies in the former generation's state, which says it again onto the new topic. In this order, so that it can be begun
 * again after a crash at any point:
 *  1. Nobody works any more and nothing waits; a note beside the state of each former partition says where its log ended.
 *  2. The topic goes, if it still ends there, and is made anew.
 *  3. Every root of the former generation is said again. Said twice, it merges to the same.
 */
import { listRoots, type PartitionHead, readPartitionNote, writePartitionNote } from '@ringback/correlator'
import { encodeMessage, refreshOf } from '@ringback/households'
import { type Bounds, groupsOf, type OutgoingMessage, RingbackError, topicSpecs } from '@ringback/pipeline'
import { readHeads } from './cluster-rules.ts'
import type { ClusterHouse } from './house.ts'
import type { Io } from './io.ts'
import { countWaiting } from './in-the-tables.ts'
import { patiently } from './patience.ts'

const NOTE = 'closed'

const refuse = (why: string): never => {
  throw new RingbackError('store', `nothing was changed: ${why}`)
}

/** Where each former partition ended; undefined: it was not closed, or has gone on since. */
const readClosing = async (house: ClusterHouse, former: number): Promise<readonly number[] | undefined> => {
  const note = await readPartitionNote(house.state(former), 0, NOTE)
  if (note === undefined) return undefined
  const ends = JSON.parse(note) as readonly number[]
  const heads = await readHeads(house, { generation: former, partitions: ends.length })
  return heads.every(({ next }, partition) => next === ends[partition]) ? ends : undefined
}

const assertIdle = async ({ log, config }: ClusterHouse, former: number): Promise<void> => {
  const groups = groupsOf({ ...config.kafka, generation: former })
  for (const [name, group] of [
    ['assembler', groups.assembler],
    ['correlator', groups.correlator],
  ] as const) {
    const members = await log.membersOf(group)
    if (members > 0) refuse(`${members} ${name}s are at work: let them do all that waits, then stop every service`)
  }
}

const isWhole = ({ next, dirty }: PartitionHead, { earliest, end }: Bounds): boolean =>
  dirty.length === 0 && (next === end || (next === undefined && earliest === end))

/** Step 1. */
const closeFormer = async (house: ClusterHouse, former: number): Promise<readonly number[]> => {
  const { log, topics, config, state } = house
  await assertIdle(house, former)
  const catchUp = `start the services with kafka.generation ${former} and the former number of partitions, let them do all that waits, and stop them`
  const waiting = await countWaiting({ log, topics, groups: groupsOf({ ...config.kafka, generation: former }) })
  for (const { stage, messages } of waiting)
    if (stage !== 'writer') refuse(`${messages} messages wait for the ${stage}: ${catchUp}`)
  const bounds = await log.bounds(topics.households)
  const heads = await readHeads(house, { generation: former, partitions: bounds.length })
  const lacking = heads.findIndex((head, partition) => !isWhole(head, bounds[partition] as Bounds))
  if (lacking >= 0) refuse(`the state of partition ${lacking} is not whole: ${catchUp}`)
  const ends = bounds.map(({ end }, partition) => heads[partition]?.next ?? end)
  // The first partition's note stands for all of them, and is written last.
  const note = { key: NOTE, value: JSON.stringify(ends) }
  for (const [partition, { position }] of [...heads.entries()].toReversed()) {
    const stands = { position, next: ends[partition] ?? 0 }
    const outcome = await writePartitionNote(state(former), partition, stands, note)
    if (outcome === 'refused') refuse(`somebody still folds partition ${partition}: stop every service`)
  }
  return ends
}

/** Step 2. */
const makeTopics = async ({ log, topics, config }: ClusterHouse, closed: readonly number[]): Promise<void> => {
  const specs = topicSpecs(config.kafka, config.defaults)
  const there = new Set((await log.describeTopics(specs.map(({ topic }) => topic))).map(({ topic }) => topic))
  if (there.has(topics.households)) {
    const bounds = await log.bounds(topics.households)
    const isFormer = bounds.length === closed.length && bounds.every(({ end }, partition) => end === closed[partition])
    if (isFormer) await log.deleteTopics([topics.households])
  }
  for (const { topic, partitions } of specs)
    if (topic !== topics.households && there.has(topic)) await log.addPartitions(topic, partitions)
  await log.createTopics(specs)
}

/** Topics keep what they have: they cannot get fewer partitions. */
const assertNotFewer = async ({ log, topics, config }: ClusterHouse): Promise<void> => {
  const others = Object.values(topics).filter((topic) => topic !== topics.households)
  for (const { topic, partitions } of await log.describeTopics(others))
    if (partitions > config.kafka.partitions)
      throw new RingbackError(
        'configuration',
        `${topic} has ${partitions} partitions, and no topic can lose any: raise kafka.partitions to ${partitions} at least`,
      )
}

/** Step 3; resolves to how many roots there were. */
const sayAgain = async (house: ClusterHouse, former: number, partitions: number, io: Io): Promise<number> => {
  const { log, topics, config } = house
  let said = 0
  for (let partition = 0; partition < partitions; partition++) {
    const before = said
    await patiently(io, async () => {
      said = before
      for await (const roots of listRoots(house.state(former), partition)) {
        const messages = roots.flatMap(({ node, root }) => refreshOf(node, root, config.identity.maxCarriers))
        await log.append(
          topics.households,
          messages.flatMap((message): OutgoingMessage[] =>
            encodeMessage(message).map((value) => ({ key: message.node, value })),
          ),
        )
        said += roots.length
        io.progress(`said ${said.toLocaleString('en-GB')} households again`)
      }
    })
  }
  io.progress('')
  return said
}

/** Resolves to how many households the new log begins with. */
export const makeHouseholdsAnew = async (house: ClusterHouse, io: Io): Promise<number> => {
  const { generation } = house.config.kafka
  if (generation === 0)
    throw new RingbackError('configuration', 'kafka.generation: expected 1 or more: raise it by one, then make anew')
  const former = generation - 1
  await assertNotFewer(house)
  const closed = (await readClosing(house, former)) ?? (await closeFormer(house, former))
  await makeTopics(house, closed)
  return sayAgain(house, former, closed.length, io)
}
