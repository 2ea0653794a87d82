/** Yardstick 2: the crude job in one statement. Which events share an identifier with a contact that began within 72 h after? */
import { createRequire } from 'node:module'

const [folder = ''] = process.argv.slice(2)
// The engine belongs to the warehouse package; a benchmark borrows it from there.
const require = createRequire(new URL('../../../packages/warehouse/package.json', import.meta.url))
const { query } = require('chdb') as { query: (sql: string, format: string) => string }

const tied = (identifier: string): string => `
  SELECT web.session, contact.id
  FROM (SELECT session, parseDateTime64BestEffort(time, 3) AS at, identifiers.${identifier} AS value
        FROM file('${folder}/web.ndjson', JSONEachRow, 'session String, time String, identifiers Tuple(email Nullable(String), phone Nullable(String), uprn Nullable(String))')
        WHERE value IS NOT NULL) AS web
  JOIN (SELECT id, parseDateTime64BestEffort(time, 3) AS started, identifiers.${identifier} AS value
        FROM file('${folder}/contacts.ndjson', JSONEachRow, 'id String, time String, identifiers Tuple(email Nullable(String), phone Nullable(String), uprn Nullable(String))')
        WHERE value IS NOT NULL) AS contact ON web.value = contact.value
  WHERE contact.started BETWEEN web.at AND web.at + INTERVAL 72 HOUR`

const began = process.hrtime.bigint()
const answer = query(
  `SELECT uniqExact(session, id) AS rows FROM (${['email', 'phone', 'uprn'].map(tied).join(' UNION ALL ')})
   SETTINGS input_format_import_nested_json = 1`,
  'JSONEachRow',
)
const seconds = Number(process.hrtime.bigint() - began) / 1e9
const { rows } = JSON.parse(answer) as { rows: number | string }
console.log(JSON.stringify({ seconds, rows: Number(rows) }))
