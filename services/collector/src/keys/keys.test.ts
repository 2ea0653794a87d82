/** Which keys open the doors, and when a change in their file is noticed. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { NO_LOGGER } from '@ringback/runtime'
import { changeKeyFile, type KeyEntry } from './key-file.ts'
import { createSecrets, createWriteKey, hashOf } from './key-texts.ts'
import { createKeys, watchKeys } from './keys.ts'

const LINK_KEY = Buffer.from('a key of thirty-two characters !')
const common = { name: 'n', created_at: '2026-11-01T00:00:00.000Z', revoked_at: null }
const write = (id: string, key: string, origins: readonly string[] = []): KeyEntry => ({
  ...common,
  kind: 'write',
  id,
  sha256: hashOf(key),
  origins: [...origins],
})
const secret = (id: string): KeyEntry => ({ ...common, kind: 'secret', id })
const revoked = (entry: KeyEntry): KeyEntry => ({ ...entry, revoked_at: '2026-11-02T00:00:00.000Z' })

describe('keys', () => {
  const first = createWriteKey()
  const former = createWriteKey()
  const secretOf = createSecrets(LINK_KEY)
  const keys = createKeys(
    [
      write('a', first, ['https://a.example.org']),
      revoked(write('b', former, ['https://b.example.org'])),
      secret('c'),
      revoked(secret('d')),
    ],
    LINK_KEY,
  )

  test('are found by their text, and revoked ones are not', () => {
    expect(keys.find(first)).toMatchObject({ id: 'a', kind: 'write', origins: ['https://a.example.org'] })
    expect(keys.find(secretOf('c'))).toMatchObject({ id: 'c', kind: 'secret' })
    for (const text of [former, secretOf('d'), secretOf('e'), '', 'rbs_', 'rbs_c_', 'rbw_', hashOf(first), `${first}x`])
      expect(keys.find(text)).toBeUndefined()
  })

  test('a secret key cannot be made of what the file holds, but with the link key alone', () => {
    const others = createSecrets(Buffer.from('another key of thirty-two chars!'))
    expect(others('c')).not.toBe(secretOf('c'))
    expect(keys.find(others('c'))).toBeUndefined()
    expect(keys.secret('c')).toMatchObject({ text: secretOf('c') })
    expect(keys.secret('d')).toBeUndefined()
    expect(keys.secret('a')).toBeUndefined()
  })

  test('origins are those of keys that are not revoked', () => {
    expect(keys.allowsOrigin('https://a.example.org')).toBe(true)
    expect(keys.allowsOrigin('https://b.example.org')).toBe(false)
  })

  test('say by their beginning what they are', () => {
    expect(first).toMatch(/^rbw_[\w-]{32}$/)
    expect(secretOf('c')).toMatch(/^rbs_c_[\w-]{43}$/)
  })
})

describe('the file of keys', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ringback-keys-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  const open = () => {
    let now = 0
    const file = join(folder, 'keys.json')
    const set = (...keys: readonly KeyEntry[]) => changeKeyFile(file, Date.now(), () => ({ keys, result: undefined }))
    const watch = () => watchKeys({ file, linkKey: LINK_KEY, clock: () => now, logger: NO_LOGGER })
    return { file, set, watch, elapse: (ms: number) => (now += ms) }
  }

  test('is read again when it has changed, within a second', () => {
    const { set, watch, elapse } = open()
    const keys = watch()
    const key = createWriteKey()
    expect(keys.find(key)).toBeUndefined()
    set(write('a', key))
    elapse(1_000)
    expect(keys.find(key)).toMatchObject({ id: 'a' })
    set(revoked(write('a', key)))
    elapse(1_000)
    expect(keys.find(key)).toBeUndefined()
  })

  test('that cannot be used is no file at first, and no change later', () => {
    const { file, set, watch, elapse } = open()
    writeFileSync(file, '{')
    expect(watch).toThrow(expect.objectContaining({ code: 'configuration' }))
    rmSync(file)
    const key = createWriteKey()
    set(write('a', key))
    const keys = watch()
    writeFileSync(file, '{')
    elapse(1_000)
    expect(keys.find(key)).toMatchObject({ id: 'a' })
    rmSync(file)
    elapse(1_000)
    expect(keys.find(key)).toBeUndefined()
  })
})
