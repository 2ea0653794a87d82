/** Where Redis is and how to sign in. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { type Endpoints, type Environment, type RedisConfig, toEndpoints } from './endpoints.ts'

const folder = mkdtempSync(join(tmpdir(), 'ringback-redis-'))
afterAll(() => rmSync(folder, { recursive: true }))
const file = join(folder, 'password')
writeFileSync(file, 'from file\n')

test.each<[RedisConfig, Environment, Partial<Endpoints>]>([
  [{ url: 'redis://127.0.0.1' }, {}, { nodes: [{ host: '127.0.0.1', port: 6379 }], place: '127.0.0.1:6379' }],
  [
    { url: 'redis://localhost:7000/3' },
    {},
    { nodes: [{ host: 'localhost', port: 7000 }], database: 3, usesTls: false },
  ],
  [{ url: 'rediss://[::1]:7000/' }, {}, { nodes: [{ host: '::1', port: 7000 }], database: 0, usesTls: true }],
  [{ url: 'redis://me:p%40ss@h' }, {}, { username: 'me', password: 'p@ss', place: 'h:6379' }],
  [{ url: 'redis://:pass@h' }, {}, { username: undefined, password: 'pass' }],
  [
    { url: 'redis://me:pass@h' },
    { RINGBACK_REDIS_USERNAME: 'you', RINGBACK_REDIS_PASSWORD: 'other', RINGBACK_REDIS_PASSWORD_FILE: file },
    { username: 'you', password: 'other' },
  ],
  [{ url: 'redis://h' }, { RINGBACK_REDIS_PASSWORD_FILE: file }, { password: 'from file' }],
  [
    { cluster: ['127.0.0.1:7001', 'second', '[::1]:7003'] },
    { RINGBACK_REDIS_PASSWORD: 'pass' },
    {
      isCluster: true,
      nodes: [
        { host: '127.0.0.1', port: 7001 },
        { host: 'second', port: 6379 },
        { host: '::1', port: 7003 },
      ],
      password: 'pass',
      usesTls: false,
    },
  ],
  [
    { cluster: ['rediss://me:pass@a:1', 'b:2'] },
    {},
    { username: 'me', password: 'pass', usesTls: true, place: 'a:1, b:2' },
  ],
])('%j', (redis, env, expected) => {
  expect(toEndpoints(redis, env)).toMatchObject(expected)
})

test.each<[RedisConfig, Environment, RegExp]>([
  [{ cluster: [] }, {}, /redis\.cluster/],
  [{ cluster: ['a:1', ':'] }, {}, /redis\.cluster\[1\]/],
  [{ cluster: ['http://a:1'] }, {}, /redis\.cluster\[0\]/],
  [{ cluster: ['redis://a:1/2'] }, {}, /no database/],
  [{ url: 'redis://:secret@h:99999999' }, {}, /redis\.url/],
  [{ url: 'redis://:secret%@h' }, {}, /percent-encoded/],
  [{ url: 'redis://:secret@h/nonsense' }, {}, /redis\.url/],
  [{ url: 'redis://h' }, { RINGBACK_REDIS_PASSWORD_FILE: join(folder, 'none') }, /RINGBACK_REDIS_PASSWORD_FILE/],
])('%j is refused, and shows no password', (redis, env, says) => {
  let refusal: unknown
  try {
    toEndpoints(redis, env)
  } catch (error) {
    refusal = error
  }
  expect(refusal).toMatchObject({ code: 'configuration', message: expect.stringMatching(says) })
  expect(inspect(refusal, { depth: Infinity, showHidden: true })).not.toContain('secret')
})
