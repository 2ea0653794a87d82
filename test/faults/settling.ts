/** Waits until everything that was sent has gone through every group, and compares the tables with the law. */
import { setTimeout as pause } from 'node:timers/promises'
import { groupsOf, topicsOf } from '@ringback/pipeline'
import { type Cluster, KAFKA } from './cluster.ts'
import { differenceOf, type Row, type Rows } from './ledger.ts'
import { badRowsOf, RUBBISH_KEY } from './load.ts'

const POLL_MS = 500
/** A dead member of a group is waited for by the others; a store that was away, with pauses that grow. */
const PATIENCE_MS = 480_000
/** Nothing is read, nothing is written, and the rows are others: some of it may wait for a partition that nobody owns yet. */
const REST_MS = 100_000

const topics = topicsOf(KAFKA)
const groups = groupsOf(KAFKA)
const SOURCES = Object.values(KAFKA.sources).flat()
const OWN_GROUP = 'faults'
const READ: readonly (readonly [group: string, topics: readonly string[]])[] = [
  [groups.collector, SOURCES],
  [OWN_GROUP, SOURCES],
  [groups.assembler, [topics.web, topics.contacts, topics.profiles]],
  [groups.correlator, [topics.households]],
  [groups.writer, [topics.conclusions, topics.badRows]],
]

/** How many messages no group has done with, and where the two inner topics end. */
const look = async ({ log }: Cluster): Promise<{ readonly behind: number; readonly ends: string }> => {
  let behind = 0
  const seen: number[] = []
  for (const [group, names] of READ)
    for (const topic of names) {
      const [bounds, committed] = await Promise.all([log.bounds(topic), log.committed(group, topic)])
      for (const [partition, { earliest, end }] of bounds.entries()) {
        behind += end - Math.max(earliest, committed[partition] ?? 0)
        seen.push(end)
      }
    }
  return { behind, ends: seen.join() }
}

/** Where rubbish lies on the council's topics, and how many bad rows it makes there: a send that was tried again lies there twice. */
export type Rubbish = ReadonlyMap<string, number>

/** Reads along, beside the collector. */
export const followRubbish = async ({ log }: Cluster): Promise<Rubbish> => {
  const places = new Map<string, number>()
  await log.subscribe({
    group: OWN_GROUP,
    topics: SOURCES,
    handler: {
      onBatch: async ({ topic, partition, messages, commit }) => {
        for (const { offset, key, value } of messages)
          if (key === RUBBISH_KEY) places.set(`${topic}/${partition}/${offset}`, badRowsOf(String(value)))
        await commit((messages.at(-1)?.offset ?? -1) + 1)
      },
    },
  })
  return places
}

const badRowsDifference = async ({ tables }: Cluster, rubbish: Rubbish): Promise<string | undefined> => {
  const found = new Map<string, number>()
  for await (const { place } of tables.badRows()) found.set(place, (found.get(place) ?? 0) + 1)
  const wrong = [...new Set([...rubbish.keys(), ...found.keys()])].filter(
    (place) => rubbish.get(place) !== found.get(place),
  )
  if (wrong.length === 0) return undefined
  const some = wrong.slice(0, 5).map((place) => `${place}: ${found.get(place) ?? 0} for ${rubbish.get(place) ?? 0}`)
  return `bad rows of ${wrong.length} places are wrong: ${some.join(', ')}`
}

const readRows = async ({ tables }: Cluster): Promise<Row[]> => {
  const rows: Row[] = []
  for await (const row of tables.journeys()) rows.push(row)
  for await (const row of tables.contacts({ timezone: 'Europe/London' })) rows.push(row)
  return rows
}

export interface Settled {
  readonly rows: number
  readonly journeys: number
  readonly contacts: number
  readonly badRows: number
  /** What ended by itself and was started again. */
  readonly ended: readonly string[]
}

export const settle = async (cluster: Cluster, expected: Rows, rubbish: Rubbish): Promise<Settled> => {
  const ended: string[] = []
  const began = performance.now()
  let before = ''
  let restingSince: number | undefined
  let lastSeen = 'nothing was seen'
  for (;;) {
    ended.push(...(await cluster.supervise()))
    try {
      const { behind, ends } = await look(cluster)
      const isAtRest = behind === 0 && ends === before
      before = ends
      restingSince = isAtRest ? (restingSince ?? performance.now()) : undefined
      lastSeen = `${behind} messages are not done`
      if (isAtRest) {
        const rows = await readRows(cluster)
        const difference = differenceOf(expected, rows) ?? (await badRowsDifference(cluster, rubbish))
        const contacts = rows.filter((row) => 'contact_id' in row).length
        const badRows = [...rubbish.values()].reduce((sum, count) => sum + count, 0)
        if (difference === undefined)
          return { rows: rows.length, journeys: rows.length - contacts, contacts, badRows, ended }
        lastSeen = `all is done, but ${difference}`
        if (performance.now() - (restingSince ?? 0) > REST_MS) throw new Unequal(lastSeen)
        await pause(2 * POLL_MS)
      }
    } catch (error) {
      if (error instanceof Unequal) throw error
      lastSeen = error instanceof Error ? error.message : String(error)
    }
    if (performance.now() - began > PATIENCE_MS)
      throw new Error(`did not settle within ${PATIENCE_MS / 1_000} s: ${lastSeen}`)
    await pause(POLL_MS)
  }
}

class Unequal extends Error {}
