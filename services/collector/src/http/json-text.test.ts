import fc from 'fast-check'
import { elementTexts } from './json-text.ts'

test.each([
  ['[]', []],
  [' [ \n ] ', []],
  ['[1]', ['1']],
  ['[ {"a":"],[\\"{"} , [[1,2],3] ,18446744073709551616 ]', ['{"a":"],[\\"{"}', '[[1,2],3]', '18446744073709551616']],
  ['["\\\\",""]', ['"\\\\"', '""']],
])('%s', (text, expected) => {
  expect(elementTexts(text)).toEqual(expected)
})

test('the texts of the elements are the elements, however the list is written', () => {
  fc.assert(
    fc.property(fc.array(fc.jsonValue()), fc.constantFrom(undefined, 1, '\t'), (values, indent) => {
      const text = JSON.stringify(values, null, indent)
      expect(elementTexts(text).map((element) => JSON.parse(element) as unknown)).toEqual(JSON.parse(text))
    }),
  )
})

test('any depth', () => {
  const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`
  expect(elementTexts(`[1,${deep}]`)).toEqual(['1', deep])
})
