/** Conclusions as the rows of an insert: one JSON line each, encoded once and never again. */
import { type Table, TABLES, type VersionedConclusion } from '@ringback/pipeline'
import { toRowLine, toWithdrawalLine } from '@ringback/warehouse'

export interface EncodedRows {
  readonly table: Table
  readonly rows: number
  readonly body: Buffer
}

const TABLE_OF: Readonly<Record<VersionedConclusion['kind'], Table>> = { journey: 'journeys', contact: 'contacts' }

/** The line that brings a conclusion to its table. */
export const toLine = ({
  kind,
  id,
  json,
  version,
}: VersionedConclusion): { readonly table: Table; readonly line: string } => {
  const table = TABLE_OF[kind]
  return { table, line: json === undefined ? toWithdrawalLine(table, id, version) : toRowLine(json, version) }
}

/** One body a table that has any. */
export const encodeConclusions = (conclusions: readonly VersionedConclusion[]): readonly EncodedRows[] => {
  const lines: Record<Table, string[]> = { journeys: [], contacts: [] }
  for (const conclusion of conclusions) {
    const { table, line } = toLine(conclusion)
    lines[table].push(line)
  }
  return TABLES.flatMap((table) => {
    const rows = lines[table].length
    return rows === 0 ? [] : [{ table, rows, body: Buffer.from(lines[table].join('\n')) }]
  })
}
