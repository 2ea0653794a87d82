/** What a conversion said, short enough to stand in a table of a test. */
import { createHash } from 'node:crypto'
import { createZone } from '@ringback/contracts'
import type { Converted, FormatContext } from '../../format.ts'
import type { RawRecord } from '../../mapped-record.ts'

export const LONDON: FormatContext = {
  zone: createZone('Europe/London'),
  pseudonymOf: (value) => createHash('sha256').update(value).digest('base64url').slice(0, 8),
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
