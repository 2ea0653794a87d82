/** docs/formats.md says what becomes of odd values: every row of its tables is run as it stands there, through a mapping and the edge. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createIntake, type EdgeCounts } from '@ringback/collector'
import { configSchema } from '@ringback/contracts'
import { createTokeniser } from '@ringback/identity'
import { createRules } from '@ringback/journeys'
import { createMappedReader, parseMapping, type Row } from '../../packages/formats/src/index.ts'

const DOCUMENT = readFileSync(join(__dirname, '../../docs/formats.md'), 'utf8')
const NOW = Date.UTC(2026, 10, 24)

const config = configSchema.parse({
  council: { name: 'Odd values', timezone: 'Europe/London', region: 'GB' },
  identity: { stopList: ['01632 960000'] },
})
const tokeniser = createTokeniser({ key: Buffer.alloc(32, 1), region: 'GB', stopList: config.identity.stopList })
const intake = createIntake(tokeniser, createRules(config))

/** The rows of the first table under a heading, without the code marks. */
const tableOf = (heading: string): readonly (readonly string[])[] => {
  const section = DOCUMENT.split(`### ${heading}\n`)[1]?.split('\n#')[0] ?? ''
  const lines = section.split('\n').filter((line) => line.startsWith('|'))
  const cells = lines.map((line) => line.split('|').slice(1, -1))
  return cells.slice(2).map((row) => row.map((cell) => cell.trim().replace(/^`(.*)`$/, '$1')))
}

const quoted = (cell: string): string => `"${cell.replaceAll('"', '""')}"`

/** One cell as the only column but the id of a CSV, by a mapping. */
const readCell = (field: string, cell: string): { readonly row: Row; readonly isAmbiguous: boolean } => {
  const base = 'kind: contacts\nsource: test\ntimezone: Europe/London\nfields:\n  id: Id\n  channel: { value: phone }\n'
  const mapping = parseMapping(`${base}  ${field}`)
  if (mapping.kind === 'bad') throw new Error(JSON.stringify(mapping.problems))
  const reader = createMappedReader(mapping.value, 'odd.csv')
  const buffer = Buffer.from(`Id,When,Odd\n1,2026-11-16T09:00:00Z,${quoted(cell)}\n`)
  const batch = reader.read({ kind: 'block', buffer, firstLine: 1, marked: false })
  const [row] = batch.kind === 'batch' ? batch.rows : []
  if (batch.kind !== 'batch' || row === undefined) throw new Error('no row')
  return { row, isAmbiguous: batch.ambiguousTimes > 0 }
}

const accept = (row: Row) => {
  const edge: EdgeCounts = { unknownTask: 0, noToken: {} }
  if ('refusal' in row) return { edge, refused: row.refusal.reason }
  const accepted = intake.accept(row.value, { kind: 'contacts' }, NOW, edge)
  if (accepted.kind === 'bad') return { edge, refused: accepted.refusal.reason }
  return { edge, leg: JSON.parse((accepted.record as { canonical: string }).canonical) as Record<string, string> }
}

const NUMBERS = tableOf('Numbers')
const TIMES = tableOf('Times')

test('the tables are found', () => {
  expect(NUMBERS.length).toBeGreaterThan(20)
  expect(TIMES.length).toBeGreaterThan(15)
})

test.each(NUMBERS)('the number %s becomes %s', (cell, expected) => {
  const { row } = readCell('time: When\n  identifiers.phone: [Odd]', cell)
  const { edge, leg } = accept(row)
  const [type = '', number = ''] = expected?.split(' ') ?? []
  if (number === '') return expect(edge.noToken).toEqual({ [type]: 1 })
  expect(leg?.['identifiers']).toEqual(tokeniser.tokensOf({ phone: number }))
  expect(leg?.['identifiers']?.[0]).toMatch(new RegExp(`^${type}:`))
})

test.each(TIMES)('the time %s read as %s becomes %s %s', (cell, format, expected, note) => {
  const { row, isAmbiguous } = readCell(`time: { column: Odd, format: ${JSON.stringify(format)} }`, cell)
  const { leg, refused } = accept(row)
  expect(refused ?? (note === 'a day' ? leg?.['date'] : leg?.['time'])).toBe(expected)
  expect(isAmbiguous).toBe(note === 'ambiguous')
})
