/** An edge with a key and a small catalogue, for tests. */
import { configSchema, type RecordKind } from '@ringback/contracts'
import { createTokeniser } from '@ringback/identity'
import { createRules } from '@ringback/journeys'
import { type Accepted, createIntake, type Door, type EdgeCounts } from '../intake.ts'

/** A Monday, in winter time. */
export const RECEIVED = Date.UTC(2026, 10, 16, 12)

const config = configSchema.parse({
  council: { name: 'B', timezone: 'Europe/London' },
  tasks: [{ id: 'bin', urls: ['/bins*'] }, { id: 'badge' }],
  identity: { stopList: ['01632 960000', 'crm:ANON'] },
})

export const tokeniser = createTokeniser({
  key: Buffer.from('a key of thirty-two characters !'),
  region: 'GB',
  stopList: config.identity.stopList,
})

export interface TestEdge {
  readonly accept: (raw: unknown, door?: Door) => Accepted
  readonly counts: EdgeCounts
}

export const createEdge = (): TestEdge => {
  const intake = createIntake(tokeniser, createRules(config))
  const counts: EdgeCounts = { unknownTask: 0, noToken: {} }
  return { counts, accept: (raw, door = {}) => intake.accept(raw, door, RECEIVED, counts) }
}

/** The least that a record of each kind has. */
export const LEAST: Readonly<Record<RecordKind, Readonly<Record<string, unknown>>>> = {
  web: { id: 'e-1', time: '2026-11-16T09:12:03Z', session: 's-1', type: 'page_view' },
  contacts: { source: 'telephony', id: 'c-1', time: '2026-11-16T11:26:00Z', channel: 'phone' },
  profiles: { source: 'crm', id: 'p-1', identifiers: {} },
}
