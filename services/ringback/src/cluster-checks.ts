/** What `doctor` looks at where everything is on servers. */
import { type Check, checkCatalogue, checkFeeds, checkTables } from '@ringback/insights'
import { checkClock, checkKey } from './common-checks.ts'
import type { ClusterHouse } from './house.ts'

export const clusterChecks = async (house: ClusterHouse): Promise<readonly Check[]> => [
  { status: 'ok', name: 'configuration', message: house.configFile },
  ...checkCatalogue(house.config),
  checkKey(house),
  await checkTables(house.warehouse, `see whether ${house.config.clickhouse.url} runs`),
  checkClock(house.clock()),
  ...(await checkFeeds(house.warehouse, house.config, house.clock())),
]
