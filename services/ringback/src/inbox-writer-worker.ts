/**
 * The thread of the inbox: it alone waits for the disk, so that the doors read the next requests meanwhile (ADR 0036). What comes
 * while a transaction is under way shares the next one.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { openLmdbInbox } from '@ringback/lmdb-store'
import { RingbackError } from '@ringback/pipeline'
import type { FromInboxWriter, InboxWriterTask, ToInboxWriter } from './inbox-writer-messages.ts'

/** How old the figure of what waits may be. */
const TOLD_EVERY_MS = 500

/** What is no fault of ours is told; the rest ends the thread, and with it the process. */
const toFailure = (error: unknown) => {
  if (!(error instanceof RingbackError)) throw error
  const { code, message, retryable } = error
  return { code, message, retryable }
}

const run = (task: InboxWriterTask, port: NonNullable<typeof parentPort>): void => {
  const say = (message: FromInboxWriter): void => port.postMessage(message)
  const open = () => {
    try {
      return openLmdbInbox({ ...task, clock: () => task.now ?? Date.now() })
    } catch (error) {
      say({ type: 'not-opened', failure: toFailure(error) })
      return undefined
    }
  }
  const inbox = open()
  if (!inbox) return
  const answer = async (id: number, work: Promise<string | void>): Promise<void> => {
    try {
      say({ type: 'done', id, value: (await work) ?? undefined })
    } catch (error) {
      say({ type: 'failed', id, failure: toFailure(error) })
    }
  }
  port.on('message', (message: ToInboxWriter) => {
    if (message.type === 'append') void answer(message.id, inbox.appendJson(message.json))
    else if (message.type === 'claim')
      void answer(message.id, inbox.claims.claim(message.name, message.value, message.forMs))
    else if (message.type === 'remove') inbox.remove(message.upTo)
    else {
      clearInterval(telling)
      void inbox.close().then(() => port.close())
    }
  })
  let told = -1
  const tell = (): void => {
    const bytes = inbox.waitingBytes()
    if (bytes !== told) say({ type: 'waits', bytes })
    told = bytes
  }
  tell()
  const telling = setInterval(tell, TOLD_EVERY_MS)
  say({ type: 'opened' })
}

if (parentPort) run(workerData as InboxWriterTask, parentPort)
