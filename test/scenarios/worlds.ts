/** A random world as both laws take it: through the product's own edge, and the same tokens for the reference. */
import type { Config, EdgeRecord } from '@ringback/contracts'
import { configSchema } from '@ringback/contracts'
import { type EdgeRecords, randomWorld, type RandomWorld, type WorldOptions } from '@ringback/testkit'
import { toEdgeRecords } from './judge-records.ts'

export interface World {
  readonly world: RandomWorld
  readonly config: Config
  readonly records: readonly EdgeRecord[]
  /** The same records for the reference law: as sent, but for tokens, the cut URL and the time received. */
  readonly plain: EdgeRecords
}

/** Records as the reference law takes them, of what was sent and what the edge made of it. */
export const toReferenceRecords = (raw: readonly object[], records: readonly EdgeRecord[]): EdgeRecords => {
  const plain = { web: [] as unknown[], contacts: [] as unknown[], profiles: [] as unknown[] }
  for (const [i, record] of records.entries()) {
    const sent =
      record.kind === 'web'
        ? Object.entries({ ...raw[i], url: record.url, identifiers: record.tokens })
        : Object.entries(JSON.parse(record.canonical) as object)
    const present = sent.filter(([, value]) => value !== null && value !== '' && value !== undefined)
    plain[record.kind].push({ identifiers: [], ...Object.fromEntries(present), received: record.received })
  }
  return plain as unknown as EdgeRecords
}

export const createWorld = (seed: number, options?: WorldOptions): World => {
  const world = randomWorld(seed, options)
  const config = configSchema.parse(world.config)
  // A date may be of the day after `now`.
  const records = toEdgeRecords(config, world.now + 2 * 86_400_000, world)
  const plain = toReferenceRecords([...world.web, ...world.contacts, ...world.profiles], records)
  return { world, config, records, plain }
}
