/** What every stage counts, whoever exposes it. The labels are closed sets: no identifier, no id. */
export interface StageMetrics {
  readonly received: (messages: number) => void
  /** To an output by its own name, such as `conclusions`. */
  readonly sent: (output: string, messages: number) => void
  readonly dropped: (reason: string, messages: number) => void
  readonly bad: (code: string, rows: number) => void
  readonly batch: (messages: number, seconds: number) => void
  /** How many messages of a partition wait behind the one at hand. */
  readonly lag: (topic: string, partition: number, messages: number) => void
  /** Bytes of keyed state written. */
  readonly stateBytes: (bytes: number) => void
}

/** Counts nothing. */
export const NO_METRICS: StageMetrics = {
  received: () => undefined,
  sent: () => undefined,
  dropped: () => undefined,
  bad: () => undefined,
  batch: () => undefined,
  lag: () => undefined,
  stateBytes: () => undefined,
}
