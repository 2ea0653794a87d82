/** Opens everything that a command works with, whichever mode the configuration names. */
import { RingbackError } from '@ringback/pipeline'
import { openClusterHouse } from './cluster-house.ts'
import { openEmbeddedHouse } from './embedded-house.ts'
import { type House, requireConfig } from './house.ts'
import { emptyInbox } from './house-inbox.ts'
import type { Io } from './io.ts'
import type { CommonOptions } from './options.ts'

/** Throws RingbackError with what to do. */
export const openHouse = async (common: CommonOptions, io: Io): Promise<House> => {
  const loaded = requireConfig(common, io)
  if (loaded.config.mode === 'cluster') return openClusterHouse(loaded, common, io)
  const house = await openEmbeddedHouse(loaded, common, io)
  try {
    await emptyInbox(house)
    return house
  } catch (error) {
    await house.close()
    throw error
  }
}

/** Whether a command talks to servers, whatever runs in the data folder. What is wrong with the configuration is told later. */
export const isCluster = (common: CommonOptions, io: Io): boolean => {
  try {
    return requireConfig(common, io).config.mode === 'cluster'
  } catch (error) {
    if (error instanceof RingbackError) return false
    throw error
  }
}
