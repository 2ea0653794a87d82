/** An import onto the topics of the cluster: what follows is the services' work, and waited for in the end. */
import { createTopicProducer } from '@ringback/collector'
import { encodeDeclaration } from '@ringback/pipeline'
import { assertSameKey } from './cluster-rules.ts'
import type { ClusterHouse } from './house.ts'
import type { ImportSink } from './import-sink.ts'
import { untilInTheTables } from './in-the-tables.ts'
import type { Io } from './io.ts'
import { patiently } from './patience.ts'

export const importIntoCluster = async (house: ClusterHouse, io: Io): Promise<ImportSink> => {
  const { log, topics } = house
  await patiently(io, () => assertSameKey(house))
  // The household log lives by the broker's clock; `--now` must not make records older or younger than that.
  const received = io.clock()
  const produce = createTopicProducer({ log, topics })
  return {
    output: 'messages',
    received,
    badRowsReceived: received,
    take: async ({ output, bad }) => {
      if (output.kind !== 'messages') throw new TypeError('the reading thread made something else')
      await patiently(io, () => produce(output.messages, bad))
    },
    end: async (declared) => {
      if (declared.length > 0)
        await patiently(io, () => log.append(topics.conclusions, declared.map(encodeDeclaration)))
      await untilInTheTables(house, io)
      // Revisions that lose to those of earlier batches are counted by the correlator alone.
      return 0
    },
  }
}
