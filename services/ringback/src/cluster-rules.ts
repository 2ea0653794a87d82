/** By which rules and which link key each partition of the household log was folded last. */
import { type PartitionHead, readPartitionHead } from '@ringback/correlator'
import { RingbackError } from '@ringback/pipeline'
import type { ClusterHouse } from './house.ts'

/** The heads of all partitions of a generation, at one moment each. */
export const readHeads = (
  house: Pick<ClusterHouse, 'state' | 'config'>,
  { generation, partitions }: { readonly generation: number; readonly partitions: number } = house.config.kafka,
): Promise<readonly PartitionHead[]> => {
  const state = house.state(generation)
  return Promise.all(Array.from({ length: partitions }, (_, partition) => readPartitionHead(state, partition)))
}

/** Tokens of another key would belong to nobody. Where nothing was folded yet, any key will do. */
export const assertSameKey = async (house: ClusterHouse): Promise<void> => {
  const { keyId } = house.linkKey()
  const heads = await readHeads(house)
  if (heads.some(({ rules }) => rules && rules.keyId !== keyId))
    throw new RingbackError(
      'key',
      'the link key is not the one that the data was made with: residents would fall apart. Give the former key, or begin anew with another kafka.prefix',
    )
}
