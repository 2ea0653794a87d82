/** The clock of a demo: from a moment in the past it runs so many times as fast as the wall's, until it has caught up with it. */
import type { Instant } from '@ringback/contracts'

export interface DemoClock {
  readonly now: () => Instant
  /** Whether it shows the time on the wall. */
  readonly isLive: () => boolean
}

export const createDemoClock = (from: Instant, speed: number, wall: () => Instant): DemoClock => {
  const began = wall()
  const told = (): Instant => from + (wall() - began) * speed
  return { now: () => Math.min(told(), wall()), isLive: () => told() >= wall() }
}
