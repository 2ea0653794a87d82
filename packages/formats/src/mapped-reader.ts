/** Reads a CSV by a mapping. */
import { createCsvReader } from './csv-reader.ts'
import { createRecordMapper, mappedColumns } from './mapped-record.ts'
import type { Mapping } from './mapping.ts'
import type { Reader } from './reader.ts'

/** `file` is how a problem names it. The header is judged before any row is given: a mapped column missing ends all. */
export const createMappedReader = (mapping: Mapping, file: string): Reader =>
  createCsvReader({
    csv: mapping.csv,
    file,
    wanted: mappedColumns(mapping),
    open: ({ columns }) => {
      const toRecord = createRecordMapper(mapping, columns)
      return (cells, rows, line) => rows.add(line, toRecord(cells))
    },
  })
