/** The worked examples of the law, which lie beside the repository (`shared/examples/README.md`). */
import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { RawRecord } from './reference/plain-edge.ts'
import type { ReferenceConfig } from './reference/types.ts'

type Row = Readonly<Record<string, unknown>>

export interface LawExample {
  readonly title: string
  /** `ringback.yaml` as JSON. */
  readonly catalogue: ReferenceConfig
  /** Where rates are expected: the clock, and how far every contact feed was declared complete. */
  readonly now?: string
  readonly complete_to?: string
  readonly web: readonly RawRecord[]
  readonly contacts: readonly RawRecord[]
  readonly profiles: readonly RawRecord[]
  /** Rows of CONTRACT section 4, as far as they do not depend on the key. */
  readonly expected: {
    readonly journeys: readonly Row[]
    readonly contacts: readonly Row[]
    readonly task_rates?: readonly Row[]
    readonly contact_rates?: readonly Row[]
  }
}

/** "Read them with `now` = …, where a line gives no `now` of its own." */
export const EXAMPLES_NOW = '2027-06-01T00:00:00Z'

/**
 * This example has one leg under three conversations and expects one contact: as if a leg were the same record whatever its
 * conversation. The law's table says `source` + `conversation` + `id`, so there are three (docs/semantics-notes.md); the
 * one that the example gives must still be right.
 */
export const AGAINST_THE_TABLE = 'maxCarriers, superseded conversations'

/** Undefined, and said so, where they are not there. Tests run in the repository's root. */
export const readLawExamples = (): readonly LawExample[] | undefined => {
  const file = resolve(process.cwd(), '../shared/examples/law.ndjson')
  if (!existsSync(file)) {
    console.warn(`SKIPPED: the worked examples of the law are not at ${file}`)
    return undefined
  }
  const lines = readFileSync(file, 'utf8').split('\n')
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as LawExample)
}
