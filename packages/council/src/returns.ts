/** Whether a journey comes back, why, and when. */
import { addDays, DAY_MS, HOUR_MS, type Instant, MINUTE_MS } from '@ringback/contracts'
import { GIVEN, OURS } from './parameters.ts'
import type { Random } from './random.ts'
import type { Reason, TrueOutcome } from './truth.ts'
import type { Hour } from './world.ts'

const LIKELY: Readonly<Record<TrueOutcome, readonly [share: number, reason: Reason]>> = {
  confirmed: [GIVEN.comesBack.confirmed, 'chasing'],
  refused: [OURS.contested, 'contesting'],
  abandoned: [GIVEN.comesBack.abandoned, 'failure'],
  error: [GIVEN.comesBack.error, 'failure'],
  barrier: [GIVEN.comesBack.barrier, 'failure'],
  dead_end: [GIVEN.comesBack.dead_end, 'failure'],
  handed_off: [OURS.handedOffCalls, 'handed_off'],
  read: [0, 'failure'],
}

export type ReturnChannel = keyof typeof OURS.channels

export interface Return {
  readonly at: Instant
  readonly channel: ReturnChannel
  readonly reason: Reason
}

export const drawChannel = (random: Random): ReturnChannel => {
  let at = random.next()
  for (const [channel, share] of Object.entries(OURS.channels) as [ReturnChannel, number][])
    if ((at -= share) < 0) return channel
  return 'phone'
}

/** Opening hours are kept by all who talk to somebody; those who had to wait do not all come at its first minute. */
export const whenOpen = ({ world, random }: Hour, line: string, channel: ReturnChannel, at: Instant): Instant => {
  if (channel === 'email') return at
  const open = world.calendar.openFrom(line, at)
  return open === at ? at : Math.round(open + random.exponential(25) * MINUTE_MS)
}

const LATEST_MINUTE = 18 * 60

const drawDelay = ({ world, random }: Hour, line: string, ended: Instant): Instant => {
  const { zone, openFrom } = world.calendar
  const { atOnce, sameDay, nextOpening } = GIVEN.delays
  const kind = random.next()
  if (kind < atOnce) return ended + random.between(1, 10) * MINUTE_MS
  const day = zone.dayOf(ended)
  const evening = zone.instantOf(day, LATEST_MINUTE)
  if (kind < atOnce + sameDay && ended + 10 * MINUTE_MS < evening)
    return random.between(ended + 10 * MINUTE_MS, evening)
  if (kind < atOnce + sameDay + nextOpening)
    return openFrom(line, zone.instantOf(addDays(day, 1), 0)) + random.exponential(1) * HOUR_MS
  return ended + random.between(DAY_MS, 3 * DAY_MS)
}

export const drawReturn = (hour: Hour, outcome: TrueOutcome, line: string, ended: Instant): Return | undefined => {
  const { random } = hour
  const [share, reason] = LIKELY[outcome]
  if (!random.chance(share)) return undefined
  const channel = drawChannel(random)
  const at = Math.round(drawDelay(hour, line, ended))
  return { at: whenOpen(hour, line, channel, at), channel, reason }
}
