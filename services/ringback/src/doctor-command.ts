/** `ringback doctor`: one line a check, `ok|warn|fail NAME: what to do`. */
import type { Check } from '@ringback/insights'
import { RingbackError } from '@ringback/pipeline'
import { clusterChecks } from './cluster-checks.ts'
import { embeddedChecks } from './embedded-checks.ts'
import { type House, requireConfig } from './house.ts'
import type { Io } from './io.ts'
import { openHouse } from './open-house.ts'
import type { CommonOptions } from './options.ts'

export const runChecks = (house: House, io: Io): Promise<readonly Check[]> =>
  house.mode === 'embedded' ? embeddedChecks(house) : clusterChecks(house, io.env)

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
