/**
 * The tables of a ClickHouse cluster, made from the migrations of one server: `npm run clickhouse:cluster-ddl` writes
 * `cluster.sql`. Each table becomes two: NAME_local, replicated, which holds a shard's rows, and NAME, Distributed, which the
 * product reads and writes without knowing. A migration that this cannot turn into statements for a cluster fails here.
 */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const SQL = new URL('../../packages/warehouse/sql/', import.meta.url)
const OUTPUT = new URL('cluster.sql', import.meta.url)

/** The product's name of the database (`clickhouse.database`). */
const DATABASE = 'ringback'
const ON_CLUSTER = `ON CLUSTER '{cluster}'`

const HEADER = readFileSync(new URL('header.sql', import.meta.url), 'utf8').trimEnd()
const PROFILE = readFileSync(new URL('profile.sql', import.meta.url), 'utf8').trimEnd()

/** @param {string} path */
const read = (path) => readFileSync(new URL(path, SQL), 'utf8').trim()

/** @param {string} text */
const withoutComments = (text) =>
  text
    .split('\n')
    .filter((line) => !line.startsWith('--'))
    .join('\n')

const TABLE =
  /^CREATE TABLE IF NOT EXISTS (\w+)\n(\([\s\S]*\n\))\nENGINE = ReplacingMergeTree\(([^)]*)\)\nORDER BY (\w+)$/
const COLUMN = /^ALTER TABLE (\w+) (ADD COLUMN IF NOT EXISTS [\s\S]+)$/
const LOCAL =
  /^ALTER TABLE (\w+) ((?:ADD INDEX IF NOT EXISTS|MODIFY SETTING|DROP INDEX IF EXISTS|MATERIALIZE INDEX|MODIFY COLUMN \w+ \w+ DEFAULT '' TTL) [\s\S]+)$/

/**
 * @param {string} name of the file, for who has to mend it
 * @param {string} text one statement of the product's
 * @returns {string[]}
 */
export const toCluster = (name, text) => {
  const statement = withoutComments(text)
  const table = TABLE.exec(statement)
  if (table) {
    const [, of, columns, version, key] = table
    const local = `${DATABASE}.${of}_local`
    const replica = `'/clickhouse/tables/{shard}/{database}/{table}', '{replica}'`
    return [
      `CREATE TABLE IF NOT EXISTS ${local} ${ON_CLUSTER}\n${columns}\n` +
        `ENGINE = ReplicatedReplacingMergeTree(${replica}, ${version})\nORDER BY ${key}`,
      // All versions of a row lie on the shard that its key names, so that FINAL, which each shard does alone, finds the greatest.
      `CREATE TABLE IF NOT EXISTS ${DATABASE}.${of} ${ON_CLUSTER} AS ${local}\n` +
        `ENGINE = Distributed('{cluster}', '${DATABASE}', '${of}_local', cityHash64(${key}))`,
    ]
  }
  const column = COLUMN.exec(statement)
  if (column)
    // The local table first: what the Distributed one knows it also asks for.
    return [`${column[1]}_local`, column[1]].map((of) => `ALTER TABLE ${DATABASE}.${of} ${ON_CLUSTER} ${column[2]}`)
  const local = LOCAL.exec(statement)
  if (local) return [`ALTER TABLE ${DATABASE}.${local[1]}_local ${ON_CLUSTER} ${local[2]}`]
  throw new Error(`${name}: infra/clickhouse/generate.mjs cannot say this for a cluster: teach it to`)
}

/** Those for tables in the process alone (`.embedded.sql`) are left out: replicas stand in for fsync. */
const migrations = () =>
  readdirSync(new URL('migrations/', SQL))
    .filter((file) => !file.endsWith('.embedded.sql'))
    .toSorted()
    .map((file) => {
      const [, number = '', name = ''] = /^(\d{4})-([a-z0-9-]+)\.sql$/.exec(file) ?? []
      const text = read(`migrations/${file}`)
      return { file, number: Number(number), name, text, hash: createHash('sha256').update(text).digest('hex') }
    })

export const clusterStatements = () => {
  const all = migrations()
  const rows = all.map(({ number, name, hash }) => `    (${number}, '${name}', '${hash}')`)
  return [
    { about: 'The database.', text: `CREATE DATABASE IF NOT EXISTS ${DATABASE} ${ON_CLUSTER} ENGINE = Atomic` },
    ...toCluster('create-migrations.sql', read('create-migrations.sql')).map((text) => ({
      about: 'Which migrations were applied.',
      text,
    })),
    ...all.flatMap(({ file, text }) => toCluster(file, text).map((one) => ({ about: file, text: one }))),
    {
      about: 'The writer finds every migration applied, and makes no table of its own on one server alone.',
      text: `INSERT INTO ${DATABASE}.migrations (number, name, hash)\nSETTINGS distributed_foreground_insert = 1\nVALUES\n${rows.join(',\n')}`,
    },
  ]
}

export const clusterSql = () => {
  const statements = clusterStatements().map(({ about, text }) => `-- ${about}\n${text};`)
  return `${[HEADER, ...statements, PROFILE].join('\n\n')}\n`
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(OUTPUT, clusterSql())
