import { configSchema, type EdgeRecord } from '@ringback/contracts'
import { createRules } from '@ringback/journeys'
import { createAssemble } from './assemble.ts'

const rules = createRules(configSchema.parse({ council: { name: 'B', timezone: 'Europe/London' } }))
const assemble = createAssemble(rules)

const leg = (id: string, revision: number, queue = 'q', conversation = 'v'): EdgeRecord => ({
  kind: 'contacts',
  source: 'tel',
  conversation,
  id,
  revision,
  canonical: JSON.stringify({ channel: 'phone', conversation, id, queue, revision, source: 'tel' }),
  received: 0,
  tokens: [],
  shows: true,
})
const profile = (revision: number): EdgeRecord => ({
  kind: 'profiles',
  source: 'tel',
  id: 'a',
  revision,
  canonical: JSON.stringify({ id: 'a', identifiers: [], revision, source: 'tel' }),
  received: 0,
  tokens: [],
})

test.each<readonly [string, readonly EdgeRecord[], number]>([
  ['none alone', [leg('a', 1), leg('b', 1), leg('a', 2, 'q', 'w'), profile(1)], 0],
  ['none of what is repeated', [leg('a', 1), leg('a', 1), profile(1), profile(1)], 0],
  ['each that is not the newest', [leg('a', 1), leg('a', 3), leg('a', 2), profile(1), profile(2)], 3],
  ['each of one revision that is not the greatest', [leg('a', 1, 'x'), leg('a', 1, 'z'), leg('a', 1, 'y')], 2],
  ['each once, however often it comes', [leg('a', 2), leg('a', 1), leg('a', 2), leg('a', 1), leg('a', 1)], 1],
])('of the revisions of a batch lose: %s', (_, records, superseded) => {
  for (const order of [records, records.toReversed(), [...records, ...records]])
    expect(assemble(order).superseded).toBe(superseded)
})
