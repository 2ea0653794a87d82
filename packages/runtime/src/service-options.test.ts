/** What a service is started with: the command line, else the environment; what is not known is refused. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseServiceOptions } from './service-options.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ringback-options-'))
  for (const name of ['a.yaml', 'b.yaml']) writeFileSync(join(folder, name), '')
})
afterAll(() => rmSync(folder, { recursive: true }))

const parse = (argv: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  parseServiceOptions(argv, env, folder)

test('the command line comes before the environment', () => {
  const env = {
    RINGBACK_CONFIG: 'a.yaml',
    RINGBACK_PORT: '8001',
    RINGBACK_HOST: '0.0.0.0',
    LOG_LEVEL: 'warn',
  }
  const config = (name: string) => ({ configFile: join(folder, name) })
  expect(parse([], env)).toEqual({ ...config('a.yaml'), port: 8001, host: '0.0.0.0', logLevel: 'warn' })
  expect(parse(['--config', 'b.yaml', '--port', '8002', '--host', '::1'], env)).toEqual({
    ...config('b.yaml'),
    port: 8002,
    host: '::1',
    logLevel: 'warn',
  })
})

test('without either it listens on a free port of this machine alone', () => {
  expect(parse(['--config', 'a.yaml'], { RINGBACK_PORT: '' })).toMatchObject({
    port: 0,
    host: '127.0.0.1',
    logLevel: 'info',
  })
})

test.each<[string, readonly string[], Readonly<Record<string, string>>, string, string]>([
  ['no configuration', [], {}, 'configuration', 'no configuration'],
  ['a configuration that is not there', ['--config', 'c.yaml'], {}, 'configuration', 'c.yaml: no such file'],
  ['an unknown option', ['--config', 'a.yaml', '--prot', '1'], {}, 'usage', '--prot'],
  ['a word too many', ['--config', 'a.yaml', 'more'], {}, 'usage', 'more'],
  ['a port out of range', ['--config', 'a.yaml', '--port', '65536'], {}, 'usage', '--port: expected 0 to 65535'],
  ['a port of nothing', ['--config', 'a.yaml', '--port', ''], {}, 'usage', '--port: expected'],
  ['a port of the environment', ['--config', 'a.yaml'], { RINGBACK_PORT: 'x' }, 'usage', 'RINGBACK_PORT: expected'],
  ['an unknown level', ['--config', 'a.yaml'], { LOG_LEVEL: 'loud' }, 'usage', 'LOG_LEVEL: expected one of'],
])('%s is refused', (_, argv, env, code, message) => {
  expect(() => parse(argv, env)).toThrow(
    expect.objectContaining({ code, exitStatus: 2, message: expect.stringContaining(message) as string }),
  )
})
