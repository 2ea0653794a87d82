/** One web session as it is written: events one after another. */
import {
  formatInstant,
  type DeviceClass,
  type Identifiers,
  type Instant,
  SECOND_MS,
  type WebEvent,
} from '@ringback/contracts'
import type { Item } from './agenda.ts'
import { givenIdentifiers } from './numbers.ts'
import { OURS } from './parameters.ts'
import type { Random } from './random.ts'

export interface SittingOptions {
  readonly session: string
  readonly at: Instant
  readonly deviceClass: DeviceClass
  /** With consent; none: nothing ties this session by itself. */
  readonly device: string | undefined
  readonly actor?: 'agent' | 'bot'
}

export interface Sitting {
  readonly session: string
  readonly now: () => Instant
  readonly wait: (meanSeconds: number) => void
  /** The account that is signed in from here on. */
  readonly signIn: (account: string) => void
  /** All identifiers told in it so far. */
  readonly given: () => readonly string[]
  readonly add: (event: Partial<WebEvent> & Pick<WebEvent, 'type'>, identifiers?: Identifiers) => void
}

/** Seconds until an event has arrived, at most. */
const ARRIVAL_SECONDS = 15

export const createSitting = (options: SittingOptions, random: Random, items: Item[]): Sitting => {
  const { session, deviceClass, device, actor } = options
  const skew = random.chance(OURS.skewedSessions) ? random.between(-OURS.skewMs, OURS.skewMs) : 0
  let at = options.at
  let account: string | undefined
  let count = 0
  const given = new Set<string>()
  return {
    session,
    now: () => at,
    wait: (meanSeconds) => {
      at += Math.round((1 + random.exponential(meanSeconds)) * SECOND_MS)
    },
    signIn: (name) => {
      account = name
    },
    given: () => [...given],
    add: (event, identifiers) => {
      const known: Identifiers = { ...identifiers }
      if (account !== undefined) known.account = account
      const isTransaction = Object.keys(known).some((name) => name !== 'code')
      if (device !== undefined) known.device = device
      const linking = isTransaction ? 'transaction' : device === undefined ? undefined : 'consent'
      const told = { ...known, ...(event.case === undefined ? {} : { case: event.case }) }
      for (const identifier of givenIdentifiers(told)) given.add(identifier)
      const id = `${session}.${count++}`
      const record: WebEvent = {
        id,
        time: formatInstant(Math.round(at + skew)),
        session,
        ...event,
        ...(linking === undefined ? {} : { linking }),
        ...(Object.keys(known).length === 0 ? {} : { identifiers: known }),
        ...(actor === undefined ? {} : { actor }),
        device_class: deviceClass,
        source: 'website',
      }
      const arrival = at + Math.round(random.next() * ARRIVAL_SECONDS * SECOND_MS)
      items.push({ kind: 'record', at: arrival, key: id, feed: 'website', record })
    },
  }
}
