/**
 * A council's weeks, written to files as they come and imported week by week, each with the clock of its end. While one is imported the
 * next is made, and the truth waits in a file until the last one is in: what is remembered of it needs room that the product has meanwhile.
 */
import { closeSync, createReadStream, mkdirSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { formatInstant, type Instant, WEEK_MS } from '@ringback/contracts'
import type { Council, Delivery, TrueRecord } from '@ringback/council'
import type { Product } from './product.ts'
import type { TruthBook } from './truth-book.ts'

interface WeekFolder {
  readonly take: (delivery: Delivery) => void
  /** Imports what it holds and removes it. Returns how many rows were bad. */
  readonly importAll: (now: Instant) => Promise<number>
}

const createWeekFolder = (folder: string, mappings: Council['mappings'], product: Product): WeekFolder => {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder)
  const open = new Map<string, number>()
  const mapped = new Map<keyof Council['mappings'], string[]>()
  return {
    take: (delivery) => {
      if (delivery.kind === 'records') {
        const file = join(folder, `${delivery.feed}.ndjson`)
        const descriptor = open.get(file) ?? openSync(file, 'w')
        open.set(file, descriptor)
        writeSync(descriptor, delivery.records.map((record) => `${JSON.stringify(record)}\n`).join(''))
        return
      }
      // By the night of its delivery, since one comes twice.
      const file = join(folder, `${formatInstant(delivery.arrivesAt).slice(0, 10)}-${delivery.name}`)
      writeFileSync(file, delivery.text)
      mapped.set(delivery.feed, [...(mapped.get(delivery.feed) ?? []), file])
    },
    importAll: async (now) => {
      for (const descriptor of open.values()) closeSync(descriptor)
      let bad = open.size > 0 ? await product.importFiles([...open.keys()], [], now) : 0
      for (const [feed, files] of mapped) {
        const mapping = join(folder, `${feed}.yaml`)
        writeFileSync(mapping, mappings[feed])
        bad += await product.importFiles(files, ['--mapping', mapping], now)
      }
      rmSync(folder, { recursive: true })
      return bad
    },
  }
}

export interface Delivered {
  readonly records: number
  readonly bad: number
  readonly endedAt: Instant
}

/** Where the weeks go. */
export interface Destination {
  readonly folder: string
  readonly product: Product
  readonly progress: (text: string) => void
}

const createWeeks = ({ configYaml, mappings }: Council, { folder, product, progress }: Destination) => {
  writeFileSync(join(folder, 'ringback.yaml'), configYaml)
  let made = 0
  const make = (): WeekFolder => createWeekFolder(join(folder, `arrived-${++made}`), mappings, product)
  let week = make()
  let bad = 0
  /** The import of the week before. */
  let importing: Promise<void> = Promise.resolve()
  const importWeek = async (over: WeekFolder, now: Instant): Promise<void> => {
    bad += await over.importAll(now)
    progress(`imported up to ${formatInstant(now)}: ${product.spent().seconds.toFixed(0)} s so far`)
  }
  return {
    take: (delivery: Delivery): void => week.take(delivery),
    /** Begins to import what has come, when what came before is in. */
    over: async (now: Instant): Promise<void> => {
      await importing
      importing = importWeek(week, now)
      // It is waited for with the next, or at the end.
      importing.catch(() => undefined)
      week = make()
    },
    /** Resolves to how many rows were bad. */
    end: async (): Promise<number> => {
      await importing
      return bad
    },
  }
}

/** Truth that waits. */
const createTruthFile = (file: string) => {
  const descriptor = openSync(file, 'w')
  let lines: string[] = []
  const flush = (): void => {
    writeSync(descriptor, lines.join(''))
    lines = []
  }
  return {
    add: (truth: TrueRecord): void => {
      lines.push(`${JSON.stringify(truth)}\n`)
      if (lines.length === 10_000) flush()
    },
    readInto: async (book: TruthBook): Promise<void> => {
      flush()
      closeSync(descriptor)
      const read = createInterface({ input: createReadStream(file), crlfDelay: Infinity })
      for await (const line of read) book.add(JSON.parse(line) as TrueRecord)
      rmSync(file)
    },
  }
}

/**
 * Fills the book, and imports week by week; without a destination the book alone. What comes after the last week is imported
 * with it: late e-mails, and contacts that come again.
 */
export const deliverCouncil = async (
  council: Council,
  book: TruthBook,
  destination?: Destination,
): Promise<Delivered> => {
  const weeks = destination && createWeeks(council, destination)
  const truths = destination && createTruthFile(join(destination.folder, 'truth.ndjson'))
  let weekEnd = council.start + WEEK_MS
  let records = 0
  let endedAt = council.start
  for (const output of council.everything()) {
    if (output.kind === 'truth') {
      ;(truths ?? book).add(output.truth)
      continue
    }
    for (; output.arrivesAt >= weekEnd && weekEnd < council.end; weekEnd += WEEK_MS) await weeks?.over(weekEnd)
    endedAt = output.arrivesAt
    if (output.kind === 'records') {
      book.addRecords(output.records)
      records += output.records.length
    } else records += output.text.split('\r\n').length - 2
    weeks?.take(output)
  }
  await weeks?.over(endedAt + 60_000)
  const bad = (await weeks?.end()) ?? 0
  await truths?.readInto(book)
  return { records, bad, endedAt }
}
