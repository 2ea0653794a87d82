/** What the council's systems have sent before the demo begins: as files, through the same import as anybody's. */
import { once } from 'node:events'
import { createWriteStream, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Instant } from '@ringback/contracts'
import type { Council, Delivery } from '@ringback/council'
import { parseMapping } from '@ringback/formats'
import { RingbackError } from '@ringback/pipeline'
import type { EmbeddedHouse } from '../house.ts'
import { type ImportSummary, runImport } from '../import-command.ts'
import type { Io } from '../io.ts'

const RECORDS = 'records'
/** The event loop gets its turn after so many deliveries: the page is up already. */
const DELIVERIES_AT_ONCE = 500

export interface History {
  readonly read: number
  readonly seconds: number
}

/** Writes what arrives before `until` into one file a feed; resolves to the files by feed. What comes next stays in the iterator. */
const writeFiles = async (
  deliveries: Iterator<Delivery>,
  until: Instant,
  folder: string,
  io: Io,
): Promise<{ readonly files: ReadonlyMap<string, readonly string[]>; readonly next: Delivery | undefined }> => {
  const files = new Map<string, string[]>()
  const path = join(folder, 'records.ndjson')
  const records = createWriteStream(path)
  files.set(RECORDS, [path])
  let written = 0
  let next: Delivery | undefined
  for (let count = 0; ; count++) {
    const { value, done } = deliveries.next()
    if (done === true) break
    if (value.arrivesAt >= until) {
      next = value
      break
    }
    if (value.kind === 'records') {
      written += value.records.length
      const lines = value.records.map((record) => `${JSON.stringify(record)}\n`).join('')
      if (!records.write(lines)) await once(records, 'drain')
    } else {
      const name = join(folder, value.name)
      writeFileSync(name, value.text)
      files.set(value.feed, [...(files.get(value.feed) ?? []), name])
    }
    if (count % DELIVERIES_AT_ONCE === 0) {
      io.progress(`made up ${written.toLocaleString('en-GB')} records`)
      await new Promise((resume) => setImmediate(resume))
    }
  }
  records.end()
  await once(records, 'finish')
  return { files, next }
}

const mappingOf = (council: Council, feed: string) => {
  if (feed === RECORDS) return undefined
  const parsed = parseMapping(council.mappings[feed as keyof Council['mappings']])
  if (parsed.kind === 'bad') throw new RingbackError('input', `the mapping of ${feed} cannot be read`)
  return parsed.value
}

/** Resolves, when all of it is in the tables, to what was read, and to the first delivery that is still to come. */
export const loadHistory = async (
  house: EmbeddedHouse,
  council: Council,
  deliveries: Iterator<Delivery>,
  until: Instant,
  io: Io,
): Promise<{ readonly history: History; readonly next: Delivery | undefined }> => {
  const began = io.clock()
  const folder = join(house.dataDir, 'demo')
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder)
  const { files, next } = await writeFiles(deliveries, until, folder, io)
  let read = 0
  for (const [feed, names] of files) {
    const summary: ImportSummary = await runImport(
      house,
      {
        files: names,
        kind: undefined,
        source: undefined,
        format: 'ringback',
        mapping: mappingOf(council, feed),
        completeTo: undefined,
      },
      io,
    )
    read += summary.read
  }
  rmSync(folder, { recursive: true, force: true })
  return { history: { read, seconds: (io.clock() - began) / 1_000 }, next }
}
