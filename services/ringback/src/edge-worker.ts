/**
 * The thread of the doors: HTTP comes in here, and what is taken is durable in the inbox before it is acknowledged, whatever the main
 * thread is at. Wiring alone.
 */
import { join } from 'node:path'
import { parentPort, workerData } from 'node:worker_threads'
import { createIntake, keysFileOf, registerDoors, watchKeys } from '@ringback/collector'
import { createTokeniser } from '@ringback/identity'
import { createRules } from '@ringback/journeys'
import { openLmdbInbox } from '@ringback/lmdb-store'
import { RingbackError } from '@ringback/pipeline'
import { createLogger, createMetrics, listen } from '@ringback/runtime'
import { fastify } from 'fastify'
import { createAsking } from './asking.ts'
import { registerPages, registerState } from './edge-app.ts'
import { type EdgeTask, type FromEdge, INBOX_FOLDER, type ToEdge } from './edge-messages.ts'
import { createInboxKeep } from './inbox-keep.ts'

/** Whoever sends more slowly holds a connection for nothing. */
const REQUEST_WITHIN_MS = 60_000
/** Requests that are under way when it is told to stop have so long. */
const STOP_WITHIN_MS = 5_000

const run = (task: EdgeTask, port: NonNullable<typeof parentPort>): void => {
  const say = (message: FromEdge): void => port.postMessage(message)
  const asking = createAsking((id, asked, question) => say({ type: 'asks', id, asked, question }))
  const clock = (): number => task.now ?? Date.now()
  const { config } = task
  const metrics = createMetrics({ withProcess: false })
  const write = (line: string): void => void process.stderr.write(line)
  const logger = createLogger({ service: 'collector', level: 'warn', clock, write })
  const { trustProxy } = config.collector
  const app = fastify({
    logger: false,
    forceCloseConnections: 'idle',
    requestTimeout: REQUEST_WITHIN_MS,
    trustProxy: trustProxy.length > 0 && [...trustProxy],
  })
  let isHeard = true
  const appended = (): void => {
    if (isHeard) say({ type: 'appended' })
    isHeard = false
  }

  const open = async ({ key: linkKey, inboxRead }: Extract<ToEdge, { type: 'open' }>): Promise<void> => {
    const path = join(task.dataDir, INBOX_FOLDER)
    const inbox = openLmdbInbox({ path, mostBytes: config.collector.inbox, after: inboxRead, clock })
    port.on('message', (message: ToEdge) => {
      if (message.type === 'read') inbox.remove(message.upTo)
    })
    // What was read before the last end, and not removed any more.
    inbox.remove(inboxRead)
    registerState(app, {
      ask: asking.ask,
      metricsText: async () => `${await metrics.text()}\n${inboxBytes(inbox.waitingBytes())}`,
      metricsType: metrics.contentType,
    })
    const { council, identity } = config
    const tokeniser = createTokeniser({ key: linkKey, region: council.region, stopList: identity.stopList })
    registerDoors(app, {
      intake: createIntake(tokeniser, createRules(config)),
      keep: createInboxKeep(inbox, appended),
      keys: watchKeys({ file: keysFileOf(task), linkKey, clock: Date.now, logger }),
      claims: inbox.claims,
      config,
      linkKey,
      clock,
      logger,
      metricsOf: metrics.of,
    })
    registerPages(app, asking.ask)
    say({ type: 'listens', port: await listen(app, task) })
    await new Promise<void>((stop) =>
      port.on('message', ({ type }: ToEdge) => {
        if (type === 'stop') stop()
      }),
    )
    const late = setTimeout(() => app.server.closeAllConnections(), STOP_WITHIN_MS)
    await app.close()
    clearTimeout(late)
    await inbox.close()
    say({ type: 'stopped' })
    port.close()
  }

  port.on('message', (message: ToEdge) => {
    if (message.type === 'answers') asking.answered(message.id, message.answer)
    else if (message.type === 'heard') isHeard = true
    else if (message.type === 'open')
      open(message).catch((error: unknown) => {
        // What is no fault of ours ends the thread, and with it the process.
        if (!(error instanceof RingbackError)) throw error
        say({ type: 'refused', code: error.code, message: error.message })
      })
  })
}

const inboxBytes = (bytes: number): string =>
  `# HELP ringback_inbox_bytes Bytes on disk that were accepted and are not folded yet.\n# TYPE ringback_inbox_bytes gauge\nringback_inbox_bytes ${bytes}\n`

if (parentPort) run(workerData as EdgeTask, parentPort)
