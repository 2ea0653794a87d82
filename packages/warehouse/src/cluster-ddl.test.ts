/**
 * `infra/clickhouse/cluster.sql`: it is what its generator gives, the engine can read it, and the product works on what it makes. The
 * engine here is one process with an emulated Keeper: replicated tables can be made, and Distributed ones of one shard be worked on.
 * Replication, several shards and ON CLUSTER are not shown.
 */
import { parseInstant } from '@ringback/contracts'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Gateway, openGateway } from './testing/gateway.ts'
import { contactRow, insertRows, journeyRow, parseConfig, toArray } from './testing/tables.ts'
import { openServer } from './warehouse.ts'

jest.setTimeout(60_000)

const FOLDER = join(__dirname, '..', '..', '..', 'infra', 'clickhouse')
const COMMITTED = readFileSync(join(FOLDER, 'cluster.sql'), 'utf8')

const statements = COMMITTED.split(/;\n/)
  .map((text) => text.replaceAll(/^--.*$/gm, '').trim())
  .filter((text) => text !== '')

/** A script of its own: jest cannot load what is an ES module alone. */
const generate = (expression: string): { readonly status: number | null; readonly stdout: string; stderr: string } =>
  spawnSync(
    process.execPath,
    [
      '--input-type=module',
      '--eval',
      `import * as made from ${JSON.stringify(join(FOLDER, 'generate.mjs'))}; ${expression}`,
    ],
    { encoding: 'utf8' },
  )

test('the file is what its generator gives: npm run clickhouse:cluster-ddl', () => {
  expect(generate('process.stdout.write(made.clusterSql())').stdout).toBe(COMMITTED)
})

test('a migration that cannot be said for a cluster is refused, not skipped', () => {
  const { status, stderr } = generate(`made.toCluster('0009-x.sql', '-- Why.\\nOPTIMIZE TABLE journeys')`)
  expect(status).toBe(1)
  expect(stderr).toContain('0009-x.sql: infra/clickhouse/generate.mjs cannot say this for a cluster')
})

test.each([
  [
    'ALTER TABLE journeys ADD COLUMN IF NOT EXISTS note String',
    [
      "ALTER TABLE ringback.journeys_local ON CLUSTER '{cluster}' ADD COLUMN IF NOT EXISTS note String",
      "ALTER TABLE ringback.journeys ON CLUSTER '{cluster}' ADD COLUMN IF NOT EXISTS note String",
    ],
  ],
  [
    'ALTER TABLE contacts MODIFY SETTING fsync_after_insert = 1',
    ["ALTER TABLE ringback.contacts_local ON CLUSTER '{cluster}' MODIFY SETTING fsync_after_insert = 1"],
  ],
])('a later migration can be: %s', (text, expected) => {
  const made = generate(`process.stdout.write(JSON.stringify(made.toCluster('x', ${JSON.stringify(text)})))`)
  expect(JSON.parse(made.stdout)).toEqual(expected)
})

/** `twice` names the one server as two shards. */
const CONFIG = `<clickhouse>
  <tcp_port>9000</tcp_port>
  <macros><cluster>one</cluster><shard>1</shard><replica>a</replica></macros>
  <zookeeper><implementation>testkeeper</implementation></zookeeper>
  <interserver_http_host>127.0.0.1</interserver_http_host>
  <interserver_http_port>1</interserver_http_port>
  <remote_servers>
    ${['one', 'twice']
      .map((name) => {
        const shard =
          '<shard><internal_replication>true</internal_replication><replica><host>127.0.0.1</host><port>9000</port></replica></shard>'
        return `<${name}>${shard}${name === 'twice' ? shard : ''}</${name}>`
      })
      .join('\n')}
  </remote_servers>
</clickhouse>
`

describe('in an engine that takes itself for a cluster of one', () => {
  let folder: string
  let gateway: Gateway
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'ringback-cluster-'))
    writeFileSync(join(folder, 'config.xml'), CONFIG)
    gateway = await openGateway(join(folder, 'data'), {}, folder)
  })
  afterAll(async () => {
    // Tables that never became writable do not end in order either.
    await gateway.end('SIGKILL')
    rmSync(folder, { recursive: true })
  })

  const ask = async (query: string, parameters: Readonly<Record<string, string>> = {}): Promise<string> => {
    const response = await fetch(`${gateway.url}/?${new URLSearchParams(parameters).toString()}`, {
      method: 'POST',
      body: query,
    })
    const text = await response.text()
    if (!response.ok) throw new Error(text)
    return text.trimEnd()
  }

  test.each(statements.map((text) => [text.split('\n')[0] ?? '', text] as const))(
    'it can read: %s',
    async (_, text) => {
      // The values of an insert are data to the parser, not a part of the statement.
      const statement = text.replace(/\nVALUES[\s\S]*/, ' VALUES').replaceAll('\n', ' ')
      expect(await ask('SELECT formatQuery({text:String}) FORMAT TSV', { param_text: statement })).not.toBe('')
    },
  )

  test('what it cannot read, it says', async () => {
    await expect(ask('SELECT formatQuery({text:String})', { param_text: 'CREATE TABEL x' })).rejects.toThrow(
      'SYNTAX_ERROR',
    )
  })

  /** Statements to all servers of a cluster travel through a real Keeper; here there is one server. */
  const toOneServer = statements.slice(0, -1).map((text) => text.replaceAll(" ON CLUSTER '{cluster}'", ''))

  test('it makes replicated tables, and before them Distributed ones by the names that the product knows', async () => {
    for (const text of toOneServer.filter((one) => one.startsWith('CREATE'))) await ask(text)
    const engines = await ask(
      "SELECT name, engine FROM system.tables WHERE database = 'ringback' ORDER BY name FORMAT TSV",
    )
    expect(engines.split('\n')).toEqual(
      ['bad_rows', 'contacts', 'feeds', 'journeys', 'migrations'].flatMap((name) => [
        `${name}\tDistributed`,
        `${name}_local\tReplicatedReplacingMergeTree`,
      ]),
    )
  })

  describe('with tables to work on', () => {
    const plain = toOneServer.map((text) =>
      text
        .replace(/ReplicatedReplacingMergeTree\('[^']*', '[^']*', /, 'ReplacingMergeTree(')
        .replaceAll(/\bringback\b/g, 'worked_on'),
    )
    /** What the profile sets, which takes an administrator of a real server. */
    const profile = new Map(
      [
        ...(/SETTINGS PROFILE [\s\S]*?SETTINGS ([\s\S]*)$/m.exec(statements.at(-1) ?? '')?.[1] ?? '').matchAll(
          /(\w+) = '?(\w+)'?/g,
        ),
      ].map(([, name = '', value = '']) => [name, value]),
    )
    const settings = [...profile].map(([name, value]) => `clickhouse_setting_${name}=${value}`).join('&')

    beforeAll(async () => {
      // The emulated Keeper lets replicated tables be made, but nothing be inserted: what is worked on is the same without replicas.
      for (const text of plain) await ask(text)
    })

    test('the profile is the one that is written down', () => {
      expect(Object.fromEntries(profile)).toEqual({
        distributed_foreground_insert: '1',
        insert_quorum: 'auto',
        distributed_product_mode: 'global',
        load_balancing: 'in_order',
      })
    })

    test('the product has nothing to migrate, and replaces, withdraws, exports and counts', async () => {
      const server = openServer({ url: `${gateway.url}/?${settings}`, database: 'worked_on' })
      try {
        expect(await server.migrate()).toEqual([])
        const refuse = () => {
          throw new Error('refused')
        }
        await insertRows(server, {
          journeys: [journeyRow(), journeyRow({ journey_id: 'j-2' })],
          contacts: [contactRow()],
        })
        await insertRows(server, { journeys: [journeyRow({ flagged: true, return_kind: 'failed' })] }, '2')
        await server.insertConclusions({ journeys: ['{"journey_id":"j-2","version":"2","is_deleted":1}'] }, refuse)
        const kept = await toArray(server.journeys())
        expect(kept.map(({ journey_id, flagged, version }) => [journey_id, flagged, version])).toEqual([
          ['j-1', true, '2'],
        ])
        const config = parseConfig({ council: { name: 'T', timezone: 'Europe/London' } })
        const now = parseInstant('2026-11-30T00:00:00Z') as number
        await server.declareFeed('telephony', now)
        expect(await server.feeds()).toEqual([{ source: 'telephony', completeTo: now }])
        expect(await server.taskRates({ config, now })).toMatchObject([{ journeys: 1 }])
        expect(await server.contactRates({ config, now })).toMatchObject([{ contacts: 1 }])
      } finally {
        await server.close()
      }
    })

    test('over two shards, the rates of contacts need distributed_product_mode', async () => {
      await ask(
        "CREATE TABLE worked_on.twice AS worked_on.contacts_local ENGINE = Distributed('twice', 'worked_on', 'contacts_local', rand())",
      )
      const question =
        'SELECT count() FROM worked_on.twice FINAL WHERE contact_id NOT IN (SELECT contact_id FROM worked_on.twice FINAL)'
      await expect(ask(question)).rejects.toThrow('DISTRIBUTED_IN_JOIN_SUBQUERY_DENIED')
      expect(await ask(question, { distributed_product_mode: profile.get('distributed_product_mode') ?? '' })).toBe('0')
    })
  })
})
