/** Questions from one thread to another, each answered once, or too late. */
import type { Answers, Asked } from './edge-messages.ts'

/** Of questions that wait for an answer at once: more, and a thread that stands still would fill the memory of the other. */
const MOST_WAITING = 256

export interface Asking {
  /** undefined: no answer in time, or too many wait for one. */
  readonly ask: <K extends Asked>(
    asked: K,
    question: Answers[K]['question'],
    withinMs: number,
  ) => Promise<Answers[K]['answer'] | undefined>
  readonly answered: (id: number, answer: unknown) => void
}

export const createAsking = (post: (id: number, asked: Asked, question: unknown) => void): Asking => {
  const waiting = new Map<number, (answer: unknown) => void>()
  let lastId = 0
  return {
    ask: (asked, question, withinMs) => {
      if (waiting.size >= MOST_WAITING) return Promise.resolve(undefined)
      const id = ++lastId
      return new Promise((resolve) => {
        const settle = (answer: unknown): void => {
          clearTimeout(timer)
          waiting.delete(id)
          resolve(answer as Answers[typeof asked]['answer'] | undefined)
        }
        const timer = setTimeout(settle, withinMs, undefined)
        waiting.set(id, settle)
        post(id, asked, question)
      })
    },
    answered: (id, answer) => waiting.get(id)?.(answer),
  }
}
