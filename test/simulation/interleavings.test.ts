/** Any order, any batching, any repetition, any interleaving of partitions: the same rows as all records judged at once. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { configSchema } from '@ringback/contracts'
import { createRules } from '@ringback/journeys'
import { judgeRecords, toEdgeRecords } from '../scenarios/judge-records'
import { runLog, standing } from './partitioned-log'
import { createRandom } from './random'

const EXAMPLES = join(__dirname, '../../../shared/examples/law.ndjson')
const NOW = Date.UTC(2027, 5, 1)
const examples = existsSync(EXAMPLES)
  ? readFileSync(EXAMPLES, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
  : []

test.each(examples.map((example, i) => [i, example] as const))('example %d', (i, example) => {
  const config = configSchema.parse(example.catalogue)
  const rules = createRules(config)
  const records = toEdgeRecords(config, NOW, example)
  const expected = new Map(
    judgeRecords(config, records).map(({ kind, id, row }) => [`${kind}|${id}`, JSON.stringify(row)]),
  )
  for (let seed = 0; seed < 8; seed++) {
    const random = createRandom(i * 1000 + seed)
    const repeated = [...records, ...records.filter(() => random.below(4) === 0)]
    const batches = []
    for (let rest = random.shuffle(repeated); rest.length > 0;) batches.push(rest.splice(0, 1 + random.below(12)))
    const table = runLog(batches, { partitions: 1 + random.below(5), rules, now: NOW, scheduler: random })
    expect(standing(table)).toEqual(expected)
  }
})
