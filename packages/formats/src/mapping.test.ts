import { describeProblem } from '@ringback/contracts'
import { parseMapping } from './mapping.ts'

const problems = (yaml: string): string[] => {
  const result = parseMapping(yaml)
  return result.kind === 'pass' ? [] : result.problems.map((problem) => describeProblem('m.yaml', problem))
}

/** A contacts mapping with these lines more, the first of which is line 6. */
const withLines = (...lines: readonly string[]): string =>
  [
    'kind: contacts',
    'fields:',
    '  id: ID',
    '  channel: { value: phone }',
    '  time: { column: T, format: epoch_s }',
    ...lines,
  ].join('\n')

test("the contract's own example is a mapping", () => {
  const result = parseMapping(`
kind: contacts
source: telephony
csv: { delimiter: ";", encoding: windows-1252, quote: "\\"" }
timezone: Europe/London
fields:
  id: "Call ID"
  conversation: { columns: ["Site", "Call ID"], join: "-" }
  time: { columns: ["Date", "Start"], format: "dd/MM/yyyy HH:mm:ss" }
  channel: { value: phone }
  direction: { column: "Type", map: { "IN": inbound, "OUT": outbound }, default: internal }
  handle_seconds: { column: "Talk", unit: "HH:mm:ss" }
  identifiers.phone: ["CLI", "Alt phone"]
  tasks: { column: "Reason", map: { "Missed bin*": report-missed-bin }, split: "," }
skip: [{ column: "Type", is: ["INT", "TEST*"] }]
`)
  expect(result).toMatchObject({ kind: 'pass', value: { csv: { encoding: 'windows-1252' }, source: 'telephony' } })
  if (result.kind === 'pass') expect(structuredClone(result.value)).toEqual(result.value)
})

test('a mapping may be JSON, and lesser spellings are known', () => {
  expect(problems(`{"kind":"profiles","fields":{"id":"ID","identifiers.crm":"ID"}}`)).toEqual([])
  expect(problems(withLines('csv: { delimiter: "\\t", encoding: Latin1 }'))).toEqual([])
})

describe('a mapping is refused by line and field', () => {
  test.each([
    [withLines('  chanel: X'), 'm.yaml:6: fields.chanel: unknown field; expected one of source, id,'],
    [withLines('  identifiers.phon: X'), 'm.yaml:6: fields.identifiers.phon: unknown field'],
    [withLines('  identifiers: X'), 'm.yaml:6: fields.identifiers: unknown field'],
    [withLines('feilds: {}'), 'm.yaml:6: feilds: unknown field'],
    [withLines('  queue: { colum: X }'), 'm.yaml:6: fields.queue.colum: unknown field'],
    [withLines('  queue: { map: {} }'), 'm.yaml:6: fields.queue: expected `column`, `columns` or `value`'],
    [withLines('  queue: { column: A, columns: [B] }'), 'm.yaml:6: fields.queue: expected `column`, `columns` or'],
    [withLines('  queue: { column: A, join: "-" }'), 'm.yaml:6: fields.queue.join: expected `columns`'],
    [withLines('  queue: 7'), 'm.yaml:6: fields.queue: '],
    [withLines('  queue: ""'), 'm.yaml:6: fields.queue: expected the name of a column'],
    [withLines('  queue: [A, B]'), 'm.yaml:6: fields.queue: expected one column'],
    [withLines('  queue: { column: A, split: "," }'), 'm.yaml:6: fields.queue.split: not expected'],
    [withLines('  queue: { column: A, unit: s }'), 'm.yaml:6: fields.queue.unit: expected at handle_seconds'],
    [withLines('  queue: { column: A, format: iso }'), 'm.yaml:6: fields.queue.format: expected at time'],
    [
      withLines('  handle_seconds: { column: A, prefix: x }'),
      'm.yaml:6: fields.handle_seconds.prefix: expected at texts',
    ],
    [withLines('  handle_seconds: { column: A, unit: h }'), 'm.yaml:6: fields.handle_seconds.unit: '],
    [withLines('  direction: { value: in }'), 'm.yaml:6: fields.direction.value: '],
    [withLines('  direction:', '    column: A', '    map: { IN: in }'), 'm.yaml:8: fields.direction.map.IN: '],
    [withLines('  direction: { column: A, default: in }'), 'm.yaml:6: fields.direction.default: '],
    [withLines('  revision: { value: first }'), 'm.yaml:6: fields.revision.value: '],
    [withLines('  date: { value: 2026-11-16 }'), 'm.yaml:6: fields.date.value: expected a column'],
    [
      withLines('  date: { column: D, format: dd/mm/yyyy }'),
      'm.yaml:6: fields.date.format: expected a year (yyyy), month (MM)',
    ],
    [withLines('timezone: Europe/Borsetshire'), 'm.yaml:6: timezone: expected an IANA time zone'],
    [withLines('csv: { encoding: ebcdic }'), 'm.yaml:6: csv.encoding: expected utf-8, windows-1252 or latin-1'],
    [withLines('csv: { delimiter: "; " }'), 'm.yaml:6: csv.delimiter: expected one character'],
    [withLines("csv: { delimiter: '\"' }"), 'm.yaml:6: csv.quote: expected another than the delimiter'],
    [withLines('csv: { delimeter: ";" }'), 'm.yaml:6: csv.delimeter: unknown field'],
    [withLines('skip: [{ column: A }]'), 'm.yaml:6: skip[0].is: '],
    [withLines('skip: [{ column: A, is: [] }]'), 'm.yaml:6: skip[0].is: '],
    [withLines('source: a', 'x: 1').replace('  id', '  source: S\n  id'), 'm.yaml:8: x: unknown field'],
    [withLines('source: a').replace('  id', '  source: S\n  id'), 'm.yaml:3: fields.source: not expected beside'],
    [withLines('kind: calls').replace('kind: contacts\n', ''), 'm.yaml:5: kind: '],
    [withLines('  tasks: { column: A', ''), 'm.yaml:'],
    ['kind: contacts\nfields: { id: A }', 'm.yaml:2: fields: expected time or date'],
    ['kind: web\nfields: { id: A, time: B, session: C }', 'm.yaml:2: fields: expected type'],
    ['kind: profiles\nfields: { id: A }', 'm.yaml:2: fields: expected identifiers.account or identifiers.crm'],
    ['', 'm.yaml:1: kind: '],
    [
      'kind: web\nfields: { id: A, session: C, type: D, time: { column: B, format: dd/MM/yyyy HH:mm } }',
      'm.yaml:1: timezone: expected, since dd/MM/yyyy HH:mm says no time zone',
    ],
    [
      'kind: web\nfields: { id: A, session: C, type: D, time: { column: B, format: dd/MM/yyyy } }',
      'm.yaml:2: fields.time.format: expected hours and minutes',
    ],
  ])('%j', (yaml, expected) => {
    expect(problems(yaml).join('\n')).toContain(expected)
  })
})
