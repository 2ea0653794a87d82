/**
 * A full disk under the embedded mode. An import that finds no room ends with status 3 and says why; what was acknowledged before
 * is all there; and once there is room, the same import ends in the tables of the law.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, rmSync, statfsSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Random } from '../simulation/random.ts'
import { ROOT, run, until } from './cluster.ts'
import { COUNCIL, type WorldRecord, worldRecords } from './council.ts'
import { createLedger, differenceOf, type Ledger, type Row } from './ledger.ts'

const MAIN = join(ROOT, 'services', 'ringback', 'dist', 'main.js')
const DISK_BYTES = 256 * 1024 * 1024
/** So many worlds there are before the disk is full, and in each import that may find it so. */
const WORLDS = [40, 150, 20, 60] as const
const MOST_ROOM = 4 * 1024 * 1024
const START_MS = 120_000

interface Disk {
  readonly folder: string
  readonly kind: string
  /** Leaves about as many bytes to what runs next. */
  readonly fill: (room: number) => void
  readonly empty: () => void
  /** How the next command is started. */
  readonly wrap: (command: readonly string[]) => readonly string[]
  readonly remove: () => Promise<void>
}

/** A file system of its own, where it may be mounted. */
const mountDisk = async (folder: string): Promise<Disk | undefined> => {
  const { status } = await run('mount', ['-t', 'tmpfs', '-o', `size=${DISK_BYTES}`, 'tmpfs', folder]).catch(() => ({
    status: 1,
  }))
  if (status !== 0) return undefined
  const ballast = join(folder, 'ballast')
  return {
    folder,
    kind: 'a small file system',
    fill: (room) => {
      const { bavail, bsize } = statfsSync(folder)
      writeFileSync(ballast, Buffer.alloc(Math.max(0, bavail * bsize - room)))
    },
    empty: () => rmSync(ballast, { force: true }),
    wrap: (command) => command,
    remove: async () => {
      await run('umount', [folder])
    },
  }
}

const largestFile = (folder: string): number =>
  existsSync(folder)
    ? Math.max(0, ...readdirSync(folder, { recursive: true }).map((name) => statSync(join(folder, String(name))).size))
    : 0

/** Else files that may not grow: the system's answer is another, and as final. */
const limitFiles = (folder: string): Disk => {
  let limit: number | undefined
  return {
    folder,
    kind: 'files that may not grow',
    fill: (room) => {
      limit = Math.ceil((largestFile(folder) + room) / 512)
    },
    empty: () => {
      limit = undefined
    },
    wrap: (command) =>
      limit === undefined ? command : ['sh', '-c', `ulimit -f ${limit} && exec "$@"`, 'sh', ...command],
    remove: () => Promise.resolve(),
  }
}

interface Ran {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

const worldOf = (row: Row): number => {
  const named = (row['contact_id'] ?? (row['sessions'] as readonly string[] | undefined)?.[0] ?? '') as string
  return Number(/(\d{5})~/.exec(named)?.[1])
}

const createCommands = (folder: string, disk: Disk) => {
  const data = join(disk.folder, 'data')
  const config = join(folder, 'ringback.yaml')
  writeFileSync(config, JSON.stringify(COUNCIL))
  const env = { ...process.env, RINGBACK_LINK_KEY: String(Buffer.alloc(32, 7)) }
  const begin = (args: readonly string[]): ChildProcess => {
    const [program = '', ...rest] = disk.wrap([process.execPath, MAIN, ...args, '--data', data, '--config', config])
    return spawn(program, rest, { env, stdio: ['ignore', 'pipe', 'pipe'] })
  }
  const ringback = (...args: readonly string[]): Promise<Ran> =>
    new Promise((resolve, reject) => {
      const child = begin(args)
      let stdout = ''
      let stderr = ''
      child.stdout?.on('data', (piece: Buffer) => (stdout += String(piece)))
      child.stderr?.on('data', (piece: Buffer) => (stderr += String(piece)))
      child.once('error', reject).once('close', (status) => resolve({ status, stdout, stderr }))
    })
  const rows = async (): Promise<Row[]> => {
    const all: Row[] = []
    for (const table of ['journeys', 'contacts']) {
      const { status, stdout, stderr } = await ringback('export', table)
      if (status !== 0) throw new Error(`export ${table}: ${String(status)}: ${stderr}`)
      const lines = stdout.split('\n').filter((line) => line !== '')
      all.push(...lines.map((line) => JSON.parse(line) as Row))
    }
    return all
  }
  return { begin, ringback, rows, data }
}

type Commands = ReturnType<typeof createCommands>

/** A running `start`, through which every command goes; told to go in the end. */
const startHouse = async ({ begin, data }: Commands): Promise<() => Promise<void>> => {
  const child = begin(['start', '--port', '0'])
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (piece: Buffer) => (said += String(piece)))
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  await until('start listens', START_MS, () => {
    if (child.exitCode !== null) throw new Error(`start ended: ${said}`)
    return existsSync(join(data, 'ringback.sock'))
  })
  return async () => {
    if (child.exitCode !== null) throw new Error(`start ended by itself with ${child.exitCode}: ${said}`)
    child.kill('SIGTERM')
    if ((await Promise.race([ended, pause(60_000, 'late')])) !== 0)
      throw new Error(`start did not end in order: ${said}`)
  }
}

const importWorks = async ({ ringback }: Commands, file: string, ledger: Ledger, records: readonly WorldRecord[]) => {
  const { status, stderr } = await ringback('import', file)
  if (status !== 0) throw new Error(`import ended with ${String(status)}: ${stderr}`)
  ledger.add(records)
}

/** The rows of residents of whom all was acknowledged are those of the law, whatever else is there already. */
const checkAcknowledged = async ({ rows }: Commands, ledger: Ledger, known: ReadonlySet<number>): Promise<void> => {
  const difference = differenceOf(
    ledger.expected(),
    (await rows()).filter((row) => known.has(worldOf(row))),
  )
  if (difference !== undefined) throw new Error(`what was acknowledged is not what is there: ${difference}`)
}

export interface DiskFaultOptions {
  readonly folder: string
  readonly seed: number
  readonly random: Random
  readonly clock: number
  /** Whether all goes through a running `start`. */
  readonly isRunning: boolean
}

/** Resolves to what happened, as a sentence. */
export const runDiskFault = async ({ folder, seed, random, clock, isRunning }: DiskFaultOptions): Promise<string> => {
  const began = performance.now()
  const mountPoint = join(folder, 'disk')
  mkdirSync(mountPoint, { recursive: true })
  const disk = (await mountDisk(mountPoint)) ?? limitFiles(mountPoint)
  // A limit holds for a process from its beginning: a running one cannot be put under it.
  const runs = isRunning && disk.kind !== 'files that may not grow'
  try {
    const commands = createCommands(folder, disk)
    const ledger = createLedger(clock)
    const known = new Set<number>()
    let world = 0
    const parts = WORLDS.map((count, i) => {
      const records = Array.from({ length: count }, () => worldRecords(seed, ++world, clock)).flat()
      const file = join(folder, `part-${i}.ndjson`)
      const lines = [...records, ...records.filter(() => random.below(8) === 0)].map(({ record }) => record)
      writeFileSync(file, random.shuffle(lines.map((record) => `${JSON.stringify(record)}\n`)).join(''))
      return { file, records }
    })
    const stop = runs ? await startHouse(commands) : undefined
    const refusals: string[] = []
    for (const [i, { file, records }] of parts.entries()) {
      if (i > 0) {
        const room = random.below(random.below(2) === 0 ? 64 * 1024 : MOST_ROOM)
        disk.fill(room)
        const { status, stderr } = await commands.ringback('import', file)
        const reason = stderr.split('\n').find((line) => /full|no space|not enough space/i.test(line))
        if (status === 3 && reason !== undefined) refusals.push(`with ${room} bytes left: ${reason}`)
        else if (status !== 0) throw new Error(`with ${room} bytes left import ended with ${String(status)}: ${stderr}`)
        else {
          ledger.add(records)
          for (const { world } of records) known.add(world)
        }
        disk.empty()
        await checkAcknowledged(commands, ledger, known)
      }
      await importWorks(commands, file, ledger, records)
      for (const { world } of records) known.add(world)
    }
    const difference = differenceOf(ledger.expected(), await commands.rows())
    if (difference !== undefined) throw new Error(difference)
    if (refusals.length === 0) throw new Error('the disk was never full')
    await stop?.()
    const seconds = ((performance.now() - began) / 1_000).toFixed(1)
    return (
      `disk full (${disk.kind}) under ${runs ? 'a running start' : 'imports'}: ${refusals.length} refused with status 3, ` +
      `then ${ledger.expected().size} rows as the law says of ${ledger.size()} records, in ${seconds} s\n` +
      refusals.map((text) => `         ${text.replaceAll(folder, '…')}`).join('\n')
    )
  } finally {
    await disk.remove()
  }
}
