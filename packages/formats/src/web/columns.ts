/** The columns of one file by name, however case and separators of its header are written. */
import { columnKey } from '../csv-header.ts'
import type { JsonObject } from '../unit.ts'

export interface Columns {
  /** The row's own name for a column; undefined if it has none. */
  readonly named: (row: JsonObject, name: string) => string | undefined
  /** Likewise of one whose name ends with a version: `contexts_…_1_0_0`. */
  readonly versioned: (row: JsonObject, stem: string) => string | undefined
}

/** All rows of a file have the columns of its first one. */
export const createColumns = (): Columns => {
  let byKey: ReadonlyMap<string, string> | undefined
  const versions = new Map<string, string | undefined>()
  const columnsOf = (row: JsonObject): ReadonlyMap<string, string> =>
    (byKey ??= new Map(Object.keys(row).map((column) => [columnKey(column), column])))
  const findVersioned = (row: JsonObject, stem: string): string | undefined => {
    const start = columnKey(stem)
    for (const [key, column] of columnsOf(row))
      if (key.startsWith(start) && /^\d+$/.test(key.slice(start.length))) return column
    return undefined
  }
  return {
    named: (row, name) => columnsOf(row).get(columnKey(name)),
    versioned: (row, stem) => {
      if (!versions.has(stem)) versions.set(stem, findVersioned(row, stem))
      return versions.get(stem)
    },
  }
}
