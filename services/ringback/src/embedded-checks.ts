/** What `doctor` looks at where everything is in one process. */
import { statfsSync } from 'node:fs'
import { formatInstant, MINUTE_MS } from '@ringback/contracts'
import { type Check, checkCatalogue, checkFeeds, checkTables } from '@ringback/insights'
import { checkClock, checkKey } from './common-checks.ts'
import type { EmbeddedHouse } from './house.ts'

const LEAST_FREE_BYTES = 2 * 1024 ** 3

const checkDisk = (dataDir: string): Check => {
  const { bavail, bsize } = statfsSync(dataDir)
  const free = bavail * bsize
  const gib = (free / 1024 ** 3).toFixed(1)
  return free < LEAST_FREE_BYTES
    ? { status: 'warn', name: 'disk', message: `${gib} GiB free in ${dataDir}: make room, or move it with --data` }
    : { status: 'ok', name: 'disk', message: `${gib} GiB free in ${dataDir}` }
}

/** Clocks of two machines may differ by so much. */
const CLOCK_SLACK_MS = 5 * MINUTE_MS

const checkReceived = ({ store, clock }: EmbeddedHouse): Check => {
  const now = clock()
  const last = store.progress().now
  const check = checkClock(now)
  return check.status === 'ok' && last > now + CLOCK_SLACK_MS
    ? {
        status: 'warn',
        name: 'clock',
        message: `it shows ${formatInstant(now)}, but records were received up to ${formatInstant(last)}: set it, unless they were imported with --now`,
      }
    : check
}

const checkRules = ({ store, rules }: EmbeddedHouse): Check =>
  store.progress().ruleVersion === rules.ruleVersion
    ? { status: 'ok', name: 'rules', message: `version ${rules.ruleVersion}` }
    : {
        status: 'warn',
        name: 'rules',
        message: 'they have changed, and rows still follow the old ones: import or start, which judge anew',
      }

/** All checks that can be made of a house, open or not. */
export const embeddedChecks = async (house: EmbeddedHouse): Promise<readonly Check[]> => [
  { status: 'ok', name: 'configuration', message: house.configFile },
  ...checkCatalogue(house.config),
  checkKey(house),
  { status: 'ok', name: 'store', message: `${house.store.progress().sequence} transactions` },
  await checkTables(house.warehouse, 'stop, and start again'),
  checkRules(house),
  checkDisk(house.dataDir),
  checkReceived(house),
  ...(await checkFeeds(house.warehouse, house.config, house.clock())),
]
