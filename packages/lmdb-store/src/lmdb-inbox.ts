/**
 * The inbox and the claims of the embedded mode, in an LMDB environment of their own, so that their writes never wait for the state's.
 * Any thread of the process may read; one thread appends. What waits for the disk waits together.
 */
import type { Instant } from '@ringback/contracts'
import { type Claims, type Inbox, type InboxEntry, RingbackError } from '@ringback/pipeline'
import { open, type RootDatabase } from 'lmdb'
import { openClaimTables } from './claims.ts'
import { createGroupCommit } from './group-commit.ts'

export interface LmdbInboxOptions {
  /** A folder of its own, made if it is not there. */
  readonly path: string
  /** Bytes on disk that may wait; beyond them `append` rejects. */
  readonly mostBytes: number
  /** The position up to which the state has read: no entry gets one that would be passed over. */
  readonly after: number
  readonly clock: () => Instant
}

export interface LmdbInbox extends Inbox {
  /** Closed with the inbox. */
  readonly claims: Claims
}

/** A claim that waits; `stands` is what the transaction makes of it. */
interface ClaimJob {
  readonly kind: 'claim'
  readonly name: string
  readonly value: string
  readonly forMs: number
  stands: string
}

type Job = { readonly kind: 'append'; readonly json: string } | { readonly kind: 'tidy' } | ClaimJob

const LAST = 'last'
/** Nothing waits for a removal: it has a transaction of its own only where no other comes in time. */
const REMOVED_WITHIN_MS = 500
const PAGE_BYTES = 4096
/** Address space, not storage. */
const MAP_BYTES = 2 ** 40
/** Entries of one group lie together up to this many characters, and compress together: so few are read again at once. */
const GROUP_CHARACTERS = 256 * 1024

const openEnvironment = (path: string): RootDatabase => {
  try {
    return open({ path, maxDbs: 8, noMemInit: true, pageSize: PAGE_BYTES, mapSize: MAP_BYTES })
  } catch (cause) {
    throw new RingbackError('store', `The inbox in ${path} could not be opened: is the folder writable?`, { cause })
  }
}

/** Texts together, as few lists of at most about so many characters. */
function* gathered(texts: readonly string[]): Generator<readonly string[]> {
  let group: string[] = []
  let size = 0
  for (const text of texts) {
    if (size > 0 && size + text.length > GROUP_CHARACTERS) {
      yield group
      group = []
      size = 0
    }
    group.push(text)
    size += text.length
  }
  if (group.length > 0) yield group
}

export const openLmdbInbox = ({ path, mostBytes, after, clock }: LmdbInboxOptions): LmdbInbox => {
  const env = openEnvironment(path)
  /** By position: groups of entries, as JSON. */
  const entries = env.openDB<Buffer, number>('entries', { encoding: 'binary', compression: true })
  const meta = env.openDB<number, string>('meta', {})
  const claimTables = openClaimTables(env, clock)

  const waitingBytes = (): number => {
    const { treeBranchPageCount, treeLeafPageCount, overflowPages } = entries.getStats() as Record<string, number>
    return ((treeBranchPageCount ?? 0) + (treeLeafPageCount ?? 0) + (overflowPages ?? 0)) * PAGE_BYTES
  }
  /** As the last group left it. */
  let waitedBytes = waitingBytes()

  let removable = 0
  let tidying: NodeJS.Timeout | undefined
  const tidy = (): void => {
    clearTimeout(tidying)
    tidying = undefined
    const due = [...entries.getKeys({ end: removable + 1 })]
    for (const position of due) entries.removeSync(position)
  }

  const write = (jobs: readonly Job[]): void => {
    const texts: string[] = []
    if (tidying) tidy()
    for (const job of jobs) {
      if (job.kind === 'append') texts.push(job.json)
      else if (job.kind === 'claim') job.stands = claimTables.claim(job.name, job.value, clock() + job.forMs)
    }
    if (texts.length === 0) return
    let position = Math.max(meta.get(LAST) ?? 0, after)
    for (const group of gathered(texts)) entries.putSync(++position, Buffer.from(`[${group.join()}]`))
    meta.putSync(LAST, position)
  }

  const commit = createGroupCommit<Job>(
    env,
    (jobs) => {
      write(jobs)
      waitedBytes = waitingBytes()
    },
    (cause) =>
      new RingbackError('store', `What was accepted could not be written to ${path}: is the disk full?`, {
        cause,
        retryable: true,
      }),
  )

  let closing: Promise<void> | undefined
  const close = (): Promise<void> => {
    clearTimeout(tidying)
    return (closing ??= commit.idle().then(() => env.close()))
  }

  return {
    append: async ({ records, bad }) => {
      if (waitedBytes >= mostBytes)
        throw new RingbackError('store', 'The inbox is full: what was accepted before has to be read first.', {
          retryable: true,
        })
      await commit.add({ kind: 'append', json: JSON.stringify({ records, bad }) })
    },
    read: (position, most) => {
      const found: InboxEntry[] = []
      let upTo = position
      let bytes = 0
      let hasMore = false
      for (const { key, value } of entries.getRange({ start: position + 1, snapshot: false })) {
        hasMore = bytes > 0 && bytes + value.length > most
        if (hasMore) break
        found.push(...(JSON.parse(value.toString()) as InboxEntry[]))
        bytes += value.length
        upTo = key
      }
      return bytes === 0 ? undefined : { upTo, entries: found, hasMore }
    },
    remove: (upTo) => {
      removable = Math.max(removable, upTo)
      // Where that fails, the state knows what it has read, and the next removal takes it along.
      tidying ??= setTimeout(() => void commit.add({ kind: 'tidy' }).catch(() => undefined), REMOVED_WITHIN_MS)
    },
    waitingBytes,
    close,
    claims: {
      claim: async (name, value, forMs) => {
        const job: ClaimJob = { kind: 'claim', name, value, forMs, stands: value }
        await commit.add(job)
        return job.stands
      },
      close,
    },
  }
}
