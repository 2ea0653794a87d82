/** What was sent so far, and the rows that the reference law says of it. */
import { configSchema, DAY_MS } from '@ringback/contracts'
import { type RawRecord, referenceLaw } from '@ringback/testkit'
import { toEdgeRecords } from '../scenarios/judge-records.ts'
import { toReferenceRecords } from '../scenarios/worlds.ts'
import { COUNCIL, type WorldRecord } from './council.ts'

export interface Row {
  readonly [column: string]: unknown
}

/** By kind and id: the row as text. */
export type Rows = ReadonlyMap<string, string>

/** Rows as the law says them: what the tables add goes. */
const ADDED = new Set(['rule_version', 'version', 'tokens', 'resumable_until'])

export const idOf = (row: Row): string =>
  typeof row['contact_id'] === 'string' ? `contact ${row['contact_id']}` : `journey ${String(row['journey_id'])}`

export const comparable = (row: Row): string =>
  JSON.stringify(
    Object.fromEntries(
      Object.entries(row)
        .filter(([column]) => !ADDED.has(column))
        .sort(byName),
    ),
  )

const byName = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => (a < b ? -1 : 1)

const config = configSchema.parse(COUNCIL)

/** The worlds that show a token: the law of each alone is the law of all only where nobody is of two. */
type Homes = Map<string, number>

const lawOf = (sent: readonly WorldRecord[], clock: number, homes: Homes): Row[] => {
  const of = (kind: WorldRecord['kind']): RawRecord[] =>
    sent.filter((one) => one.kind === kind).map(({ record }) => record)
  const raw = { web: of('web'), contacts: of('contacts'), profiles: of('profiles') }
  const records = toEdgeRecords(config, clock + 2 * DAY_MS, raw)
  const world = sent[0]?.world ?? 0
  for (const token of records.flatMap(({ tokens }) => tokens)) {
    if ((homes.get(token) ?? world) !== world) throw new Error(`worlds ${world} and ${homes.get(token)} share ${token}`)
    homes.set(token, world)
  }
  const all = [...raw.web, ...raw.contacts, ...raw.profiles]
  const { journeys, contacts } = referenceLaw(toReferenceRecords(all, records), COUNCIL)
  return [...journeys, ...contacts] as unknown as Row[]
}

const toRows = (rows: readonly Row[]): Map<string, string> => new Map(rows.map((row) => [idOf(row), comparable(row)]))

export interface Ledger {
  readonly add: (sent: readonly WorldRecord[]) => void
  /** Records so far, each once. */
  readonly size: () => number
  readonly expected: () => Rows
}

export const createLedger = (clock: number): Ledger => {
  const homes: Homes = new Map()
  const worlds = new Map<number, { readonly sent: Set<WorldRecord>; rows: Rows | undefined }>()
  return {
    add: (sent) => {
      for (const one of sent) {
        const known = worlds.get(one.world) ?? { sent: new Set(), rows: undefined }
        worlds.set(one.world, known)
        if (known.sent.has(one)) continue
        known.sent.add(one)
        known.rows = undefined
      }
    },
    size: () => [...worlds.values()].reduce((sum, { sent }) => sum + sent.size, 0),
    expected: () => {
      const all = new Map<string, string>()
      for (const known of worlds.values()) {
        known.rows ??= toRows(lawOf([...known.sent], clock, homes))
        for (const [id, row] of known.rows) all.set(id, row)
      }
      return all
    },
  }
}

/** What is wrong with rows that were read, by a few examples; undefined: nothing. */
export const differenceOf = (expected: Rows, read: readonly Row[]): string | undefined => {
  const wrong: string[] = []
  const seen = new Set<string>()
  for (const row of read) {
    const id = idOf(row)
    const wanted = expected.get(id)
    if (seen.has(id)) wrong.push(`twice: ${id}`)
    else if (wanted === undefined) wrong.push(`too many: ${id} ${comparable(row)}`)
    else if (wanted !== comparable(row)) wrong.push(`other: ${id}\n    is   ${comparable(row)}\n    must ${wanted}`)
    seen.add(id)
  }
  for (const [id, wanted] of expected) if (!seen.has(id)) wrong.push(`missing: ${id} ${wanted}`)
  if (wrong.length === 0) return undefined
  return `${wrong.length} of ${expected.size} rows are wrong:\n  ${wrong.slice(0, 5).join('\n  ')}`
}
