/** `ringback doctor`: one line a check, `ok|warn|fail NAME: what to do`. */
import { statfsSync } from 'node:fs'
import { join } from 'node:path'
import { formatInstant } from '@ringback/contracts'
import { type Check, checkCatalogue, checkFeeds, checkTables } from '@ringback/insights'
import { RingbackError } from '@ringback/pipeline'
import { isKeyExposed } from '@ringback/runtime'
import { type House, openHouse, requireConfig } from './house.ts'
import type { Io } from './io.ts'
import type { CommonOptions } from './options.ts'

const LEAST_FREE_BYTES = 2 * 1024 ** 3
const SHORT_KEY = 32
/** A clock that shows a time before this program was written is not set. */
const WRITTEN_AT = Date.UTC(2026, 10, 1)

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
    ? { status: 'warn', name: 'link key', message: `it is shorter than ${SHORT_KEY} characters: it could be guessed` }
    : { status: 'ok', name: 'link key', message: 'it is there, and the one that the data was made with' }
}

const checkClock = (house: House, io: Io): Check => {
  const now = io.clock()
  const last = house.store.progress().now
  if (now < WRITTEN_AT)
    return { status: 'fail', name: 'clock', message: `it shows ${formatInstant(now)}: set it (NTP)` }
  return last > now + 5 * 60_000
    ? {
        status: 'warn',
        name: 'clock',
        message: `the latest record was received at ${formatInstant(last)}, which is ahead of the clock: check NTP, or an earlier --now`,
      }
    : { status: 'ok', name: 'clock', message: formatInstant(now) }
}

const checkRules = ({ store, rules }: House): Check =>
  store.progress().ruleVersion === rules.ruleVersion
    ? { status: 'ok', name: 'rules', message: `version ${rules.ruleVersion}` }
    : { status: 'warn', name: 'rules', message: 'they have changed: the next import or start judges anew' }

/** All checks that can be made of a house, open or not. */
export const runChecks = async (house: House, io: Io): Promise<readonly Check[]> => [
  { status: 'ok', name: 'configuration', message: house.configFile },
  ...checkCatalogue(house.config),
  checkKey(house),
  { status: 'ok', name: 'store', message: `${house.store.progress().sequence} transactions` },
  await checkTables(house.warehouse, 'stop, and start again'),
  checkRules(house),
  checkDisk(house.dataDir),
  checkClock(house, io),
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
      return await report(await runChecks(house, io), common.json, io)
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
