/** The made-up council's tasks carry ids that the Local Government Services List has. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { configSchema, parseYamlFile } from '@ringback/contracts'
import { createCouncil } from '@ringback/council'

const LIST = join(__dirname, '../../../shared/data/lgsl/lgsl_union.csv')

if (!existsSync(LIST)) {
  console.warn(`SKIPPED: the Local Government Services List is not at ${LIST}`)
  test.skip('ids of the made-up council', () => undefined)
} else
  test('every task of the made-up council has an id of the Local Government Services List', () => {
    const known = new Set(
      readFileSync(LIST, 'utf8')
        .split('\n')
        .map((line) => Number(line.split(',')[0])),
    )
    const config = parseYamlFile(createCouncil({ residents: 100, weeks: 1 }).configYaml, configSchema)
    const tasks = config.kind === 'pass' ? config.value.tasks : []
    expect(tasks.length).toBeGreaterThan(0)
    expect(tasks.filter(({ lgsl }) => lgsl === undefined || !known.has(lgsl))).toEqual([])
  })
