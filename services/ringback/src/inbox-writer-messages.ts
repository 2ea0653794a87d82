/** What the thread of the doors and that of the inbox say to each other (ADR 0036). */
import type { Instant } from '@ringback/contracts'
import type { ErrorCode } from '@ringback/pipeline'

export interface InboxWriterTask {
  readonly path: string
  readonly mostBytes: number
  readonly after: number
  /** A clock that stands still: `--now`. */
  readonly now: Instant | undefined
}

export type ToInboxWriter =
  /** An entry as JSON: text crosses threads cheaply, and is written as it is. */
  | { readonly type: 'append'; readonly id: number; readonly json: string }
  | {
      readonly type: 'claim'
      readonly id: number
      readonly name: string
      readonly value: string
      readonly forMs: number
    }
  | { readonly type: 'remove'; readonly upTo: number }
  | { readonly type: 'close' }

interface Failure {
  readonly code: ErrorCode
  readonly message: string
  readonly retryable: boolean
}

export type FromInboxWriter =
  | { readonly type: 'opened' }
  /** Told when it has changed. */
  | { readonly type: 'waits'; readonly bytes: number }
  | { readonly type: 'not-opened'; readonly failure: Failure }
  /** It is on disk; of a claim, the value that stands. */
  | { readonly type: 'done'; readonly id: number; readonly value: string | undefined }
  | { readonly type: 'failed'; readonly id: number; readonly failure: Failure }
