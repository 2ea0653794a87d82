/** What is past is forgotten in silence: what was concluded from it stays (SEMANTICS section 9). */
import { createAssemble } from '@ringback/assembler'
import { configSchema, DAY_MS, type EdgeRecord } from '@ringback/contracts'
import { createCorrelate } from '@ringback/correlator'
import type { NodeState } from '@ringback/households'
import { createRules } from '@ringback/journeys'
import { toEdgeRecords } from '../scenarios/judge-records.ts'

const config = configSchema.parse({ council: { name: 'B', timezone: 'Europe/London' }, tasks: [{ id: 'bin' }] })
const rules = createRules(config)
const BEGIN = Date.UTC(2026, 0, 5, 9)
const identifiers = { email: 'jo@example.org' }
const none = { web: [], contacts: [], profiles: [] }

const visit = (id: string, at: number): EdgeRecord[] =>
  toEdgeRecords(config, at, {
    ...none,
    web: [
      {
        id,
        session: id,
        time: new Date(at).toISOString(),
        type: 'page_view',
        task: 'bin',
        linking: 'consent',
        identifiers,
      },
    ],
  })
const call = (id: string, at: number): EdgeRecord[] =>
  toEdgeRecords(config, at, {
    ...none,
    contacts: [{ source: 't', id, channel: 'phone', time: new Date(at).toISOString(), tasks: ['bin'], identifiers }],
  })
const profile = (at: number): EdgeRecord[] =>
  toEdgeRecords(config, at, {
    ...none,
    profiles: [{ source: 'crm', id: 'p', identifiers: { ...identifiers, crm: '7' } }],
  })

/** A household's life: what is said at each step, and whose facts are remembered after it. */
const createLife = () => {
  const nodes = new Map<string, NodeState>()
  const assemble = createAssemble(rules)
  const correlate = createCorrelate(rules)
  let offset = 0
  return (records: readonly EdgeRecord[], now: number) => {
    const { conclusions } = correlate(nodes, assemble(records).messages, now, ++offset)
    const remembered = [...nodes.values()].flatMap(({ root }) => (root?.facts ?? []).map(([name]) => name))
    return {
      said: conclusions.map(({ id, kind, json }) =>
        json === undefined ? `-${kind}` : `${kind}:${id.length > 20 ? '' : id}`,
      ),
      remembered: remembered.sort((a, b) => (a < b ? -1 : 1)),
    }
  }
}

test('a stretch received more than the retention ago goes, without a withdrawal, when its household changes', () => {
  const live = createLife()
  expect(live([...visit('a', BEGIN), ...call('c', BEGIN + 3_600_000)], BEGIN + 3_600_000).remembered).toEqual([
    'contact:t:c',
    'session:a',
  ])
  const later = BEGIN + 31 * DAY_MS
  const step = live(visit('b', later), later)
  expect(step.remembered).toEqual(['session:b'])
  expect(step.said).toEqual(['journey:'])
})

test('what is within reach of a living stretch stays with it', () => {
  const live = createLife()
  live(visit('a', BEGIN), BEGIN)
  for (let day = 6; day <= 36; day += 6) live(visit(`d${day}`, BEGIN + day * DAY_MS), BEGIN + day * DAY_MS)
  const now = BEGIN + 40 * DAY_MS
  expect(live(visit('z', now), now).remembered).toContain('session:a')
})

test('a profile is kept for its own, longer time', () => {
  const live = createLife()
  live(profile(BEGIN), BEGIN)
  const later = BEGIN + 390 * DAY_MS
  // It lives by being said again, with the received time that it has.
  expect(live([...profile(BEGIN), ...visit('b', later)], later).remembered).toEqual(['profile:crm:p', 'session:b'])
  const past = BEGIN + 401 * DAY_MS
  expect(live([...profile(BEGIN), ...visit('c', past)], past).remembered).not.toContain('profile:crm:p')
})

test('nothing is forgotten of a history that was received at once', () => {
  const live = createLife()
  const now = BEGIN + 300 * DAY_MS
  const old = [...visit('a', BEGIN), ...visit('b', BEGIN + 100 * DAY_MS)].map((record) => ({
    ...record,
    received: now,
  }))
  live(old, now)
  const soon = now + 29 * DAY_MS
  expect(live(visit('c', soon), soon).remembered).toEqual(['session:a', 'session:b', 'session:c'])
})
