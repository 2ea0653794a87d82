/** `ringback keys`: made, listed, revoked; shown once, and kept so that nobody can come in by the file. */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { watchKeys } from '@ringback/collector'
import { NO_LOGGER } from '@ringback/runtime'
import type { Io } from './io.ts'
import { KEYS_OPTIONS, keysCommand } from './keys-command.ts'
import { parseCommand } from './options.ts'

const PAGE = 'https://my.borsetshire.gov.uk'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'ringback-keys-command-'))
})
afterEach(() => rmSync(dir, { recursive: true }))

/** What it said; rejects with what is wrong. */
const run = async (...argv: readonly string[]): Promise<string> => {
  let said = ''
  const io: Io = {
    out: async (text) => {
      said += text
    },
    err: () => undefined,
    progress: () => undefined,
    cwd: dir,
    env: {},
    clock: () => Date.now(),
  }
  await keysCommand(parseCommand([...argv, '--data', join(dir, 'data')], KEYS_OPTIONS), io)
  return said
}

const runJson = async <T>(...argv: readonly string[]): Promise<T> => JSON.parse(await run(...argv, '--json')) as T

interface Made {
  readonly id: string
  readonly kind: string
  readonly key: string
}

const file = (): string => join(dir, 'data', 'keys.json')
const doorKeys = () =>
  watchKeys({
    file: file(),
    linkKey: Buffer.from(readFileSync(join(dir, 'data', 'link.key'), 'utf8').trim()),
    clock: () => 0,
    logger: NO_LOGGER,
  })

test('a key is a write key unless it is said otherwise, and the doors know it', async () => {
  await runJson('create', 'secret')
  const key = (await run('create', '--name', 'website', '--origin', PAGE, '--origin', `${PAGE}/`)).trim()
  expect(key).toMatch(/^rbw_/)
  expect(doorKeys().find(key)).toMatchObject({ kind: 'write', name: 'website', origins: [PAGE] })
})

test.each([['--kind', 'secret'], ['secret']])('a secret key: %s %s', async (...kind) => {
  const { id, key } = await runJson<Made>('create', ...kind.filter((word) => word !== undefined))
  expect(key.startsWith(`rbs_${id}_`)).toBe(true)
  expect(doorKeys().find(key)).toMatchObject({ id, kind: 'secret' })
})

test('the file is its owner’s alone and holds neither key', async () => {
  const keys = [await runJson<Made>('create'), await runJson<Made>('create', 'secret')]
  const text = readFileSync(file(), 'utf8')
  expect(statSync(file()).mode & 0o777).toBe(0o600)
  for (const { key, id } of keys) {
    expect(text).toContain(id)
    expect(text).not.toContain(key.slice(-20))
  }
  expect(await run('list')).not.toContain('sha256')
})

test('a revoked key is listed as such, and opens nothing', async () => {
  const { id, key } = await runJson<Made>('create', 'secret')
  await run('revoke', id)
  expect(doorKeys().find(key)).toBeUndefined()
  const { keys } = await runJson<{ keys: { id: string; revoked_at: string | null }[] }>('list')
  expect(keys).toMatchObject([{ id, revoked_at: expect.any(String) }])
  const [first] = keys
  await run('revoke', id)
  expect((await runJson<{ keys: unknown[] }>('list')).keys).toEqual([first])
})

test('a name has at most two secret keys at a time, so that one can follow the other', async () => {
  const { id } = await runJson<Made>('create', 'secret', '--name', 'telephony')
  await run('create', 'secret', '--name', 'telephony')
  await expect(run('create', 'secret', '--name', 'telephony')).rejects.toThrow('telephony has 2 secret keys')
  await run('create', 'secret', '--name', 'crm')
  await run('revoke', id)
  await run('create', 'secret', '--name', 'telephony')
})

test('where the configuration says, and of a cluster beside it', async () => {
  const config = (text: string) =>
    writeFileSync(join(dir, 'ringback.yaml'), `council: { name: B, timezone: Europe/London }\n${text}`)
  config('collector: { keys: doors/keys.json }')
  await run('create')
  expect(JSON.parse(readFileSync(join(dir, 'doors', 'keys.json'), 'utf8'))).toMatchObject({ version: 1 })
  config(
    'mode: cluster\nkafka: { brokers: ["k:1"], prefix: r }\nredis: { url: "redis://r:1" }\nclickhouse: { url: "http://c:1", database: r }',
  )
  writeFileSync(join(dir, 'link.key'), 'a key of thirty-two characters !')
  await run('create', 'secret')
  expect(JSON.parse(readFileSync(join(dir, 'keys.json'), 'utf8'))).toMatchObject({ keys: [{ kind: 'secret' }] })
})

test.each([
  [['create', 'master']],
  [['create', 'write', 'secret']],
  [['create', '--origin', 'my.borsetshire.gov.uk']],
  [['create', '--origin', 'https://my.borsetshire.gov.uk/page']],
  [['create', 'secret', '--origin', PAGE]],
  [['create', '--name', '']],
  [['revoke']],
  [['revoke', 'unknown']],
  [['list', 'more']],
  [['dance']],
  [[]],
])('wrong usage: keys %j', async (argv) => {
  await expect(run(...argv)).rejects.toMatchObject({ code: 'usage' })
})
