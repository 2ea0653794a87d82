/** The doors' side of the inbox: it is written in a thread of its own (ADR 0036). */
import { Worker } from 'node:worker_threads'
import { type Claims, type Inbox, RingbackError } from '@ringback/pipeline'
import type { FromInboxWriter, InboxWriterTask, ToInboxWriter } from './inbox-writer-messages.ts'

export interface InboxWriter extends Omit<Inbox, 'read'> {
  readonly claims: Pick<Claims, 'claim'>
}

interface Asked {
  readonly resolve: (value: string | undefined) => void
  readonly reject: (error: unknown) => void
}

type Failure = Extract<FromInboxWriter, { type: 'failed' }>['failure']
const toError = ({ code, message, retryable }: Failure): RingbackError =>
  new RingbackError(code, message, { retryable })

/** Rejects where the inbox cannot be opened. If its thread ends by itself, whoever waits is told, and `onEnd`. */
export const beginInboxWriter = async (
  task: InboxWriterTask,
  onEnd: (cause: unknown) => void,
): Promise<InboxWriter> => {
  const worker = new Worker(new URL('./inbox-writer-worker.js', import.meta.url), { workerData: task })
  const post = (message: ToInboxWriter): void => worker.postMessage(message)
  const asked = new Map<number, Asked>()
  let lastId = 0
  let bytes = 0
  let isClosing = false
  const ask = (message: (id: number) => ToInboxWriter): Promise<string | undefined> =>
    new Promise((resolve, reject) => {
      const id = ++lastId
      asked.set(id, { resolve, reject })
      post(message(id))
    })
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()))
  const hear = (message: Extract<FromInboxWriter, { id: number }>): void => {
    const one = asked.get(message.id)
    asked.delete(message.id)
    if (message.type === 'failed') return one?.reject(toError(message.failure))
    one?.resolve(message.value)
  }
  const end = (cause: unknown): void => {
    const error = new RingbackError('store', 'The thread of the inbox ended.', { cause, retryable: true })
    for (const { reject } of asked.values()) reject(error)
    asked.clear()
    if (!isClosing) onEnd(cause)
  }

  await new Promise<void>((resolve, reject) => {
    worker.on('message', (message: FromInboxWriter) => {
      if (message.type === 'opened') resolve()
      else if (message.type === 'waits') bytes = message.bytes
      else if (message.type === 'not-opened') {
        isClosing = true
        reject(toError(message.failure))
      } else hear(message)
    })
    worker.once('error', (cause) => {
      end(cause)
      reject(cause)
    })
    worker.once('exit', () => end(undefined))
  })
  return {
    append: async (entry) => {
      const json = JSON.stringify(entry)
      await ask((id) => ({ type: 'append', id, json }))
    },
    remove: (upTo) => post({ type: 'remove', upTo }),
    waitingBytes: () => bytes,
    claims: {
      claim: async (name, value, forMs) => (await ask((id) => ({ type: 'claim', id, name, value, forMs }))) ?? value,
    },
    close: async () => {
      isClosing = true
      post({ type: 'close' })
      await exited
    },
  }
}
