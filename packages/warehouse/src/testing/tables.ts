/** Tables for tests: one folder a test file, gone with it; a database of its own wherever a test wants empty tables. */
import type { ContactRow, JourneyRow } from '@ringback/contracts'
import { configSchema, type Config } from '@ringback/contracts'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { toRowLine, type Unwritable } from '../conclusions.ts'
import { openEmbedded, type Warehouse } from '../warehouse.ts'

export interface TestTables {
  readonly dataDir: string
  /** Empty tables, migrated. */
  readonly fresh: () => Promise<Warehouse>
  readonly close: () => Promise<void>
}

/** The engine has one folder at a time: close before another test file of the same process opens its own. */
export const createTestTables = (): TestTables => {
  const dataDir = mkdtempSync(join(tmpdir(), `warehouse-${process.env['JEST_WORKER_ID'] ?? ''}-`))
  const open: Warehouse[] = []
  return {
    dataDir,
    fresh: async () => {
      const warehouse = await openEmbedded({ dataDir, database: `tables_${open.length}` })
      open.push(warehouse)
      await warehouse.migrate()
      return warehouse
    },
    close: async () => {
      for (const warehouse of open) await warehouse.close()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

export const parseConfig = (file: unknown): Config => configSchema.parse(file)

const refuse = ({ table, cause }: Unwritable): never => {
  throw new Error(`unwritable row of ${table}`, { cause })
}

export const insertRows = (
  warehouse: Warehouse,
  rows: { readonly journeys?: readonly JourneyRow[]; readonly contacts?: readonly ContactRow[] },
  version = '1',
): Promise<void> => {
  const lines = (all: readonly object[] = []): string[] => all.map((row) => toRowLine(JSON.stringify(row), version))
  return warehouse.insertConclusions({ journeys: lines(rows.journeys), contacts: lines(rows.contacts) }, refuse)
}

export const toArray = async <Row>(rows: AsyncIterable<Row>): Promise<Row[]> => {
  const all: Row[] = []
  for await (const row of rows) all.push(row)
  return all
}

const AT = '2026-11-10T12:00:00.000Z'

export const journeyRow = (row: Partial<JourneyRow> = {}): JourneyRow => ({
  journey_id: 'j-1',
  task: 'missed-bin',
  family: 'waste',
  intent: 'transaction',
  resident: 'email:a',
  household: 'email:a',
  sessions: ['s-1'],
  segments: 1,
  device_class: null,
  first_at: AT,
  last_at: AT,
  completed_at: null,
  outcome: 'abandoned',
  cause: 'gave_up',
  signals: [],
  steps: ['address'],
  last_step: 'address',
  reachable: true,
  return_kind: null,
  flagged: false,
  first_contact_id: null,
  first_contact_at: null,
  first_contact_channel: null,
  gap_seconds: null,
  basis: null,
  topic: null,
  confidence: null,
  contacts: 0,
  cost: 0,
  placebo: false,
  window_ends_at: '2026-11-13T12:00:00.000Z',
  rule_version: 'rules-1',
  resumable_until: '2026-11-11T12:00:00.000Z',
  tokens: ['email:a'],
  ...row,
})

export const contactRow = (row: Partial<ContactRow> = {}): ContactRow => ({
  contact_id: 'telephony:c-1',
  source: 'telephony',
  channel: 'phone',
  started_at: AT,
  day: '2026-11-10',
  handle_seconds: null,
  answered: true,
  resident: 'email:a',
  household: 'email:a',
  tasks: [],
  families: [],
  verdict: 'unrelated',
  reason: 'no_web_journey',
  journey_id: null,
  basis: null,
  topic: null,
  confidence: null,
  gap_seconds: null,
  folded_into: null,
  repeat_of: null,
  repeat_index: 0,
  rule_version: 'rules-1',
  tokens: ['email:a'],
  ...row,
})
