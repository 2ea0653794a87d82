import { createZone } from '@ringback/contracts'
import { convertBody } from './body.ts'
import type { Format, UnitKind } from './format.ts'

const context = { zone: createZone('Europe/London'), pseudonymOf: (value: string) => value }

const format = (units: readonly UnitKind[]): Format => ({
  name: 'echo',
  kind: 'contacts',
  source: 'echo',
  units,
  lists: ['calls'],
  ...(units.includes('xml') ? { xml: { root: 'calls', unit: 'call' } } : {}),
  open: () => (unit) => [{ kind: 'record', value: unit as Record<string, unknown> }],
})
const all = format(['json', 'form', 'xml'])
const record = (value: unknown) => [{ kind: 'record', value }]

test.each([
  ['an object', 'application/json', '{"a":1}', [record({ a: 1 })]],
  ['a suffix and a charset', 'application/cloudevents+json; charset=utf-8', '{"a":1}', [record({ a: 1 })]],
  ['no type', undefined, '{"a":1}', [record({ a: 1 })]],
  ['an array', 'application/json', '[{"a":1},{"a":2}]', [record({ a: 1 }), record({ a: 2 })]],
  ['a page', 'application/json', '{"calls":[{"a":1}],"page":0}', [record({ a: 1 })]],
  ['JSON that was parsed already', 'application/json', { calls: [{ a: 1 }] }, [record({ a: 1 })]],
  [
    'an element that is no object',
    'application/json',
    '[1]',
    [[{ kind: 'bad', refusal: { reason: 'schema', pointer: '' } }]],
  ],
  [
    'a form',
    'application/x-www-form-urlencoded',
    'From=%2B447700900123&To=a+b&From=x',
    [record({ From: '+447700900123', To: 'a b' })],
  ],
  ['a form that was parsed already', 'application/x-www-form-urlencoded', { From: 'x' }, [record({ From: 'x' })]],
  ['XML', 'text/xml; charset=utf-8', '<calls><call><a>é</a></call><call/></calls>', [record({ a: 'é' }), record({})]],
])('a body is converted by its type: %s', (_, contentType, content, units) => {
  expect(convertBody(all, context, { contentType, content })).toEqual({ kind: 'pass', units })
})

test.each([
  ['no JSON', 'application/json', '{"a":', 'json'],
  ['another document', 'application/xml', '<html/>', 'schema'],
])('%s is refused whole', (_, contentType, content, reason) => {
  const refused = { kind: 'bad', refusal: { reason, pointer: '' } }
  expect(convertBody(all, context, { contentType, content })).toEqual(refused)
})

test.each([
  ['JSON', format(['form']), 'application/json', '{}'],
  ['a form', format(['json']), 'application/x-www-form-urlencoded', 'a=1'],
  ['XML', format(['json']), 'text/xml', '<a/>'],
])('%s is not supported by a format that does not come as it', (_, other, contentType, content) => {
  expect(convertBody(other, context, { contentType, content })).toEqual({ kind: 'unsupported' })
})
