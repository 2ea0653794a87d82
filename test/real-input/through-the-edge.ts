/** What others exported, through its reader and the edge, as the tests of this folder look at it. */
import { Readable } from 'node:stream'
import { createIntake, type Door, type EdgeCounts } from '@ringback/collector'
import { configSchema } from '@ringback/contracts'
import { createTokeniser } from '@ringback/identity'
import { createRules } from '@ringback/journeys'
import {
  type Batch,
  describeInputProblem,
  type Input,
  type InputProblem,
  openInput,
} from '../../packages/formats/src/index.ts'

export type Raw = Record<string, unknown>

const NOW = Date.UTC(2026, 10, 24)

/** Of a council that lies in `region`. */
export const createEdge = (region: 'US' | 'GB') => {
  const config = configSchema.parse({ council: { name: 'Real inputs', timezone: 'America/New_York', region } })
  const tokeniser = createTokeniser({ key: Buffer.alloc(32, 1), region, stopList: [] })
  const intake = createIntake(tokeniser, createRules(config))

  /** `bad` as `line: reason pointer`. Throws for a problem with the input as a whole. */
  return async (batches: AsyncIterable<Batch | InputProblem>, door: Door) => {
    const edge: EdgeCounts = { unknownTask: 0, noToken: {} }
    const accepted: Raw[] = []
    const bad: string[] = []
    let skipped = 0
    let ambiguousTimes = 0
    for await (const batch of batches) {
      if (batch.kind !== 'batch') throw new Error(describeInputProblem(batch))
      skipped += batch.skipped
      ambiguousTimes += batch.ambiguousTimes
      for (const row of batch.rows) {
        const result =
          'refusal' in row
            ? ({ kind: 'bad', refusal: row.refusal } as const)
            : intake.accept(row.value, door, NOW, edge)
        if (result.kind === 'bad') bad.push(`${row.line}: ${result.refusal.reason} ${result.refusal.pointer}`)
        else if ('value' in row) accepted.push(row.value as Raw)
      }
    }
    const read = accepted.length + skipped + bad.length
    return { accepted, edge, counts: { read, accepted: accepted.length, skipped, bad, ambiguousTimes } }
  }
}

export const openFile = async (path: string): Promise<Input> => {
  const opened = await openInput(path, Readable.from([]))
  if (opened.kind === 'bad') throw new Error(describeInputProblem(opened.problem))
  return opened.input
}

export const tally = (records: readonly Raw[], field: string): Record<string, number> => {
  const counts: Record<string, number> = {}
  for (const record of records)
    for (const value of [record[field] ?? []].flat()) {
      const name = typeof value === 'string' ? value : JSON.stringify(value)
      counts[name] = (counts[name] ?? 0) + 1
    }
  return counts
}
