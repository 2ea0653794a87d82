/** What a service of the cluster cannot do without, and its secrets. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { configSchema } from '@ringback/contracts'
import { clickhouseOf, readSecret, requireCluster } from './cluster-config.ts'

const council = { name: 'B', timezone: 'Europe/London' }
const cluster = {
  council,
  mode: 'cluster',
  kafka: { brokers: ['127.0.0.1:9092'], prefix: 'ringback' },
  redis: { url: 'redis://127.0.0.1:6379' },
  clickhouse: { url: 'http://127.0.0.1:8123', database: 'ringback' },
}

test('a configuration of a cluster is one', () => {
  const config = configSchema.parse(cluster)
  expect(requireCluster({ file: 'f', config })).toEqual(config)
})

test.each([{ council }, { ...cluster, mode: 'embedded' }])('one of another mode is refused', (given) => {
  const act = () => requireCluster({ file: 'f.yaml', config: configSchema.parse(given) })
  expect(act).toThrow(expect.objectContaining({ code: 'configuration', exitStatus: 2 }))
  expect(act).toThrow('f.yaml: mode: expected cluster')
})

test('a secret is the variable, else what stands in its file, else none', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ringback-secret-'))
  const file = join(folder, 'secret')
  writeFileSync(file, 'of the file\n')
  expect(readSecret({ S: 'given', S_FILE: file }, 'S')).toBe('given')
  expect(readSecret({ S: '', S_FILE: file }, 'S')).toBe('of the file')
  expect(readSecret({ S_FILE: '' }, 'S')).toBeUndefined()
  expect(() => readSecret({ S_FILE: join(folder, 'gone') }, 'S')).toThrow('S_FILE: cannot be read')
  rmSync(folder, { recursive: true })
})

test('the tables are signed in to as the environment says', () => {
  const { clickhouse } = cluster
  expect(clickhouseOf({ clickhouse }, { RINGBACK_CLICKHOUSE_USER: 'u', RINGBACK_CLICKHOUSE_PASSWORD: 'p' })).toEqual({
    ...clickhouse,
    username: 'u',
    password: 'p',
  })
  expect(clickhouseOf({ clickhouse }, {})).toEqual({ ...clickhouse, username: undefined, password: undefined })
})
