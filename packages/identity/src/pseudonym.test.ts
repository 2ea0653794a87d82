import { createPseudonyms } from './pseudonym.ts'
import { createTokeniser } from './tokeniser.ts'

const key = Buffer.alloc(32, 1)

test('a value has one name by a key, another by another, and it does not hold the value', () => {
  const name = createPseudonyms(key)('192.0.2.7')
  expect(name).toMatch(/^[\w-]{22}$/)
  expect(createPseudonyms(key)('192.0.2.7')).toBe(name)
  expect(createPseudonyms(key)('192.0.2.8')).not.toBe(name)
  expect(createPseudonyms(Buffer.alloc(32, 2))('192.0.2.7')).not.toBe(name)
})

test('a name is not the token of the same value', () => {
  const tokens = createTokeniser({ key, region: 'GB', stopList: [] }).tokensOf({ account: '192.0.2.7' })
  expect(tokens).not.toContain(`account:${createPseudonyms(key)('192.0.2.7')}`)
})
