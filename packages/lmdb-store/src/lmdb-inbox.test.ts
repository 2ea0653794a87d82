import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { EdgeWebEvent } from '@ringback/contracts'
import { type InboxEntry, RingbackError } from '@ringback/pipeline'
import fc from 'fast-check'
import { type LmdbInbox, openLmdbInbox } from './lmdb-inbox.ts'

const folder = mkdtempSync(join(tmpdir(), 'ringback-inbox-'))
afterAll(() => rmSync(folder, { recursive: true }))

const opened: LmdbInbox[] = []
afterEach(async () => {
  for (const inbox of opened.splice(0)) await inbox.close()
})

let made = 0
const freshPath = (): string => join(folder, String(++made))
const openInbox = (more: { path?: string; mostBytes?: number; after?: number; clock?: () => number } = {}) => {
  const inbox = openLmdbInbox({ path: freshPath(), mostBytes: 1e9, after: 0, clock: () => 0, ...more })
  opened.push(inbox)
  return inbox
}

const event = (id: string): EdgeWebEvent => ({
  kind: 'web',
  id,
  at: 1,
  session: `s-${id}`,
  type: 'page_view',
  source: 'web',
  isPublic: true,
  received: 2,
  tokens: ['device:x'],
})
const entryOf = (...ids: readonly string[]): InboxEntry => ({ records: ids.map(event), bad: [] })

/** The ids of all that waits behind a position, read in steps of so many bytes. */
const idsOf = (inbox: LmdbInbox, after = 0, mostBytes = 1): readonly string[] => {
  const ids: string[] = []
  for (let batch = inbox.read(after, mostBytes); batch; batch = inbox.read(batch.upTo, mostBytes))
    ids.push(...batch.entries.flatMap(({ records }) => records.map((record) => ('id' in record ? record.id : ''))))
  return ids
}

test('what was appended is read as it was, in its order, whatever the size of a step', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(fc.string({ maxLength: 5 }), { maxLength: 4 }), { maxLength: 12 }),
      fc.integer({ min: 1, max: 5_000 }),
      async (groups, step) => {
        const inbox = openInbox()
        await Promise.all(groups.map((ids) => inbox.append(entryOf(...ids))))
        expect(idsOf(inbox, 0, step)).toEqual(groups.flat())
      },
    ),
    { numRuns: 20 },
  )
})

test('an entry of a bad row comes back with what it holds sealed', async () => {
  const inbox = openInbox()
  const entry: InboxEntry = {
    records: [],
    bad: [
      {
        id: 'b',
        received_at: '2026-11-24T00:00:00.000Z',
        kind: null,
        source: null,
        reason: 'json',
        place: 'http:1',
        pointer: '',
        sealed: 'x',
      },
    ],
  }
  await inbox.append(entry)
  expect(inbox.read(0, 1)?.entries).toEqual([entry])
})

test('what was removed is gone, and what comes later lies behind it, also after all was removed and opened again', async () => {
  const path = freshPath()
  const inbox = openInbox({ path })
  await inbox.append(entryOf('a'))
  const first = inbox.read(0, 1e6)?.upTo ?? 0
  await inbox.append(entryOf('b'))
  inbox.remove(first)
  await inbox.append(entryOf('c'))
  expect(idsOf(inbox)).toEqual(['b', 'c'])
  inbox.remove(Number.MAX_SAFE_INTEGER)
  // Nothing else comes: it goes by itself.
  while (inbox.read(0, 1)) await new Promise((go) => setTimeout(go, 20))
  await inbox.close()
  const again = openInbox({ path })
  await again.append(entryOf('d'))
  expect(again.read(0, 1)?.upTo).toBeGreaterThan(first + 2)
})

test('a fresh inbox beside an older state gives no position that the state has read already', async () => {
  const inbox = openInbox({ after: 700 })
  await inbox.append(entryOf('a'))
  expect(idsOf(inbox, 700)).toEqual(['a'])
})

test('a full inbox refuses, to be asked again, and has room when what waited is removed', async () => {
  const inbox = openInbox({ mostBytes: 64 * 1024 })
  const random = (): string => Array.from({ length: 200 }, () => Math.random().toString(36).slice(2)).join('')
  let appended = 0
  const refusal = await (async () => {
    for (;;)
      try {
        await inbox.append(entryOf(random()))
        appended++
      } catch (error) {
        return error
      }
  })()
  expect(refusal).toBeInstanceOf(RingbackError)
  expect(refusal).toMatchObject({ code: 'store', retryable: true })
  expect(inbox.waitingBytes()).toBeGreaterThanOrEqual(64 * 1024)
  expect(idsOf(inbox)).toHaveLength(appended)
  inbox.remove(inbox.read(0, 1e9)?.upTo ?? 0)
  while (inbox.waitingBytes() > 0) await new Promise((go) => setTimeout(go, 20))
  await inbox.append(entryOf('again'))
  expect(idsOf(inbox)).toEqual(['again'])
})

test('a claim that has ended is free again and swept, one that was taken anew stands', async () => {
  let now = 0
  const { claims } = openInbox({ clock: () => now })
  expect(await claims.claim('a', 'first', 100)).toBe('first')
  expect(await Promise.all(['a', 'a'].map((name, i) => claims.claim(name, `later ${i}`, 100)))).toEqual([
    'first',
    'first',
  ])
  now = 100
  expect(await Promise.all(['second', 'third'].map((value) => claims.claim('a', value, 100)))).toEqual([
    'second',
    'second',
  ])
  now = 150
  await claims.claim('b', 'b', 1)
  expect(await claims.claim('a', 'fourth', 1)).toBe('second')
})

test('nothing acknowledged is lost when the process is killed at any moment', async () => {
  const path = freshPath()
  const script = `
    import { openLmdbInbox } from ${JSON.stringify(join(__dirname, '../dist/index.js'))}
    const inbox = openLmdbInbox({ path: ${JSON.stringify(path)}, mostBytes: 1e9, after: 0, clock: Date.now })
    const [run] = process.argv.slice(1)
    const say = async (lane) => {
      for (let i = 0; ; i++) {
        const id = run + '-' + lane + '-' + i
        await inbox.append({ records: [{ id, more: 'x'.repeat(i % 3000) }], bad: [] })
        if (i % 5 === 0) await inbox.claims.claim(id, id, 1e12)
        process.stdout.write(id + '\\n')
      }
    }
    for (let lane = 0; lane < 8; lane++) void say(lane)`
  const acknowledged: string[] = []
  for (let run = 0; run < 6; run++) {
    const child = spawn(process.execPath, ['--input-type=module', '--eval', script, String(run)])
    let said = ''
    const killAfter = 40 + Math.floor(Math.random() * 400)
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (said += chunk))
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (said += chunk))
    await once(child.stdout, 'data')
    setTimeout(() => child.kill('SIGKILL'), killAfter)
    await once(child, 'close')
    // The last line may be cut.
    acknowledged.push(...said.slice(0, said.lastIndexOf('\n')).split('\n'))
  }
  expect(acknowledged.length).toBeGreaterThan(50)
  const inbox = openInbox({ path })
  const kept = new Set(idsOf(inbox, 0, 1e6))
  expect(acknowledged.filter((id) => !kept.has(id))).toEqual([])
  const claimed = acknowledged.filter((id) => Number(id.split('-')[2]) % 5 === 0)
  const stand = await Promise.all(claimed.map((id) => inbox.claims.claim(id, 'another', 1)))
  expect(stand).toEqual(claimed)
}, 60_000)
