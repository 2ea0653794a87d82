/** Conclusions as the rows of an insert: one JSON line each, encoded once and never again. */
import { type Table, TABLES } from '@ringback/pipeline'
import { toRowLine, toWithdrawalLine } from '@ringback/warehouse'

/** A row, or its withdrawal, with the version by which it prevails. */
export interface VersionedConclusion {
  readonly kind: 'journey' | 'contact'
  readonly id: string
  /** The row as JSON; undefined: withdrawn. */
  readonly json: string | undefined
  readonly version: string
}

export interface EncodedRows {
  readonly table: Table
  readonly rows: number
  readonly body: Buffer
}

const KIND: Readonly<Record<Table, VersionedConclusion['kind']>> = { journeys: 'journey', contacts: 'contact' }

/** One body a table that has any. */
export const encodeConclusions = (conclusions: readonly VersionedConclusion[]): readonly EncodedRows[] =>
  TABLES.flatMap((table) => {
    const lines = conclusions
      .filter(({ kind }) => kind === KIND[table])
      .map(({ id, json, version }) =>
        json === undefined ? toWithdrawalLine(table, id, version) : toRowLine(json, version),
      )
    return lines.length === 0 ? [] : [{ table, rows: lines.length, body: Buffer.from(lines.join('\n')) }]
  })
