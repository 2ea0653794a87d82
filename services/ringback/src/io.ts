/** What a command reads from and writes to: a terminal, or the connection of one that goes through a running `start`. */
import type { Instant } from '@ringback/contracts'

export interface Io {
  /** Waits while whoever reads is slower. */
  readonly out: (text: string) => Promise<void>
  readonly err: (text: string) => void
  /** Replaces the last line of progress; does nothing where nobody watches. */
  readonly progress: (line: string) => void
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** Where standard input has been put, for a command that goes through a running `start`. */
  readonly stdin?: string
  /** The wall clock. */
  readonly clock: () => Instant
}

/** What a command was asked to say, apart from its results. */
export const lines = (...text: readonly string[]): string => `${text.join('\n')}\n`
