/** What stages count, for Prometheus. One registry a process, whichever stages run in it; each is told apart by its label. */
import type { Instant } from '@ringback/contracts'
import type { StageMetrics } from '@ringback/pipeline'
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'

export interface Metrics {
  readonly of: (stage: string) => StageMetrics
  /** Of a stage that tells when it last made progress. */
  readonly watchProgress: (stage: string, lastProgressAt: () => Instant) => void
  /** What `/readyz` would answer. */
  readonly watchReadiness: (stage: string, isReady: () => Promise<boolean>) => void
  /** In the text format of Prometheus. */
  readonly text: () => Promise<string>
  readonly contentType: string
}

/** Batches hold 500 messages at most where the log is Kafka. */
const BATCH_SIZES = [1, 5, 10, 25, 50, 100, 250, 500, 1_000, 5_000]
const BATCH_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

export const createMetrics = ({ withProcess }: { readonly withProcess: boolean }): Metrics => {
  const registry = new Registry()
  if (withProcess) collectDefaultMetrics({ register: registry })
  const registers = [registry]
  const counter = <L extends string>(name: string, help: string, ...labels: readonly L[]) =>
    new Counter({ name, help, labelNames: ['stage', ...labels], registers })
  const received = counter('ringback_received_total', 'Messages read and done with.')
  const sent = counter('ringback_sent_total', 'Messages or rows that are durable where they went.', 'output')
  const dropped = counter('ringback_dropped_total', 'Messages that were passed over on purpose.', 'reason')
  const bad = counter('ringback_bad_total', 'Records or rows that could not be used.', 'code')
  const stateBytes = counter('ringback_state_bytes_total', 'Bytes of keyed state written.')
  const lag = new Gauge({
    name: 'ringback_lag',
    help: 'Messages of a partition that waited behind the last batch.',
    labelNames: ['stage', 'topic', 'partition'],
    registers,
  })
  const batchSize = new Histogram({
    name: 'ringback_batch_size',
    help: 'Messages in a batch.',
    labelNames: ['stage'],
    buckets: BATCH_SIZES,
    registers,
  })
  const batchSeconds = new Histogram({
    name: 'ringback_batch_seconds',
    help: 'How long a batch took, until it was committed.',
    labelNames: ['stage'],
    buckets: BATCH_SECONDS,
    registers,
  })
  const progress = new Map<string, () => Instant>()
  const lastProgress: Gauge<'stage'> = new Gauge({
    name: 'ringback_last_progress_seconds',
    help: 'When a stage last heard from the log, in seconds since 1970.',
    labelNames: ['stage'],
    registers,
    collect: () => {
      for (const [stage, lastProgressAt] of progress) lastProgress.set({ stage }, lastProgressAt() / 1_000)
    },
  })
  const readiness = new Map<string, () => Promise<boolean>>()
  const ready: Gauge<'stage'> = new Gauge({
    name: 'ringback_ready',
    help: 'Whether a service is ready: 1, or 0.',
    labelNames: ['stage'],
    registers,
    collect: async () => {
      for (const [stage, isReady] of readiness) ready.set({ stage }, (await isReady()) ? 1 : 0)
    },
  })
  return {
    of: (stage) => ({
      received: (messages) => received.inc({ stage }, messages),
      sent: (output, messages) => sent.inc({ stage, output }, messages),
      dropped: (reason, messages) => dropped.inc({ stage, reason }, messages),
      bad: (code, rows) => bad.inc({ stage, code }, rows),
      batch: (messages, seconds) => {
        batchSize.observe({ stage }, messages)
        batchSeconds.observe({ stage }, seconds)
      },
      lag: (topic, partition, messages) => lag.set({ stage, topic, partition: String(partition) }, messages),
      stateBytes: (bytes) => stateBytes.inc({ stage }, bytes),
    }),
    watchProgress: (stage, lastProgressAt) => progress.set(stage, lastProgressAt),
    watchReadiness: (stage, isReady) => readiness.set(stage, isReady),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  }
}
