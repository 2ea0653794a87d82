/** What the tests use of Matomo's tracker for Node, which comes without types. */
declare module 'matomo-tracker' {
  import type { EventEmitter } from 'node:events'

  type Parameters = Readonly<Record<string, string>>

  class MatomoTracker extends EventEmitter {
    constructor(siteId: number, trackerUrl: string)
    track(parameters: Parameters): void
    /** `done` is given the body of the answer. */
    trackBulk(events: Parameters[], done: (body: string) => void): void
  }
  export = MatomoTracker
}
