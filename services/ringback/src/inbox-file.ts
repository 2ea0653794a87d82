/**
 * One file of the inbox folder: imported, and then moved, with a report beside it. It is read under the name that it keeps, so that its
 * bad rows can be found again. Killed at any point, it lies in the inbox still, or twice; it is imported again, which changes nothing.
 */
import { existsSync, linkSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { formatInstant, type Instant } from '@ringback/contracts'
import { RingbackError } from '@ringback/pipeline'
import type { ImportSummary } from './import-command.ts'

export interface InboxFile {
  /** The folder that it lies in. */
  readonly folder: string
  readonly name: string
}

/** What tells that a file is as it was. */
export interface Stamp {
  readonly inode: number
  readonly size: number
  readonly writtenAt: Instant
}

/** undefined: it is gone, or no file. */
export const stampOf = ({ folder, name }: InboxFile): Stamp | undefined => {
  const found = statSync(join(folder, name), { throwIfNoEntry: false })
  return found?.isFile() ? { inode: found.ino, size: found.size, writtenAt: Math.floor(found.mtimeMs) } : undefined
}

export const isSame = (a: Stamp | undefined, b: Stamp | undefined): boolean =>
  a?.inode === b?.inode && a?.size === b?.size && a?.writtenAt === b?.writtenAt

const reportOf = (name: string): string => `${name}.report.json`

/** `calls.csv`, `calls-2.csv`, …: the first that is free, or is this very file already. */
const nameIn = (folder: string, name: string, inode: number): string => {
  const [, stem = name, ending = ''] = /^([^.]*)(.*)$/s.exec(name) ?? []
  for (let count = 1; ; count++) {
    const candidate = count === 1 ? name : `${stem}-${count}${ending}`
    const there = stampOf({ folder, name: candidate })
    if (there ? there.inode === inode : !existsSync(join(folder, reportOf(candidate)))) return candidate
  }
}

/** Under both names, where the file system can; else under the one that it has. */
const link = (from: string, to: string): string => {
  try {
    linkSync(from, to)
    return to
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return to
    return from
  }
}

export interface InboxReport {
  readonly file: string
  readonly status: 'done' | 'failed'
  readonly at: string
  readonly summary: ImportSummary | null
  /** What the import said; never what stands in the file. */
  readonly said: readonly string[]
  readonly what_to_do: string | null
}

const writeReport = (folder: string, report: InboxReport): void => {
  const file = join(folder, reportOf(report.file))
  writeFileSync(`${file}.part`, `${JSON.stringify(report, null, 2)}\n`, { mode: 0o600 })
  renameSync(`${file}.part`, file)
}

const adviceOn = ({ bad }: ImportSummary): string | null =>
  Object.keys(bad).length === 0 ? null : 'Some rows could not be used; the others are in. See: ringback export bad-rows'

export interface InboxImport {
  /** Imports a file; `said` takes what is told meanwhile. Throws RingbackError. */
  readonly importFile: (path: string, said: string[]) => Promise<ImportSummary>
  readonly clock: () => Instant
}

/** What became of it: moved to `done/` or `failed/`; or it was written to meanwhile, and stays. Throws where a store is away. */
export const takeFile = async (
  file: InboxFile,
  stamp: Stamp,
  { importFile, clock }: InboxImport,
): Promise<InboxReport | undefined> => {
  const { folder, name } = file
  const [done, failed] = ['done', 'failed'].map((inner) => join(folder, inner)) as [string, string]
  mkdirSync(done, { recursive: true })
  const original = join(folder, name)
  const kept = nameIn(done, name, stamp.inode)
  const path = link(original, join(done, kept))
  const said: string[] = []
  const report = (status: InboxReport['status'], as: string, summary: ImportSummary | null, toDo: string | null) => ({
    file: as,
    status,
    at: formatInstant(clock()),
    summary,
    said,
    what_to_do: toDo,
  })
  try {
    const summary = await importFile(path, said)
    if (!isSame(stampOf(file), stamp)) {
      if (path !== original) rmSync(path, { force: true })
      return undefined
    }
    const good = report('done', kept, summary, adviceOn(summary))
    writeReport(done, good)
    renameSync(original, join(done, kept))
    // Of two names of one file, renaming one to the other leaves both.
    rmSync(original, { force: true })
    return good
  } catch (error) {
    if (path !== original) rmSync(path, { force: true })
    if (!(error instanceof RingbackError) || error.exitStatus !== 2) throw error
    mkdirSync(failed, { recursive: true })
    const as = nameIn(failed, name, stamp.inode)
    const toDo = `${error.message}\nNothing of it was imported. Mend it, and move the file into ${folder} again.`
    const refusal = report('failed', as, null, toDo)
    writeReport(failed, refusal)
    renameSync(original, join(failed, as))
    return refusal
  }
}
