/** The main thread's side of the doors: begins their thread, answers what it asks, and hears of its end. */
import { Worker } from 'node:worker_threads'
import { RingbackError } from '@ringback/pipeline'
import type { Answers, Asked, EdgeTask, FromEdge, ToEdge } from './edge-messages.ts'

export type Answerer = { readonly [K in Asked]: (question: Answers[K]['question']) => Promise<Answers[K]['answer']> }

export interface OpenEdge {
  readonly key: Uint8Array
  /** Up to where the state has read the inbox. */
  readonly inboxRead: number
  readonly answer: Answerer
  /** There is something to read in the inbox. */
  readonly onAppended: () => void
}

export interface Edge {
  /** Opens the inbox and the doors; resolves to the port. Throws RingbackError where that cannot be. */
  readonly open: (parts: OpenEdge) => Promise<number>
  /** What the state holds may go. */
  readonly read: (upTo: number) => void
  /** Rejects if the thread ends by itself: nothing can come in any more. */
  readonly failed: Promise<never>
  /** Resolves when every request is answered and the inbox closed. */
  readonly stop: () => Promise<void>
}

const ended = (cause: unknown): RingbackError =>
  new RingbackError(
    'store',
    `The thread of the doors ended: ${cause instanceof Error ? (cause.stack ?? cause.message) : 'nobody told why'}\nWhat was acknowledged is safe: start again.`,
    { cause },
  )

export const beginEdge = (task: EdgeTask): Edge => {
  const worker = new Worker(new URL('./edge-worker.js', import.meta.url), {
    workerData: task,
    // Nearly all that a request makes is short-lived.
    resourceLimits: { maxYoungGenerationSizeMb: 64 },
  })
  const post = (message: ToEdge): void => worker.postMessage(message)
  let isStopping = false
  let fail: (error: unknown) => void = () => undefined
  const failed = new Promise<never>((_resolve, reject) => (fail = reject))
  worker.once('error', (cause) => fail(ended(cause)))
  worker.once('exit', () => {
    if (!isStopping) fail(ended(undefined))
  })
  // Whoever waits for it is told; before somebody does, nobody need be.
  failed.catch(() => undefined)

  const answer = async (
    answerer: Answerer,
    { id, asked, question }: Extract<FromEdge, { type: 'asks' }>,
  ): Promise<void> => {
    const by = answerer[asked] as (question: unknown) => Promise<unknown>
    post({ type: 'answers', id, answer: await by(question) })
  }

  return {
    open: ({ key, inboxRead, answer: answerer, onAppended }) => {
      const opened = new Promise<number>((resolve, reject) => {
        worker.on('message', (message: FromEdge) => {
          if (message.type === 'listens') resolve(message.port)
          else if (message.type === 'refused') reject(new RingbackError(message.code, message.message))
          else if (message.type === 'appended') {
            // First heard, then read: what comes in between is told again.
            post({ type: 'heard' })
            onAppended()
          } else if (message.type === 'asks') answer(answerer, message).catch(fail)
        })
      })
      post({ type: 'open', key, inboxRead })
      return Promise.race([opened, failed])
    },
    read: (upTo) => post({ type: 'read', upTo }),
    failed,
    stop: async () => {
      isStopping = true
      const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()))
      post({ type: 'stop' })
      await Promise.race([exited, failed])
    },
  }
}
