/** The agents of bots that others have collected. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isBotAgent } from '@ringback/identity'

const BOTS = join(__dirname, '../../../shared/data/bots/crawler-user-agents-half.json')
if (!existsSync(BOTS)) {
  console.warn(`SKIPPED: the collected bots are not at ${BOTS}`)
  test.skip('collected bots', () => undefined)
} else
  test('of the bots that others have collected at least 99 in 100 are told', () => {
    const patterns = JSON.parse(readFileSync(BOTS, 'utf8')) as { instances: string[] }[]
    const agents = patterns.flatMap(({ instances }) => instances)
    const missed = agents.filter((agent) => !isBotAgent(agent, { isPage: true }))
    expect(agents.length).toBeGreaterThan(1_000)
    expect(missed.length / agents.length).toBeLessThan(0.01)
  })
