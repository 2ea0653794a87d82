/** Gathers what units become, as the rows of a batch. */
import type { Refusal } from '@ringback/contracts'
import type { Converted } from './format.ts'
import type { Batch, Row } from './reader.ts'

export interface Rows {
  readonly add: (line: number, converted: Converted) => void
  readonly refuse: (line: number, refusal: Refusal) => void
  /** What has come since the last time. */
  readonly take: () => Batch
}

export const createRows = (): Rows => {
  let rows: Row[] = []
  let skipped = 0
  let ambiguousTimes = 0
  let lastLine = 0
  let onLine = 0

  const push = (line: number, row: { readonly value: unknown } | { readonly refusal: Refusal }): void => {
    onLine = line === lastLine ? onLine + 1 : 1
    lastLine = line
    rows.push(onLine === 1 ? { line, ...row } : { line, onLine, ...row })
  }
  return {
    add: (line, converted) => {
      if (converted.kind === 'skip') skipped++
      else if (converted.kind === 'bad') push(line, { refusal: converted.refusal })
      else {
        push(line, { value: converted.value })
        if (converted.hasAmbiguousTime === true) ambiguousTimes++
      }
    },
    refuse: (line, refusal) => push(line, { refusal }),
    take: () => {
      const batch: Batch = { kind: 'batch', rows, skipped, ambiguousTimes }
      rows = []
      skipped = 0
      ambiguousTimes = 0
      return batch
    },
  }
}
