/** The load of the doors, in a process of its own: events as they come, and which of them were acknowledged. */
import { writeFileSync } from 'node:fs'
import autocannon from 'autocannon'
import { createLiveEvents, type LiveEvent } from './live-sessions.ts'

export interface LoadTask {
  readonly url: string
  readonly key: string
  readonly seed: number
  /** When its sessions begin. */
  readonly begin: number
  readonly batch: number
  readonly connections: number
  readonly seconds: number
  /** Where the numbers of the acknowledged sessions with a task go: a byte each. */
  readonly acknowledged: string
}

export interface Loaded {
  readonly accepted: number
  readonly requests: number
  /** Answers other than 202, by status; connections that broke, and what took too long. */
  readonly refused: Readonly<Record<string, number>>
  readonly errors: number
  readonly timeouts: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly mostMs: number
  readonly seconds: number
  readonly cpuSeconds: number
}

const task = JSON.parse(process.argv[2] ?? '') as LoadTask
const next = createLiveEvents(task.seed, task.begin)
let sessions = new Uint8Array(1 << 20)
let accepted = 0
const refused: Record<string, number> = {}

const acknowledge = (events: readonly LiveEvent[]): void => {
  accepted += events.length
  for (const { session, isOfTask } of events) {
    if (!isOfTask) continue
    if (session >= sessions.length) {
      const larger = new Uint8Array(sessions.length * 2)
      larger.set(sessions)
      sessions = larger
    }
    sessions[session] = 1
  }
}

interface Sent {
  events?: readonly LiveEvent[]
}

const result = await autocannon({
  url: `${task.url}v1/events`,
  connections: task.connections,
  duration: task.seconds,
  timeout: 30,
  requests: [
    {
      method: 'POST',
      headers: { authorization: `Bearer ${task.key}`, 'content-type': 'application/json' },
      setupRequest: (request: autocannon.Request, context: object) => {
        const events = Array.from({ length: task.batch }, next)
        ;(context as Sent).events = events
        const texts = events.map(({ json }) => json)
        return { ...request, body: task.batch === 1 ? (texts[0] ?? '') : `[${texts.join()}]` }
      },
      onResponse: (status: number, _body: string, context: object) => {
        if (status === 202) acknowledge((context as Sent).events ?? [])
        else refused[status] = (refused[status] ?? 0) + 1
      },
    },
  ],
})
writeFileSync(task.acknowledged, sessions)
const { user, system } = process.cpuUsage()
const { p50, p99, max } = result.latency
const loaded: Loaded = {
  accepted,
  requests: result.requests.total,
  refused,
  errors: result.errors,
  timeouts: result.timeouts,
  p50Ms: p50,
  p99Ms: p99,
  mostMs: max,
  seconds: result.duration,
  cpuSeconds: (user + system) / 1e6,
}
console.log(JSON.stringify(loaded))
