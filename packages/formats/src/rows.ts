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

  /** Which on its line the next one is; the first has no need to say. */
  const place = (line: number): { readonly line: number; readonly onLine?: number } => {
    onLine = line === lastLine ? onLine + 1 : 1
    lastLine = line
    return onLine === 1 ? { line } : { line, onLine }
  }
  const refuse = (line: number, refusal: Refusal): void => {
    rows.push(Object.assign(place(line), { refusal }))
  }
  return {
    add: (line, converted) => {
      if (converted.kind === 'skip') skipped++
      else if (converted.kind === 'bad') refuse(line, converted.refusal)
      else {
        rows.push(Object.assign(place(line), { value: converted.value }))
        if (converted.hasAmbiguousTime === true) ambiguousTimes++
      }
    },
    refuse,
    take: () => {
      const batch: Batch = { kind: 'batch', rows, skipped, ambiguousTimes }
      rows = []
      skipped = 0
      ambiguousTimes = 0
      return batch
    },
  }
}
