/** What Prometheus reads: one registry, each stage by its label. */
import { createMetrics } from './metrics.ts'

const samples = async (metrics: ReturnType<typeof createMetrics>): Promise<readonly string[]> =>
  (await metrics.text()).split('\n').filter((line) => line.startsWith('ringback_') && !/_(bucket|sum)\{/.test(line))

test('every count stands under its name, by stage', async () => {
  const metrics = createMetrics({ withProcess: false })
  const { received, sent, dropped, bad, batch, lag, stateBytes } = metrics.of('writer')
  metrics.of('collector').received(1)
  received(3)
  received(4)
  sent('journeys', 2)
  dropped('tombstone', 1)
  bad('malformed', 1)
  batch(7, 0.2)
  lag('ringback.conclusions', 3, 12)
  stateBytes(100)
  metrics.watchProgress('writer', () => 1_500)
  metrics.watchReadiness('writer', async () => true)
  metrics.watchReadiness('insights', async () => false)
  expect((await samples(metrics)).toSorted()).toEqual(
    [
      'ringback_received_total{stage="collector"} 1',
      'ringback_received_total{stage="writer"} 7',
      'ringback_sent_total{stage="writer",output="journeys"} 2',
      'ringback_dropped_total{stage="writer",reason="tombstone"} 1',
      'ringback_bad_total{stage="writer",code="malformed"} 1',
      'ringback_batch_size_count{stage="writer"} 1',
      'ringback_batch_seconds_count{stage="writer"} 1',
      'ringback_lag{stage="writer",topic="ringback.conclusions",partition="3"} 12',
      'ringback_state_bytes_total{stage="writer"} 100',
      'ringback_last_progress_seconds{stage="writer"} 1.5',
      'ringback_ready{stage="writer"} 1',
      'ringback_ready{stage="insights"} 0',
    ].toSorted(),
  )
})

test('the process itself is measured where it is asked for', async () => {
  expect(await createMetrics({ withProcess: true }).text()).toContain('process_cpu_seconds_total')
  expect(await createMetrics({ withProcess: false }).text()).not.toContain('process_cpu_seconds_total')
})
