/** Conclusions on their topic: what is said is what is read, and the row's text goes through untouched. */
import * as fc from 'fast-check'
import { encodeConclusion, encodeDeclaration, parseConclusion, type VersionedConclusion } from './conclusion-codec.ts'

const VERSION = '5316911983139663491615228241121378303'

test('the value has the fields of the contract, in its order', () => {
  const json = '{"journey_id":"j","confidence":1.0}'
  const value = encodeConclusion({ kind: 'journey', id: 'j', json, version: VERSION })
  expect(value).toBe(`{"id":"j","kind":"journey","version":"${VERSION}","row":${json}}`)
  expect(encodeConclusion({ kind: 'contact', id: 'c', json: undefined, version: '7' })).toBe(
    '{"id":"c","kind":"contact","version":"7"}',
  )
})

test('whatever is said is read, its row to the letter', () => {
  const conclusion: fc.Arbitrary<VersionedConclusion> = fc.record({
    kind: fc.constantFrom('journey', 'contact'),
    id: fc.string({ unit: 'grapheme' }),
    json: fc.option(
      fc.dictionary(fc.string(), fc.jsonValue()).map((row) => JSON.stringify(row)),
      { nil: undefined },
    ),
    version: fc.bigInt(0n, 2n ** 128n - 1n).map(String),
  })
  fc.assert(fc.property(conclusion, (one) => expect(parseConclusion(encodeConclusion(one))).toEqual(one)))
})

test('a row that looks like the end of what stands before it is still the row', () => {
  const json = '{"id":"\\",\\"row\\":{}","row":{"row":1}}'
  expect(parseConclusion(encodeConclusion({ kind: 'contact', id: '","row":', json, version: '1' }))).toMatchObject({
    json,
  })
})

test('its keys may stand in another order, with blanks and more beside them', () => {
  const text = '{ "row": {"a": 1}, "version": "1", "kind": "journey", "id": "j", "more": 2 }'
  expect(parseConclusion(text)).toEqual({ kind: 'journey', id: 'j', json: '{"a":1}', version: '1' })
})

test('a declaration is read as it was said', () => {
  const declaration = { source: 'tele"phony', completeTo: Date.UTC(2026, 10, 16) }
  const { key, value } = encodeDeclaration(declaration)
  expect(key).toBe('feed:tele"phony')
  expect(JSON.parse(value)).toEqual({
    id: key,
    kind: 'feed',
    version: String(declaration.completeTo),
    row: { source: 'tele"phony', complete_to: '2026-11-16T00:00:00.000Z' },
  })
  expect(parseConclusion(value)).toEqual({ kind: 'feed', ...declaration })
})

test.each([
  'x',
  '7',
  'null',
  '[]',
  '{}',
  '{"id":"j","kind":"journey"}',
  '{"id":"j","kind":"journey","version":1}',
  '{"id":"j","kind":"journey","version":"-1"}',
  '{"id":"j","kind":"journey","version":"1","row":null}',
  '{"id":"j","kind":"journey","version":"1","row":[]}',
  '{"id":"j","kind":"other","version":"1","row":{}}',
  '{"id":7,"kind":"contact","version":"1","row":{}}',
  '{"id":"feed:t","kind":"feed","version":"1"}',
  '{"id":"feed:t","kind":"feed","version":"1","row":{"source":"t","complete_to":"yesterday"}}',
])('%s is none of ours', (text) => {
  expect(() => parseConclusion(text)).toThrow(/none of ours|JSON/)
})
