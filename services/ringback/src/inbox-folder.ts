/**
 * The folder `inbox/` in the data folder: what is put into one of its folders is imported when it is complete. It is looked at every
 * few seconds, which works on every file system, and costs nothing to speak of.
 */
import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Instant, SECOND_MS } from '@ringback/contracts'
import { RingbackError } from '@ringback/pipeline'
import {
  type InboxFile,
  type InboxImport,
  type InboxReport,
  isSame,
  type Stamp,
  stampOf,
  takeFile,
} from './inbox-file.ts'

/** A file that was not written to for so long is complete; whoever brings it more slowly gives it another name meanwhile. */
const QUIET_MS = 5 * SECOND_MS
const LOOKS_EVERY_MS = 2 * SECOND_MS
/** After a store was away. */
const PAUSE_MS = 30 * SECOND_MS

/** Not yet, or not at all, a file to import: names of uploads under way, hidden ones, and how the folder is read. */
const IGNORED = /^\.|\.(part|partial|filepart|tmp|temp|crdownload|swp|ya?ml)$|~$|\.report\.json$/i

const listFiles = (inbox: string): readonly InboxFile[] =>
  readdirSync(inbox, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .flatMap(({ name: feed }) =>
      readdirSync(join(inbox, feed), { withFileTypes: true })
        .filter((entry) => entry.isFile() && !IGNORED.test(entry.name))
        .map(({ name }) => ({ folder: join(inbox, feed), name })),
    )
    .sort((a, b) => (join(a.folder, a.name) < join(b.folder, b.name) ? -1 : 1))

/** What may pass by itself: a store is away, or the system refuses. Throws what is neither. */
const toTrouble = ({ name }: InboxFile, error: unknown): RingbackError => {
  if (error instanceof RingbackError) return error
  const { code } = error as NodeJS.ErrnoException
  if (typeof code !== 'string' || !/^E[A-Z]+$/.test(code)) throw error
  return new RingbackError('store', `${name} cannot be read or moved (${code}): look at its folder, and at the disk`, {
    cause: error,
    retryable: true,
  })
}

export interface InboxFolderParts {
  readonly dataDir: string
  readonly inboxImport: (file: InboxFile, stamp: Stamp) => InboxImport
  /** The wall clock, by which files are stamped. */
  readonly clock: () => Instant
  readonly onReport: (file: InboxFile, report: InboxReport) => void
  /** It is tried again. */
  readonly onTrouble: (file: InboxFile, error: RingbackError) => void
}

export interface InboxFolder {
  /** Takes what is complete; resolves to how long to wait before the next look. */
  readonly look: () => Promise<number>
}

export const openInboxFolder = (parts: InboxFolderParts): InboxFolder => {
  const { dataDir, inboxImport, clock, onReport, onTrouble } = parts
  const inbox = join(dataDir, 'inbox')
  mkdirSync(inbox, { recursive: true, mode: 0o700 })
  /** As each file was at the last look. */
  let seen = new Map<string, Stamp>()
  /** Of those whose trouble was told, and lasts. */
  const told = new Set<string>()

  /** Twice the same, and quiet: also what was moved in, with a time of long ago, is looked at twice. */
  const isComplete = (path: string, stamp: Stamp): boolean =>
    isSame(seen.get(path), stamp) && Math.abs(clock() - stamp.writtenAt) >= QUIET_MS

  return {
    look: async () => {
      const now = new Map<string, Stamp>()
      let waitMs = LOOKS_EVERY_MS
      for (const file of listFiles(inbox)) {
        const path = join(file.folder, file.name)
        const stamp = stampOf(file)
        if (!stamp) continue
        now.set(path, stamp)
        if (!isComplete(path, stamp)) continue
        try {
          const report = await takeFile(file, stamp, inboxImport(file, stamp))
          now.delete(path)
          told.delete(path)
          if (report) onReport(file, report)
        } catch (error) {
          const trouble = toTrouble(file, error)
          if (!told.has(path)) onTrouble(file, trouble)
          told.add(path)
          waitMs = PAUSE_MS
        }
      }
      seen = now
      return waitMs
    },
  }
}

/** Looks until it is told to stop. Rejects where a look fails in a way that is no RingbackError. */
export const watchInboxFolder = async (
  folder: InboxFolder,
  pause: (ms: number, signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
): Promise<void> => {
  while (!signal.aborted) {
    const waitMs = await folder.look()
    await pause(waitMs, signal).catch(() => undefined)
  }
}
