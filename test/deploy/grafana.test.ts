/** Dashboard and alarms ask for metrics that the code exports, and each alarm leads to a part of docs/operations.md. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { parse } from 'yaml'
import { createMetrics } from '../../packages/runtime/src/metrics.ts'
import { read, ROOT, SERVICES } from './code.ts'

interface Alert {
  readonly alert: string
  readonly expr: string
  readonly labels: { readonly severity: string }
  readonly annotations: { readonly summary: string; readonly runbook: string }
}
interface Panel {
  readonly id: number
  readonly title: string
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number }
  readonly targets?: readonly { readonly expr: string }[]
}

const { groups } = parse(read('infra/grafana/alerts.yaml')) as { groups: readonly { rules: readonly Alert[] }[] }
const alerts = groups.flatMap(({ rules }) => rules)
const { panels } = JSON.parse(read('infra/grafana/dashboard.json')) as { panels: readonly Panel[] }
const questions = panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => [title, expr] as const))

/** By whom, for what is not ours. */
const OTHERS: Readonly<Record<string, string>> = {
  node_filesystem_avail_bytes: 'node_exporter',
  node_filesystem_size_bytes: 'node_exporter',
  redis_memory_used_bytes: 'redis_exporter',
  redis_memory_max_bytes: 'redis_exporter',
}

/** Names of time series that an expression asks for: what is neither a label, a range, a text, a function nor a word of PromQL. */
const seriesOf = (expression: string): readonly string[] => {
  const bare = expression
    .replaceAll(/"[^"]*"/g, '')
    .replaceAll(/\{[^}]*\}/g, '')
    .replaceAll(/\[[^\]]*\]/g, '')
    .replaceAll(/\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)/g, '')
  return [...bare.matchAll(/[a-zA-Z_:][\w:]*(?!\w)(?!\s*\()/g)]
    .map(([name]) => name)
    .filter((name) => !['and', 'or', 'unless', 'bool', 'sum', 'min', 'max'].includes(name))
}

const exported = async (): Promise<ReadonlySet<string>> => {
  const names = new Set<string>()
  for (const [, name = '', type] of (await createMetrics({ withProcess: true }).text()).matchAll(
    /^# TYPE (\S+) (\S+)$/gm,
  )) {
    names.add(name)
    if (type === 'histogram') for (const part of ['bucket', 'sum', 'count']) names.add(`${name}_${part}`)
  }
  return names
}

test('names are found in an expression, and one that nobody exports is noticed', async () => {
  const expression =
    'sum by (stage) (rate(ringback_made_up_total{stage="writer"}[5m])) > 0 and on (stage) ringback_ready == 0'
  expect(seriesOf(expression)).toEqual(['ringback_made_up_total', 'ringback_ready'])
  expect([...(await exported())]).toEqual(expect.arrayContaining(['ringback_ready', 'ringback_batch_seconds_bucket']))
  expect(await exported()).not.toContain('ringback_made_up_total')
})

test.each([...questions, ...alerts.map(({ alert, expr }) => [alert, expr] as const)])(
  '%s asks for what is exported',
  async (_, expression) => {
    const names = await exported()
    const asked = seriesOf(expression)
    expect(asked.length).toBeGreaterThan(0)
    for (const name of asked) expect([name, names.has(name) || Object.hasOwn(OTHERS, name)]).toEqual([name, true])
    for (const [, stage = ''] of expression.matchAll(/stage="([^"]*)"/g))
      expect([...SERVICES, 'ringback']).toContain(stage)
  },
)

test('every metric of ours is on the dashboard', async () => {
  const asked = new Set(questions.flatMap(([, expression]) => seriesOf(expression)))
  const shown = (name: string): boolean => asked.has(name) || asked.has(`${name}_bucket`)
  const all = [...(await createMetrics({ withProcess: false }).text()).matchAll(/^# TYPE (\S+)/gm)]
  expect(all.map(([, name = '']) => name).filter((name) => !shown(name))).toEqual([])
})

/** As GitHub makes them. */
const anchors = new Set(
  read('docs/operations.md')
    .split('\n')
    .filter((line) => /^#+ /.test(line))
    .map((line) =>
      line
        .replace(/^#+ /, '')
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
)

test.each(alerts.map((one) => [one.alert, one] as const))('%s leads somewhere', (_, { annotations, labels }) => {
  const [file, anchor = ''] = annotations.runbook.split('#')
  expect(file).toBe('docs/operations.md')
  expect([anchor, anchors.has(anchor)]).toEqual([anchor, true])
  expect(['page', 'ticket']).toContain(labels.severity)
  expect(annotations.summary).not.toBe('')
})

test('links inside docs/operations.md lead somewhere', () => {
  const links = [...read('docs/operations.md').matchAll(/\]\(#([^)]*)\)/g)].map(([, anchor = '']) => anchor)
  expect(links.length).toBeGreaterThan(5)
  for (const anchor of links) expect([anchor, anchors.has(anchor)]).toEqual([anchor, true])
})

test('panels have ids of their own, and do not lie over one another', () => {
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length)
  const taken = new Set<string>()
  for (const { gridPos } of panels)
    for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++)
      for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
        expect(taken.has(`${x}/${y}`)).toBe(false)
        taken.add(`${x}/${y}`)
      }
})

test('the alarms go off when they should, and only then', () => {
  const { error, status, stdout, stderr } = spawnSync('promtool', ['test', 'rules', 'alerts.test.yaml'], {
    cwd: join(ROOT, 'infra', 'grafana'),
    encoding: 'utf8',
  })
  if (error) {
    console.log('SKIPPED: what the alarms say of made-up series, since promtool is missing here')
    return
  }
  expect([status, stdout + stderr]).toEqual([0, expect.stringContaining('SUCCESS')])
})
