/** Which `ringback.yaml` counts, and what is said of one that cannot be used. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { RingbackError } from '@ringback/pipeline'
import { type ConfigPlaces, findConfig, loadConfig } from './load-config.ts'

const COUNCIL = 'council: { name: B, timezone: Europe/London }\n'

let folder: string
let places: ConfigPlaces
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ringback-config-'))
  places = { asked: undefined, dataDir: join(folder, 'data'), cwd: join(folder, 'here') }
  mkdirSync(places.dataDir)
  mkdirSync(places.cwd)
})
afterEach(() => rmSync(folder, { recursive: true }))

const put = (name: string, content: string | Uint8Array = COUNCIL): string => {
  const file = join(folder, name)
  writeFileSync(file, content)
  return file
}
const errorOf = (act: () => unknown): RingbackError => {
  try {
    act()
  } catch (error) {
    if (error instanceof RingbackError) return error
    throw error
  }
  throw new Error('expected a RingbackError')
}

describe('the configuration that counts', () => {
  test('is the one asked for, wherever others lie', () => {
    put('here/ringback.yaml')
    put('data/ringback.yaml')
    const asked = put('other.yaml')
    expect(findConfig({ ...places, asked })).toBe(asked)
    expect(findConfig({ ...places, asked: '../other.yaml' })).toBe(asked)
  })

  test('is else in the data folder, else in the current one, else there is none', () => {
    expect(findConfig(places)).toBeUndefined()
    const here = put('here/ringback.yaml')
    expect(findConfig(places)).toBe(here)
    const inData = put('data/ringback.yaml')
    expect(findConfig(places)).toBe(inData)
  })

  test('is never another than the one asked for', () => {
    put('here/ringback.yaml')
    const error = errorOf(() => findConfig({ ...places, asked: 'mistyped.yaml' }))
    expect(error).toMatchObject({ code: 'configuration', exitStatus: 2 })
    expect(error.message).toBe('mistyped.yaml: no such file; name another with --config')
  })
})

describe('a configuration', () => {
  test('is read with its file', () => {
    const file = put('c.yaml')
    const loaded = loadConfig(file)
    expect(loaded.file).toBe(file)
    expect(loaded.config.council).toEqual({ name: 'B', timezone: 'Europe/London', region: 'GB' })
  })

  test('may be JSON', () => {
    const file = put('c.json', JSON.stringify({ council: { name: 'Ynys Môn', timezone: 'Europe/London' } }))
    expect(loadConfig(file).config.council.name).toBe('Ynys Môn')
  })

  test.each<[string, string | Uint8Array, string]>([
    [
      'with all that is wrong, a line each',
      `${COUNCIL}tasks:\n  - id: a\n    window: soon\nmood: x\n`,
      'FILE:4: tasks[0].window: expected a duration such as 90s, 15m, 72h or 7d\nFILE:5: mood: unknown field',
    ],
    ['without a council', '', 'FILE:1: council: expected object, received undefined'],
    [
      'of no UTF-8',
      Buffer.from(`${COUNCIL}# caf\xE9\n`, 'latin1'),
      'FILE:2: (file): expected UTF-8: save it with that encoding',
    ],
  ])('%s is refused', (_, content, expected) => {
    const file = put('c.yaml', content)
    const error = errorOf(() => loadConfig(file))
    expect(error).toMatchObject({ code: 'configuration', exitStatus: 2 })
    expect(error.message.replaceAll(file, 'FILE')).toBe(expected)
  })

  test('that cannot be read is refused, with the cause', () => {
    const unreadable = { EISDIR: places.dataDir, ENOENT: join(folder, 'gone.yaml') }
    for (const [code, file] of Object.entries(unreadable)) {
      const error = errorOf(() => loadConfig(file))
      expect(error).toMatchObject({ code: 'configuration', exitStatus: 2, cause: { code } })
      expect(error.message).toContain(`${file}: cannot be read: ${code}`)
    }
  })
})
