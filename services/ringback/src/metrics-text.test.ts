import { createMetrics } from '@ringback/runtime'
import { mergeMetrics } from './metrics-text.ts'

const described = (text: string): string[] => [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name ?? '')

test('what both registries have is described once, with the samples of both', async () => {
  const [one, other] = [createMetrics({ withProcess: true }), createMetrics({ withProcess: false })]
  one.of('pipeline').received(3)
  other.of('door-events').received(5)
  const text = mergeMetrics([await one.text(), await other.text(), '# HELP x y\n# TYPE x gauge\nx 7\n'])
  expect(described(text)).toEqual([...new Set(described(text))])
  const lines = text.split('\n')
  expect(lines).toContain('ringback_received_total{stage="pipeline"} 3')
  expect(lines).toContain('ringback_received_total{stage="door-events"} 5')
  expect(lines).toContain('x 7')
  // The samples of a metric stand together, behind its description.
  const at = lines.indexOf('ringback_received_total{stage="pipeline"} 3')
  expect(lines[at + 1]).toBe('ringback_received_total{stage="door-events"} 5')
})

test('of registries that said nothing there is nothing', () => {
  expect(mergeMetrics(['', ''])).toBe('')
})
