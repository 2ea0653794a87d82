/** Where `redrive` finds again what bad rows held: sealed copies of what came over HTTP, and lines of files that are still there. */
import { existsSync } from 'node:fs'
import { Readable } from 'node:stream'
import type { Door, Seal } from '@ringback/collector'
import type { Refusal } from '@ringback/contracts'
import {
  createLineReader,
  findFormat,
  type FormatContext,
  openInput,
  readBatches,
  ringbackFormat,
  splitBlocks,
} from '@ringback/formats'
import type { RedrivableBadRow } from '@ringback/warehouse'

/** What a bad row held: records to be looked at once more, or a refusal that stands. */
export type Found =
  | { readonly kind: 'records'; readonly door: Door; readonly records: readonly unknown[] }
  | { readonly kind: 'bad'; readonly refusal: Refusal }
  /** It is gone. */
  | { readonly kind: 'lost' }
  /** It is where redrive cannot read: another import of it can. */
  | { readonly kind: 'elsewhere' }

const LOST: Found = { kind: 'lost' }

const parseJson = (text: string): { readonly value: unknown } | undefined => {
  try {
    return { value: JSON.parse(text) as unknown }
  } catch {
    return undefined
  }
}

const asBot = (record: unknown): unknown =>
  typeof record === 'object' && record !== null && !Array.isArray(record) ? { ...record, actor: 'bot' } : record

/** Of the sealed copy of a bad row that came over HTTP. */
export const findSealed = (row: RedrivableBadRow, seal: Seal, context: FormatContext): Found => {
  const sealed = row.sealed === '' ? undefined : seal.unseal(row.sealed, row.id)
  const parsed = sealed && parseJson(sealed.text)
  if (!sealed || !parsed) return LOST
  const { kind, source, isBot = false } = sealed
  const door = { kind, source }
  if (sealed.format === undefined)
    return { kind: 'records', door, records: [isBot ? asBot(parsed.value) : parsed.value] }
  const converted = findFormat(sealed.format)?.open(context)(parsed.value)
  if (!converted) return LOST
  const refused = converted.find((one) => one.kind === 'bad')
  if (refused) return { kind: 'bad', refusal: refused.refusal }
  return { kind: 'records', door, records: converted.flatMap((one) => (one.kind === 'record' ? [one.value] : [])) }
}

/** A line of a file, as `import` names it. */
const FILE_PLACE = /^(\/.*):(\d+)$/s
/** What a mapping or another format made of a file is read with them alone. */
const OF_TABLES = new Set(['csv_row', 'unmapped_value'])

export interface FileRows {
  readonly file: string
  readonly byLine: ReadonlyMap<number, RedrivableBadRow>
}

/** Those that lie in files, by file; and all others. */
export const groupByFile = (rows: readonly RedrivableBadRow[]) => {
  const files = new Map<string, Map<number, RedrivableBadRow>>()
  const others: RedrivableBadRow[] = []
  for (const row of rows) {
    const [, file, line] = FILE_PLACE.exec(row.place) ?? []
    if (file === undefined || OF_TABLES.has(row.reason)) {
      others.push(row)
      continue
    }
    const byLine = files.get(file) ?? new Map<number, RedrivableBadRow>()
    files.set(file, byLine.set(Number(line), row))
  }
  return { files: [...files].map(([file, byLine]): FileRows => ({ file, byLine })), others }
}

/** Reads a file once. A line that is not there any more is lost. */
export async function* findInFile({ file, byLine }: FileRows): AsyncGenerator<readonly [RedrivableBadRow, Found]> {
  const left = new Map(byLine)
  const opened = existsSync(file) ? await openInput(file, Readable.from([])) : undefined
  if (opened?.kind === 'pass') {
    const { input } = opened
    try {
      for await (const batch of readBatches(splitBlocks(input.chunks), createLineReader(ringbackFormat))) {
        if (batch.kind !== 'batch') break
        for (const found of batch.rows) {
          const row = left.get(found.line)
          if (!row) continue
          left.delete(found.line)
          const door = { kind: ringbackKind(row), source: row.source ?? undefined }
          yield [
            row,
            'refusal' in found
              ? { kind: 'bad', refusal: found.refusal }
              : { kind: 'records', door, records: [found.value] },
          ]
        }
        if (left.size === 0) break
      }
    } finally {
      await input.close()
    }
  }
  for (const row of left.values()) yield [row, LOST]
}

const ringbackKind = ({ kind }: RedrivableBadRow): Door['kind'] =>
  kind === 'web' || kind === 'contacts' || kind === 'profiles' ? kind : undefined
