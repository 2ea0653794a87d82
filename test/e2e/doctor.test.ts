/** `doctor`: a line a check, `ok|warn|fail NAME: what to do`. CONTRACT section 3. */
import { createBench, ndjson, NOW } from './command-line.ts'

const CONFIG = { council: { name: 'B', timezone: 'Europe/London' }, tasks: [{ id: 'bin' }] }
const call = { source: 'tel', id: 'c', time: '2026-11-16T10:00:00Z', channel: 'phone' }

const linesOf = (text: string): ReadonlyMap<string, string> =>
  new Map(
    text
      .trimEnd()
      .split('\n')
      .map((line) => {
        const [, status, name, message] = /^(ok|warn|fail) ([^:]+): (.+)$/.exec(line) ?? []
        return [String(name), `${String(status)} ${String(message)}`]
      }),
  )

test('says what to do, and changes nothing', () => {
  const bench = createBench(CONFIG)
  const before = linesOf(bench.run(['doctor']).stdout)
  expect(before.get('feeds')).toMatch(/^warn .*import/)
  expect(before.get('costs')).toMatch(/^warn .*set costs\.web$/)
  expect(bench.run(['import', bench.file('calls.ndjson', ndjson([call])), '--now', NOW]).status).toBe(0)
  const first = bench.run(['doctor', '--now', NOW])
  const lines = linesOf(first.stdout)
  expect(first).toMatchObject({ status: 0, stderr: '' })
  expect([...lines.keys()]).toEqual([
    'configuration',
    'catalogue',
    'costs',
    'link key',
    'store',
    'tables',
    'rules',
    'disk',
    'clock',
    'feed tel',
  ])
  expect(lines.get('feed tel')).toMatch(/^warn .*--complete-to, or set its delay$/)
  expect(lines.get('clock')).toBe(`ok it shows ${NOW.replace('Z', '.000Z')}`)
  const again = linesOf(bench.run(['doctor', '--now', NOW]).stdout)
  // What is free on the disk is everybody's doing.
  for (const [name, line] of lines) if (name !== 'disk') expect(again.get(name)).toBe(line)
}, 60_000)

test.each([
  ['2027-05-31T23:55:00Z', 0, 'ok '],
  ['2027-05-31T23:54:59.999Z', 0, 'warn '],
  ['2000-01-01', 3, 'fail '],
])(
  'with a clock at %s',
  (now, status, said) => {
    const bench = createBench(CONFIG)
    bench.run(['import', bench.file('calls.ndjson', ndjson([call])), '--now', NOW])
    const ran = bench.run(['doctor', '--now', now])
    expect(ran.status).toBe(status)
    expect(String(linesOf(ran.stdout).get('clock')).startsWith(said)).toBe(true)
  },
  60_000,
)
