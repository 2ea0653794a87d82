/** Where the keys are: where the configuration says, else in the data folder, or of a cluster beside the configuration. */
import { dirname, join, resolve } from 'node:path'
import type { Config } from '@ringback/contracts'

export interface KeysPlaces {
  readonly config: { readonly mode: Config['mode']; readonly collector: Pick<Config['collector'], 'keys'> }
  readonly configFile: string
  /** Of the embedded mode. */
  readonly dataDir: string
}

export const keysFileOf = ({ config, configFile, dataDir }: KeysPlaces): string => {
  const folder = dirname(configFile)
  const { keys } = config.collector
  if (keys !== undefined) return resolve(folder, keys)
  return join(config.mode === 'cluster' ? folder : dataDir, 'keys.json')
}
