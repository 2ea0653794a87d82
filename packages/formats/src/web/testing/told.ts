/** What a conversion said, short enough to stand in a table of a test. */
import { createZone } from '@ringback/contracts'
import type { Converted, FormatContext } from '../../format.ts'
import type { RawRecord } from '../../mapped-record.ts'

export const LONDON: FormatContext = {
  zone: createZone('Europe/London'),
  pseudonymOf: (value) => `p${[...value].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 1_000_003, 7)}`,
}

export const recordsOf = (converted: readonly Converted[]): readonly RawRecord[] =>
  converted.flatMap((one) => (one.kind === 'record' ? [one.value] : []))

const WORDS = ['step', 'code', 'result', 'results', 'useful']

/** `type word` of each record, `skip`, or `reason pointer`. */
export const told = (converted: readonly Converted[]): readonly string[] =>
  converted.map((one) => {
    if (one.kind === 'skip') return 'skip'
    if (one.kind === 'bad') return `${one.refusal.reason} ${one.refusal.pointer}`
    const words = WORDS.flatMap((name) => one.value[name] ?? [])
    return [one.value['type'], ...words].map(String).join(' ')
  })
