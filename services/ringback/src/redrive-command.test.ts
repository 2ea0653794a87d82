/** `ringback redrive`: bad rows of doors and of files, taken up again when time or somebody has mended them. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSeal, type SealedRecord } from '@ringback/collector'
import { type BadReason, formatInstant, MINUTE_MS, type SealedBadRow } from '@ringback/contracts'
import { loadConfig } from '@ringback/runtime'
import { openEmbeddedHouse } from './embedded-house.ts'
import type { EmbeddedHouse } from './house.ts'
import type { Io } from './io.ts'
import { parseCommand } from './options.ts'
import { planRedrive, REDRIVE_OPTIONS, redriveCommand } from './redrive-command.ts'

jest.setTimeout(60_000)

const NOW = Date.UTC(2026, 10, 16, 12)
/** The tables themselves let go of a copy by the wall clock. */
const UNTIL = Date.UTC(2100, 0, 1)
const CALL = { source: 'telephony', id: 'c-1', time: '2026-11-16T12:30:00Z', channel: 'phone' }

let dir: string
let house: EmbeddedHouse
let now: number
let said: string
const io: Io = {
  out: async (text) => void (said += text),
  err: () => undefined,
  progress: () => undefined,
  cwd: tmpdir(),
  env: {},
  clock: () => now,
}

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'ringback-redrive-'))
  now = NOW
  writeFileSync(join(dir, 'ringback.yaml'), 'council: { name: B, timezone: Europe/London }')
  const common = { config: undefined, data: join(dir, 'data'), now: undefined, json: true }
  house = await openEmbeddedHouse(loadConfig(join(dir, 'ringback.yaml')), common, io)
})
afterEach(async () => {
  await house.close()
  rmSync(dir, { recursive: true })
})

const redrive = async (...argv: readonly string[]) => {
  said = ''
  const status = await redriveCommand(house, planRedrive(parseCommand(argv, REDRIVE_OPTIONS)), true, io)
  return { status, ...(JSON.parse(said) as Record<string, unknown>) }
}

const badRow = (id: string, reason: BadReason, place: string): SealedBadRow => ({
  id,
  received_at: formatInstant(NOW),
  kind: 'contacts',
  source: 'telephony',
  reason,
  place,
  pointer: '/time',
})

const sealed = (id: string, record: Partial<SealedRecord>, reason: BadReason = 'future'): SealedBadRow => {
  const copy = createSeal(house.linkKey().key).seal({ kind: 'contacts', text: JSON.stringify(CALL), ...record }, id)
  return { ...badRow(id, reason, `http:${id}`), sealed: copy, sealed_until: formatInstant(UNTIL) }
}

const idsOf = async <Row>(rows: AsyncIterable<Row>, id: (row: Row) => string): Promise<string[]> => {
  const ids: string[] = []
  for await (const row of rows) ids.push(id(row))
  return ids.sort()
}
const badIds = () => idsOf(house.warehouse.badRows(), ({ id }) => id)
const contactIds = () => idsOf(house.warehouse.contacts({ timezone: 'Europe/London' }), ({ contact_id }) => contact_id)

test('what came over HTTP is opened, and goes the way of everything else when it is good', async () => {
  await house.warehouse.insertBadRows([sealed('a', {}), sealed('b', { text: '{"id":5}' }, 'schema')])
  expect(await redrive()).toMatchObject({ status: 1, read: 2, accepted: 0, bad: { future: 1, schema: 1 } })
  now += 30 * MINUTE_MS
  expect(await redrive('--dry-run')).toMatchObject({ accepted: 1, bad: { schema: 1 }, dry_run: true })
  expect(await badIds()).toEqual(['a', 'b'])
  expect(await redrive('--reason', 'future')).toMatchObject({ status: 0, read: 1, accepted: 1, bad: {} })
  expect(await badIds()).toEqual(['b'])
  expect(await contactIds()).toEqual(['telephony:c-1'])
})

test('a sealed copy that has run out, or was made with another key, is lost, and stays as a row', async () => {
  const foreign = createSeal(Buffer.from('another key of thirty-two chars!')).seal({ kind: 'web', text: '{}' }, 'c')
  await house.warehouse.insertBadRows([
    sealed('a', {}),
    badRow('b', 'json', 'http:b'),
    { ...sealed('c', {}), sealed: foreign },
  ])
  now = UNTIL
  expect(await redrive()).toMatchObject({ status: 1, read: 3, accepted: 0, lost: 3 })
  expect(await badIds()).toEqual(['a', 'b', 'c'])
})

test('what came in another format is converted again', async () => {
  const ticket = {
    id: 7,
    created_at: '2026-11-16T12:30:00Z',
    updated_at: '2026-11-16T12:30:00Z',
    via: { channel: 'web' },
  }
  const text = JSON.stringify(ticket)
  await house.warehouse.insertBadRows([sealed('a', { format: 'zendesk', source: 'zendesk', text })])
  now += 30 * MINUTE_MS
  expect(await redrive()).toMatchObject({ status: 0, accepted: 1 })
  expect(await contactIds()).toEqual(['zendesk:7'])
})

test('lines of a file are read again where they are; of a file that is gone they are lost', async () => {
  const file = join(dir, 'calls.ndjson')
  writeFileSync(file, `{"torn\n${JSON.stringify({ ...CALL, id: 'c-2', time: '2026-11-16T09:00:00Z' })}\n`)
  await house.warehouse.insertBadRows([
    badRow('a', 'json', `${file}:1`),
    badRow('b', 'schema', `${file}:2`),
    badRow('c', 'schema', `${file}:9`),
    badRow('d', 'schema', `${dir}/gone.ndjson:1`),
    badRow('e', 'schema', 'telephony.calls/0/7'),
    badRow('f', 'csv_row', `${file}:2`),
  ])
  expect(await redrive()).toMatchObject({ status: 1, read: 6, accepted: 1, bad: { json: 1 }, lost: 2, elsewhere: 2 })
  expect(await badIds()).toEqual(['a', 'c', 'd', 'e', 'f'])
  expect(await contactIds()).toEqual(['telephony:c-2'])
})

test.each([[['--reason', 'mood']], [['more']]])('wrong usage: %j', (argv) => {
  expect(() => planRedrive(parseCommand(argv, REDRIVE_OPTIONS))).toThrow(expect.objectContaining({ code: 'usage' }))
})
