/** `ringback rejudge`: judges anew what is remembered, by the rules of the configuration. */
import { rejudgeCluster } from './cluster-rejudge.ts'
import { rejudgeEmbedded } from './embedded-house.ts'
import type { House } from './house.ts'
import type { Io } from './io.ts'

export const rejudgeCommand = async (house: House, isJson: boolean, io: Io): Promise<number> => {
  const judged = house.mode === 'embedded' ? await rejudgeEmbedded(house, io) : await rejudgeCluster(house, io)
  const { ruleVersion } = house.rules
  await io.out(
    isJson
      ? `${JSON.stringify({ judged, rule_version: ruleVersion })}\n`
      : `${judged.toLocaleString('en-GB')} households judged by rules ${ruleVersion}.\n`,
  )
  return 0
}
