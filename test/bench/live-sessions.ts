/** Sessions of a council as they come in live: many at once, an event of each now and then. */
import { createRandom, sessionEvents } from './council-files.ts'

/** Sessions that are under way at once. */
const OPEN = 5_000
const RESIDENTS = 120_000
/** So many sessions a resident has in the long run. */
const SESSIONS_PER_RESIDENT = 6

export interface LiveEvent {
  /** The number of its session, from 0. */
  readonly session: number
  /** Whether it belongs to a task: then there is a journey of its session. */
  readonly isOfTask: boolean
  readonly json: string
}

const TASK_PAGES = /gov\.uk\/(bins\/days|blue-badge|planning|pothole)/

/** The same events for the same seed. */
export const createLiveEvents = (seed: number, begin: number): (() => LiveEvent) => {
  const random = createRandom(seed)
  let sessions = 0
  const open: LiveEvent[][] = []
  const beginSession = (): LiveEvent[] => {
    const id = sessions++
    const resident = Math.floor(random() * (RESIDENTS + id / SESSIONS_PER_RESIDENT))
    return sessionEvents({ at: begin, id, resident }, random, String(seed))
      .map((event) => ({
        session: id,
        isOfTask: event['task'] !== undefined || TASK_PAGES.test(String(event['url'])),
        json: JSON.stringify(event),
      }))
      .reverse()
  }
  return () => {
    const at = Math.floor(random() * OPEN)
    const session = open[at] ?? beginSession()
    open[at] = session
    const event = session.pop()
    if (session.length === 0) open[at] = beginSession()
    if (!event) throw new TypeError('a session without events')
    return event
  }
}

/** The number of a session by its id; undefined where it is of another run. */
export const sessionNumber = (seed: number, id: string): number | undefined => {
  const found = new RegExp(`^s${seed}-([0-9a-z]+)-`).exec(id)?.[1]
  return found === undefined ? undefined : parseInt(found, 36)
}
