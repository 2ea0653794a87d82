/** `ringback doctor`: one line a check, `ok|warn|fail NAME: what to do`. */
import { statfsSync } from 'node:fs'
import { join } from 'node:path'
import { formatInstant, MINUTE_MS } from '@ringback/contracts'
import { type Check, checkCatalogue, checkFeeds, checkTables } from '@ringback/insights'
import { RingbackError } from '@ringback/pipeline'
import { isKeyExposed } from '@ringback/runtime'
import { type House, openHouse, requireConfig } from './house.ts'
import type { Io } from './io.ts'
import type { CommonOptions } from './options.ts'

const LEAST_FREE_BYTES = 2 * 1024 ** 3
const SHORT_KEY = 32
/** Machines whose clock was never set begin in 1970, or when they were made: long before this. */
const EARLIEST_NOW = Date.UTC(2025, 0, 1)
/** Clocks of two machines may differ by so much. */
const CLOCK_SLACK_MS = 5 * MINUTE_MS

const checkDisk = (dataDir: string): Check => {
  const { bavail, bsize } = statfsSync(dataDir)
  const free = bavail * bsize
  const gib = (free / 1024 ** 3).toFixed(1)
  return free < LEAST_FREE_BYTES
    ? { status: 'warn', name: 'disk', message: `${gib} GiB free in ${dataDir}: make room, or move it with --data` }
    : { status: 'ok', name: 'disk', message: `${gib} GiB free in ${dataDir}` }
}

const checkKey = (house: House): Check => {
  if (isKeyExposed(join(house.dataDir, 'link.key')))
    return { status: 'fail', name: 'link key', message: `others can read it: chmod 600 ${house.dataDir}/link.key` }
  return house.key.length < SHORT_KEY
    ? {
        status: 'warn',
        name: 'link key',
        message: `it is shorter than ${SHORT_KEY} characters and could be guessed: choose a longer one before more is imported, in a new data folder`,
      }
    : {
        status: 'ok',
        name: 'link key',
        message: 'the one that the data was made with: keep a copy of it in a safe place',
      }
}

const checkClock = (house: House): Check => {
  const now = house.clock()
  const last = house.store.progress().now
  if (now < EARLIEST_NOW)
    return { status: 'fail', name: 'clock', message: `it shows ${formatInstant(now)}: set it, and let NTP keep it` }
  return last > now + CLOCK_SLACK_MS
    ? {
        status: 'warn',
        name: 'clock',
        message: `it shows ${formatInstant(now)}, but records were received up to ${formatInstant(last)}: set it, unless they were imported with --now`,
      }
    : { status: 'ok', name: 'clock', message: `it shows ${formatInstant(now)}` }
}

const checkRules = ({ store, rules }: House): Check =>
  store.progress().ruleVersion === rules.ruleVersion
    ? { status: 'ok', name: 'rules', message: `version ${rules.ruleVersion}` }
    : {
        status: 'warn',
        name: 'rules',
        message: 'they have changed, and rows still follow the old ones: import or start, which judge anew',
      }

/** All checks that can be made of a house, open or not. */
export const runChecks = async (house: House): Promise<readonly Check[]> => [
  { status: 'ok', name: 'configuration', message: house.configFile },
  ...checkCatalogue(house.config),
  checkKey(house),
  { status: 'ok', name: 'store', message: `${house.store.progress().sequence} transactions` },
  await checkTables(house.warehouse, 'stop, and start again'),
  checkRules(house),
  checkDisk(house.dataDir),
  checkClock(house),
  ...(await checkFeeds(house.warehouse, house.config, house.clock())),
]

export const report = async (checks: readonly Check[], isJson: boolean, io: Io): Promise<number> => {
  const text = isJson
    ? `${JSON.stringify({ checks })}\n`
    : checks.map(({ status, name, message }) => `${status} ${name}: ${message}\n`).join('')
  await io.out(text)
  return checks.some(({ status }) => status === 'fail') ? 3 : 0
}

/** What is wrong before anything can be opened is a failed check too, with the status of its kind. */
export const doctorAlone = async (common: CommonOptions, io: Io): Promise<number> => {
  try {
    requireConfig(common, io)
    const house = await openHouse(common, io)
    try {
      return await report(await runChecks(house), common.json, io)
    } finally {
      await house.close()
    }
  } catch (error) {
    if (!(error instanceof RingbackError)) throw error
    const name = error.code === 'configuration' ? 'configuration' : error.code === 'key' ? 'link key' : 'store'
    await report([{ status: 'fail', name, message: error.message.replaceAll('\n', '; ') }], common.json, io)
    return error.exitStatus
  }
}
