/** How much may come through the doors: by key, and by network of addresses. Only in memory, and networks only by a hash. */
import { hash, randomBytes } from 'node:crypto'
import { isIPv4 } from 'node:net'
import { type Config, type Instant, MINUTE_MS, SECOND_MS } from '@ringback/contracts'
import { createBuckets } from './buckets.ts'
import { type Refused, refused } from './problems.ts'

/** A record that is refused costs as much as three: it is read as closely, told about, and sealed. */
const BAD_RECORD_COSTS = 3

export interface Limits {
  /** A name for the network that an address is in; it leads nowhere back, and is another one in each process. */
  readonly networkOf: (address: string) => string
  readonly request: (network: string) => Refused | undefined
  /** For one that, by `asWho`, was refused too often: a network, and of whoever has a key the key in it. */
  readonly rejections: (asWho: string) => Refused | undefined
  readonly rejected: (asWho: string) => void
  readonly records: (keyId: string, records: number) => Refused | undefined
  readonly badRecords: (keyId: string, records: number) => void
  readonly code: (network: string) => Refused | undefined
}

/** The first 48 bits of an address of IPv6, spelled in one way. */
const prefixOf6 = (address: string): string => {
  const [head = '', tail] = address.split('%')[0]?.split('::') ?? []
  const groups = head === '' ? [] : head.split(':')
  const behind = tail === undefined || tail === '' ? 0 : tail.split(':').length
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - groups.length - behind)
  const all = [...groups, ...Array<string>(zeros).fill('0'), ...(tail ?? '').split(':')]
  return all
    .slice(0, 3)
    .map((group) => parseInt(group || '0', 16).toString(16))
    .join(':')
}

/** /24 of IPv4, also where it is written as IPv6, and /48. */
export const networkPrefix = (address: string): string => {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address
  return isIPv4(mapped) ? mapped.slice(0, mapped.lastIndexOf('.')) : prefixOf6(mapped)
}

const later = (waitMs: number, detail: string): Refused | undefined =>
  waitMs === 0
    ? undefined
    : { ...refused('too_many', detail), retryAfterSeconds: Math.max(1, Math.ceil(waitMs / SECOND_MS)) }

export const createLimits = (limits: Config['collector']['limits'], clock: () => Instant): Limits => {
  const salt = randomBytes(32).toString('base64url')
  const perSecond = (points: number) => createBuckets({ points, perMs: SECOND_MS, clock })
  const perMinute = (points: number) => createBuckets({ points, perMs: MINUTE_MS, clock })
  const requests = perSecond(limits.requestsPerSecond)
  const rejections = perMinute(limits.rejectionsPerMinute)
  const records = perSecond(limits.recordsPerSecond)
  const codes = perMinute(limits.codesPerMinute)
  return {
    networkOf: (address) => hash('sha256', `${salt}|${networkPrefix(address)}`, 'base64url').slice(0, 16),
    request: (network) => later(requests.take(network, 1), 'more requests from one network than it may send'),
    rejections: (asWho) => later(rejections.waitFor(asWho, 1), 'more requests were refused than is usual'),
    rejected: (asWho) => rejections.charge(asWho, 1),
    records: (keyId, count) => later(records.take(keyId, count), 'more records with one key than it may send'),
    badRecords: (keyId, count) => records.charge(keyId, count * (BAD_RECORD_COSTS - 1)),
    code: (network) => later(codes.take(network, 1), 'more journey codes for one network than it may have'),
  }
}
