/** Where the link key comes from, and how it is made. */
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { RingbackError } from '@ringback/pipeline'
import { isKeyExposed, type KeyPlaces, loadLinkKey } from './link-key.ts'

let folder: string
let places: KeyPlaces
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ringback-key-'))
  mkdirSync(join(folder, 'etc'))
  places = { env: {}, dataDir: join(folder, 'data'), configFile: join(folder, 'etc/ringback.yaml'), mayMake: false }
})
afterEach(() => rmSync(folder, { recursive: true }))

const put = (name: string, content: string | Uint8Array): string => {
  const file = join(folder, name)
  writeFileSync(file, content, { mode: 0o600 })
  return file
}
const load = (changes: Partial<KeyPlaces> = {}): string => loadLinkKey({ ...places, ...changes }).toString()
const errorOf = (act: () => unknown): RingbackError => {
  try {
    act()
  } catch (error) {
    if (error instanceof RingbackError) return error
    throw error
  }
  throw new Error('expected a RingbackError')
}

describe('the link key', () => {
  test('is the one of the environment, before its file, before the data folder, before the configuration', () => {
    put('etc/link.key', 'beside')
    expect(load()).toBe('beside')
    mkdirSync(places.dataDir)
    put('data/link.key', 'in the data folder')
    expect(load()).toBe('in the data folder')
    const env = { RINGBACK_LINK_KEY_FILE: put('secret', 'of a file') }
    expect(load({ env })).toBe('of a file')
    expect(load({ env: { ...env, RINGBACK_LINK_KEY: 'of the environment' } })).toBe('of the environment')
  })

  test('is read from the data folder again where it may be made too', () => {
    mkdirSync(places.dataDir)
    put('data/link.key', 'own')
    expect(load({ mayMake: true })).toBe('own')
  })

  test('is not looked for where a variable is empty', () => {
    put('etc/link.key', 'beside')
    expect(load({ env: { RINGBACK_LINK_KEY: '', RINGBACK_LINK_KEY_FILE: '' } })).toBe('beside')
  })

  test('is the same from the environment and from a file, line ends and blanks around it aside', () => {
    for (const text of ['k1', 'k1\n', ' k1\r\n']) {
      expect(load({ env: { RINGBACK_LINK_KEY: text } })).toBe('k1')
      expect(load({ env: { RINGBACK_LINK_KEY_FILE: put('k', text) } })).toBe('k1')
    }
  })

  test('may be any bytes, none of which is lost', () => {
    const bytes = Buffer.from([0xff, 0xfe, 0x0a, 0x80, 0x20, 0x0a])
    expect(loadLinkKey({ ...places, env: { RINGBACK_LINK_KEY_FILE: put('k', bytes) } })).toEqual(bytes)
  })

  test.each([
    [
      'blank in the environment',
      { RINGBACK_LINK_KEY: ' \n' },
      'RINGBACK_LINK_KEY: expected a link key, and it is empty',
    ],
    ['in an empty file', { RINGBACK_LINK_KEY_FILE: 'EMPTY' }, 'EMPTY: expected a link key, and it is empty'],
    ['in no file', { RINGBACK_LINK_KEY_FILE: 'GONE' }, 'GONE: the link key cannot be read: '],
    ['nowhere', {}, 'no link key: set RINGBACK_LINK_KEY or RINGBACK_LINK_KEY_FILE, or put it into BESIDE'],
  ])('%s is refused, saying where', (_, env: Record<string, string>, expected) => {
    const at = { EMPTY: put('empty', '\n'), GONE: join(folder, 'gone'), BESIDE: join(folder, 'etc/link.key') }
    const resolved = Object.fromEntries(
      Object.entries(env).map(([name, value]) => [name, at[value as 'GONE'] ?? value]),
    )
    const error = errorOf(() => load({ env: resolved }))
    const said = Object.entries(at).reduce((text, [name, file]) => text.replaceAll(file, name), error.message)
    expect(error).toMatchObject({ code: 'key', exitStatus: 2 })
    expect(said.slice(0, expected.length)).toBe(expected)
  })
})

const own = (): string => join(places.dataDir, 'link.key')

describe('a key of its own', () => {
  test('is made on the first run, and read on the next', () => {
    const first = load({ mayMake: true })
    expect(first).toMatch(/^[\w-]{43}$/)
    expect(load({ mayMake: true })).toBe(first)
    expect(load({ mayMake: false })).toBe(first)
    expect(readFileSync(own(), 'utf8')).toBe(`${first}\n`)
  })

  test('is readable by its owner alone, in a folder with nothing unfinished beside it', () => {
    load({ mayMake: true })
    expect(statSync(own()).mode & 0o777).toBe(0o600)
    expect(statSync(places.dataDir).mode & 0o077).toBe(0)
    expect(readdirSync(places.dataDir)).toEqual(['link.key'])
  })

  test('is another for other data', () => {
    expect(load({ mayMake: true })).not.toBe(load({ mayMake: true, dataDir: join(folder, 'more') }))
  })

  test('is not made where one is given', () => {
    load({ mayMake: true, env: { RINGBACK_LINK_KEY: 'given' } })
    expect(readdirSync(folder)).toEqual(['etc'])
  })

  test('never replaces what has come to stand in its place meanwhile', () => {
    mkdirSync(places.dataDir)
    symlinkSync(join(folder, 'not yet there'), own())
    const error = errorOf(() => load({ mayMake: true }))
    expect(error).toMatchObject({ code: 'key', exitStatus: 2 })
    expect(readdirSync(places.dataDir)).toEqual(['link.key'])
  })

  test('that cannot be made is refused, saying where', () => {
    const file = put('file', '')
    const error = errorOf(() => load({ mayMake: true, dataDir: join(file, 'data') }))
    expect(error).toMatchObject({ code: 'key', exitStatus: 2, cause: { code: 'ENOTDIR' } })
    expect(error.message).toContain(`${join(file, 'data/link.key')}: the link key cannot be made: `)
  })
})

test.each([
  [0o600, false],
  [0o400, false],
  [0o640, true],
  [0o604, true],
  [0o610, true],
])('a key file of mode %o is exposed: %j', (mode, expected) => {
  const file = put('link.key', 'k')
  chmodSync(file, mode)
  expect(isKeyExposed(file)).toBe(expected)
})

test('a key file that is not there is not exposed', () => {
  expect(isKeyExposed(join(folder, 'gone'))).toBe(false)
})
