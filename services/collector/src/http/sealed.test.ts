/** Sealed copies: opened with the link key and for their own bad row, and not otherwise. */
import fc from 'fast-check'
import { createSeal, type SealedRecord } from './sealed.ts'

const KEY = Buffer.from('a key of thirty-two characters !')
const RECORD: SealedRecord = { kind: 'web', source: 'website', isBot: true, text: '{"email":"resident@example.org"}' }

test('what was sealed is opened, whatever it is', () => {
  const { seal, unseal } = createSeal(KEY)
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.boolean(), (text, isBot) => {
      const record: SealedRecord = { kind: 'contacts', text, format: 'twilio', isBot }
      expect(unseal(seal(record, 'row') ?? '', 'row')).toEqual(record)
    }),
  )
})

test('twice the same is never the same, and shows nothing', () => {
  const { seal } = createSeal(KEY)
  const copies = [seal(RECORD, 'row'), seal(RECORD, 'row')]
  expect(copies[0]).not.toBe(copies[1])
  for (const copy of copies) {
    expect(copy).toMatch(/^v1\.[\w-]+$/)
    expect(Buffer.from(String(copy).slice(3), 'base64url').toString('latin1')).not.toContain('resident')
  }
})

test('not with another key, for another row, of another version, or changed anywhere', () => {
  const { seal, unseal } = createSeal(KEY)
  const copy = String(seal(RECORD, 'row'))
  expect(createSeal(Buffer.from('another key of thirty-two chars!')).unseal(copy, 'row')).toBeUndefined()
  expect(unseal(copy, 'another row')).toBeUndefined()
  expect(unseal(copy.replace('v1', 'v2'), 'row')).toBeUndefined()
  expect(unseal('', 'row')).toBeUndefined()
  const bytes = Buffer.from(copy.slice(3), 'base64url')
  for (let at = 0; at < bytes.length; at++) {
    const changed = Buffer.from(bytes)
    changed[at] = (changed[at] ?? 0) ^ 1
    expect(unseal(`v1.${changed.toString('base64url')}`, 'row')).toBeUndefined()
  }
  expect(unseal(`v1.${bytes.subarray(0, -1).toString('base64url')}`, 'row')).toBeUndefined()
})

test('what is longer than a message holds is not kept', () => {
  expect(createSeal(KEY).seal({ kind: 'web', text: '電'.repeat(100_000) }, 'row')).toBeUndefined()
})
