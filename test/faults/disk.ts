import type { Random } from '../simulation/random.ts'
export const runDiskFault = async (
  dir: string,
  index: number,
  seed: number,
  _random: Random,
  _clock: number,
): Promise<string> => `${dir} ${index} ${seed}`
