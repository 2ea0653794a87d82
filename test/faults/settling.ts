/** Waits until everything that was sent has gone through every group, and compares the tables with the law. */
import { setTimeout as pause } from 'node:timers/promises'
import { groupsOf, topicsOf } from '@ringback/pipeline'
import { type Cluster, KAFKA } from './cluster.ts'
import { differenceOf, type Row, type Rows } from './ledger.ts'

const POLL_MS = 500
/** A dead member of a group is waited for by the others; a store that was away, with pauses that grow. */
const PATIENCE_MS = 480_000
/** Nothing is read, nothing is written, and the rows are others: some of it may wait for a partition that nobody owns yet. */
const REST_MS = 100_000

const topics = topicsOf(KAFKA)
const groups = groupsOf(KAFKA)
const READ: readonly (readonly [group: string, topics: readonly string[]])[] = [
  [groups.collector, Object.values(KAFKA.sources).flat()],
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
  /** What ended by itself and was started again. */
  readonly ended: readonly string[]
}

export const settle = async (cluster: Cluster, expected: Rows): Promise<Settled> => {
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
        const difference = differenceOf(expected, rows)
        const contacts = rows.filter((row) => 'contact_id' in row).length
        if (difference === undefined) return { rows: rows.length, journeys: rows.length - contacts, contacts, ended }
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
