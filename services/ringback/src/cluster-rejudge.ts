/**
 * The cluster follows changed rules (HOUSEHOLD-LOG, Rules changed): each partition is told of them, and once they are folded each
 * household is asked to be judged anew. Killed at any point it can be begun again: what was said twice says nothing new.
 */
import { listRoots, readPartitionHead, toControl, toRulesMessage } from '@ringback/correlator'
import { encodeMessage, type NodeName } from '@ringback/households'
import type { OutgoingMessage } from '@ringback/pipeline'
import { assertSameKey, readHeads } from './cluster-rules.ts'
import type { ClusterHouse } from './house.ts'
import { untilInTheTables } from './in-the-tables.ts'
import type { Io } from './io.ts'
import { patiently, waitFor } from './patience.ts'

/** An empty `facts`: it makes a root dirty, and nothing else. */
const toWish = (node: NodeName): readonly OutgoingMessage[] =>
  encodeMessage({ kind: 'facts', node, facts: [], marks: [], claims: [] }).map((value) => ({ key: node, value }))

const tellRules = async ({ config, log, topics, rules, linkKey, state }: ClusterHouse): Promise<void> => {
  const heads = await readHeads({ config, state })
  const message = toRulesMessage(rules, linkKey().keyId)
  const untold = heads.flatMap((head, partition) =>
    head.rules?.ruleVersion === rules.ruleVersion ? [] : [toControl(message, partition)],
  )
  await log.append(topics.households, untold)
}

/** Whole, and folded by these rules up to the offsets: nothing that was folded by others is missing from what is listed then. */
const untilFolded = (house: ClusterHouse, offsets: readonly number[], io: Io): Promise<void> =>
  waitFor(
    io,
    async () => {
      const heads = await readHeads(house)
      const behind = heads.flatMap(({ next = 0, rules }, partition) =>
        next >= (offsets[partition] ?? 0) && rules?.ruleVersion === house.rules.ruleVersion ? [] : [partition],
      )
      const position = heads.reduce((sum, { next = 0 }) => sum + next, 0)
      const waiting = behind.length === 0 ? undefined : `partitions ${behind.join(', ')} are not folded by these rules`
      return { waiting, position }
    },
    'start every service again with this configuration, and see that all are ready (ringback doctor)',
  )

/** Resolves to how many households were asked to be judged anew, once all of them are in the tables. */
export const rejudgeCluster = async (house: ClusterHouse, io: Io): Promise<number> => {
  const { log, topics, config } = house
  const { generation, partitions } = config.kafka
  const state = house.state(generation)
  await patiently(io, () => assertSameKey(house))
  await patiently(io, () => tellRules(house))
  const offsets = (await patiently(io, () => log.bounds(topics.households))).map(({ end }) => end)
  await untilFolded(house, offsets, io)

  let judged = 0
  const askAll = async (partition: number): Promise<void> => {
    let asked = 0
    for await (const roots of listRoots(state, partition)) {
      await log.append(
        topics.households,
        roots.flatMap(({ node }) => toWish(node)),
      )
      asked += roots.length
      io.progress(`asked ${(judged + asked).toLocaleString('en-GB')} households`)
    }
    judged += asked
  }
  for (let partition = 0; partition < partitions; partition++)
    for (;;) {
      await patiently(io, () => askAll(partition))
      const { next = 0 } = await patiently(io, () => readPartitionHead(state, partition))
      if (next >= (offsets[partition] ?? 0)) break
      // Its state was lost while it was listed: once it is whole again, anew.
      await untilFolded(house, offsets, io)
    }
  io.progress('')
  await untilInTheTables(house, io)
  return judged
}
