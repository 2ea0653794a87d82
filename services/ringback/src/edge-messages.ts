/** What the main thread and the thread of the doors say to each other (ADR 0022). */
import type { Config, Instant } from '@ringback/contracts'
import type { ErrorCode } from '@ringback/pipeline'

/** What the thread of the doors begins with; it opens nothing before it is told to. */
export interface EdgeTask {
  readonly config: Config
  readonly configFile: string
  readonly dataDir: string
  readonly port: number
  readonly host: string
  /** A clock that stands still: `--now`. */
  readonly now: Instant | undefined
}

/** A request that is the main thread's to answer. */
export interface PageRequest {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly body: Uint8Array | undefined
  readonly remoteAddress: string
}

export interface PageAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | number | readonly string[] | undefined>>
  readonly body: Uint8Array
}

/** What the doors' thread asks of the main one, and what it is answered. */
export interface Answers {
  readonly page: { readonly question: PageRequest; readonly answer: PageAnswer }
  /** Why it is not ready; null where it is. */
  readonly readiness: { readonly question: null; readonly answer: string | null }
  readonly metrics: { readonly question: null; readonly answer: string }
}
export type Asked = keyof Answers

export type FromEdge =
  | { readonly type: 'listens'; readonly port: number }
  /** It cannot begin: wrong usage or configuration. */
  | { readonly type: 'refused'; readonly code: ErrorCode; readonly message: string }
  /** There is something to read. Said once, until it is heard. */
  | { readonly type: 'appended' }
  | { readonly type: 'asks'; readonly id: number; readonly asked: Asked; readonly question: unknown }
  /** Nothing more comes: requests are answered, the inbox is closed. */
  | { readonly type: 'stopped' }

export type ToEdge =
  | { readonly type: 'open'; readonly key: Uint8Array; readonly inboxRead: number }
  | { readonly type: 'heard' }
  /** The state holds what lies up to there. */
  | { readonly type: 'read'; readonly upTo: number }
  | { readonly type: 'answers'; readonly id: number; readonly answer: unknown }
  | { readonly type: 'stop' }

/** Where the inbox lies in the data folder. */
export const INBOX_FOLDER = 'accepted'
