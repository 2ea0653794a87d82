/**
 * When everything said on the topics is in the tables (CONTRACT section 6): note where they end, wait until the groups have
 * committed past that, and repeat until a round finds `households` and `conclusions` no further. A stage commits after what follows
 * from its batch is durable, so nothing can be on its way between two of them.
 */
import type { Bounds } from '@ringback/pipeline'
import type { ClusterHouse } from './house.ts'
import type { Io } from './io.ts'
import { patiently, waitFor } from './patience.ts'

/** While others bring records there is no end to wait for. */
const MOST_ROUNDS_UNDER_LOAD = 10

type Cluster = Pick<ClusterHouse, 'log' | 'topics' | 'groups'>

/** Where topics end, by name and partition. */
type Noted = ReadonlyMap<string, readonly Bounds[]>

interface Waiting {
  readonly stage: string
  readonly messages: number
}

const stagesOf = ({ topics, groups }: Cluster) => [
  { stage: 'assembler', group: groups.assembler, topics: [topics.web, topics.contacts, topics.profiles] },
  { stage: 'correlator', group: groups.correlator, topics: [topics.households] },
  { stage: 'writer', group: groups.writer, topics: [topics.conclusions, topics.badRows] },
]

const noteEnds = async ({ log }: Cluster, topics: readonly string[]): Promise<Noted> =>
  new Map(await Promise.all(topics.map(async (topic) => [topic, await log.bounds(topic)] as const)))

const endOf = (noted: Noted, topics: readonly string[]): number =>
  topics.flatMap((topic) => noted.get(topic) ?? []).reduce((sum, { end }) => sum + end, 0)

/** What each stage has still to do up to the noted ends, and how far all of them are. */
const look = async (cluster: Cluster, noted: Noted): Promise<{ waiting: readonly Waiting[]; position: number }> => {
  let position = 0
  const waiting = await Promise.all(
    stagesOf(cluster).map(async ({ stage, group, topics }) => {
      let messages = 0
      for (const topic of topics) {
        const committed = await cluster.log.committed(group, topic)
        for (const [partition, { earliest, end }] of (noted.get(topic) ?? []).entries()) {
          // Where nothing was ever read, or what was read is gone, all that is there waits.
          const done = Math.max(committed[partition] ?? 0, earliest)
          position += done
          messages += Math.max(end - done, 0)
        }
      }
      return { stage, messages }
    }),
  )
  return { waiting: waiting.filter(({ messages }) => messages > 0), position }
}

/** What waits in the log for each stage right now. */
export const countWaiting = async (cluster: Cluster): Promise<readonly Waiting[]> => {
  const topics = stagesOf(cluster).flatMap((stage) => stage.topics)
  return (await look(cluster, await noteEnds(cluster, topics))).waiting
}

const waitForCommits = (cluster: Cluster, noted: Noted, io: Io): Promise<void> =>
  waitFor(
    io,
    async () => {
      const { waiting, position } = await look(cluster, noted)
      const listed = waiting.map(({ stage, messages }) => `${stage} ${messages.toLocaleString('en-GB')}`).join(', ')
      return { waiting: waiting.length === 0 ? undefined : `messages wait (${listed})`, position }
    },
    'see that every service runs and is ready (ringback doctor, and their logs)',
  )

/** Resolves when nothing more follows from what lies on the topics by now, and all of it is in the tables. */
export const untilInTheTables = async (cluster: Cluster, io: Io): Promise<void> => {
  const { web, contacts, profiles, households, conclusions } = cluster.topics
  const topics = stagesOf(cluster).flatMap((stage) => stage.topics)
  const [records, following] = [
    [web, contacts, profiles],
    [households, conclusions],
  ]
  const first = await patiently(io, () => noteEnds(cluster, topics))
  let noted = first
  for (let round = 1; ; round++) {
    await waitForCommits(cluster, noted, io)
    const now = await patiently(io, () => noteEnds(cluster, topics))
    if (endOf(now, following) === endOf(noted, following)) return
    if (round >= MOST_ROUNDS_UNDER_LOAD && endOf(now, records) > endOf(first, records)) {
      io.err(
        `Others bring records, too: after ${round} rounds it is not waited for any longer. What was read is being judged with theirs.\n`,
      )
      return
    }
    noted = now
  }
}
