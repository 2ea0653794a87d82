/** A disk that is full under a running `start`: the doors refuse, and lose nothing that they acknowledged. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { COUNCIL_CONFIG } from '../bench/council-files.ts'
import { createBench } from './command-line.ts'
import { makeWriteKey, postEvents, soon, startRingback } from './running-start.ts'

const BATCH = 100

/** A session an event: each acknowledged one has a row. */
const batchOf = (number: number) =>
  Array.from({ length: BATCH }, (_, i) => ({
    id: `${number}-${i}`,
    time: '2026-11-16T09:00:00Z',
    session: `session-${number}-${i}`,
    type: 'page_view',
    task: 'bin-days',
    identifiers: { device: `device-${number}-${i}` },
    linking: 'consent',
  }))

test('with no room left it answers 503, and all it answered 202 is in the tables when there is room again', async () => {
  const bench = createBench(COUNCIL_CONFIG)
  const disk = join(bench.folder, 'data')
  mkdirSync(disk)
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=192M', 'tmpfs', disk]).status !== 0) {
    console.warn('NOT TESTED: a full disk; no file system may be mounted here.')
    return
  }
  try {
    const key = makeWriteKey(bench)
    const start = await startRingback(bench.folder)
    const acknowledged: number[] = []
    let number = 0
    const post = async (): Promise<number | undefined> => {
      const response = await postEvents(start, key, batchOf(++number))
      if (response?.status === 202) acknowledged.push(number)
      else expect(response?.headers.get('retry-after')).toMatch(/^\d+$/)
      return response?.status
    }
    for (let i = 0; i < 5; i++) expect(await post()).toBe(202)
    const ballast = join(disk, 'ballast')
    const { bavail, bsize } = statfsSync(disk)
    try {
      writeFileSync(ballast, Buffer.alloc(Math.max(0, bavail * bsize - 256 * 1024)))
    } catch (error) {
      // Others write meanwhile: then nothing at all is left.
      expect(error).toMatchObject({ code: 'ENOSPC' })
    }
    const statuses = new Set<number | undefined>()
    for (let i = 0; i < 100 && !statuses.has(503); i++) statuses.add(await post())
    expect([...statuses]).toContain(503)
    expect((await fetch(`${start.url}healthz`)).status).toBe(200)
    rmSync(ballast)
    expect(await soon(async () => (await post()) === 202)).toBe(true)
    const isThere = (): boolean => bench.rows('journeys').length >= acknowledged.length * BATCH
    expect(await soon(isThere)).toBe(true)
    expect(await start.stop()).toBe(0)
    const sessions = new Set(bench.rows('journeys').flatMap((row) => row['sessions'] as string[]))
    const missing = acknowledged.flatMap((n) => batchOf(n)).filter(({ session }) => !sessions.has(session))
    expect(missing).toEqual([])
  } finally {
    spawnSync('umount', ['-l', disk])
  }
}, 240_000)
