/**
 * kafkajs 2.2.4 re-arms a timer of a negative delay for ever on each connection, some 800 times a second (upstream #1751). Whether
 * a request waits is looked at when it comes and when another is answered; the timer is only needed while a broker throttles us.
 */
import { createRequire } from 'node:module'

interface RequestQueue {
  readonly throttledUntil: number
  readonly pending: readonly unknown[]
  scheduleCheckPendingRequests: (this: RequestQueue) => void
}

/** Of the prototype of every connection's queue; a second call changes nothing. */
export const stopIdleTimers = (): void => {
  const load = createRequire(import.meta.url)
  const { prototype } = load('kafkajs/src/network/requestQueue') as { readonly prototype: RequestQueue }
  const schedule = prototype.scheduleCheckPendingRequests
  if (schedule.name === 'scheduleIfNeeded') return
  prototype.scheduleCheckPendingRequests = function scheduleIfNeeded() {
    if (this.pending.length > 0 || this.throttledUntil > Date.now()) schedule.call(this)
  }
}
