/** `keys.json`: replaced as a whole, by one at a time, readable by its owner alone. */
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { changeKeyFile, type KeyEntry, readKeyFile } from './key-file.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ringback-keys-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const fileIn = (): string => join(folder, 'deeper', 'keys.json')
const entry = (id: string): KeyEntry => ({ id, kind: 'secret', name: 'n', created_at: 't', revoked_at: null })
const add = (id: string, now: number): void =>
  changeKeyFile(fileIn(), now, (keys) => ({ keys: [...keys, entry(id)], result: undefined }))

const NOW = Date.now()

test('there is none at first, and then what was put in, for its owner alone', () => {
  expect(readKeyFile(fileIn())).toEqual([])
  add('a', NOW)
  add('b', NOW)
  expect(readKeyFile(fileIn())).toEqual([entry('a'), entry('b')])
  expect(statSync(fileIn()).mode & 0o777).toBe(0o600)
  expect(existsSync(`${fileIn()}.next`)).toBe(false)
})

test('a change that fails changes nothing, and keeps nobody from the next', () => {
  add('a', NOW)
  const before = readFileSync(fileIn(), 'utf8')
  const failing = () =>
    changeKeyFile(fileIn(), NOW, () => {
      throw new Error('no')
    })
  expect(failing).toThrow('no')
  expect(readFileSync(fileIn(), 'utf8')).toBe(before)
  add('b', NOW)
  expect(readKeyFile(fileIn())).toHaveLength(2)
})

test('two do not change it at once, and one who died over it is not waited for', () => {
  add('a', NOW)
  const next = `${fileIn()}.next`
  writeFileSync(next, '')
  expect(() => add('b', NOW)).toThrow(expect.objectContaining({ code: 'store', retryable: true }))
  utimesSync(next, NOW / 1_000 - 60, NOW / 1_000 - 60)
  add('b', NOW)
  expect(readKeyFile(fileIn())).toHaveLength(2)
})

test.each([
  '',
  '{',
  '{"version":2,"keys":[]}',
  '{"version":1,"keys":[{"id":"a"}]}',
  '{"version":1,"keys":[],"more":1}',
])('what is no file of keys is refused and left as it is: %s', (text) => {
  add('a', NOW)
  writeFileSync(fileIn(), text)
  expect(() => readKeyFile(fileIn())).toThrow(expect.objectContaining({ code: 'configuration' }))
  expect(() => add('b', NOW)).toThrow(expect.objectContaining({ code: 'configuration' }))
  expect(readFileSync(fileIn(), 'utf8')).toBe(text)
})
