import { isTwilioSignature } from './twilio-signature.ts'

const TOKEN = 'a token for tests'
const URL = 'https://ringback.example.org/v1/contacts/twilio?site=1'
const FIELDS: readonly (readonly [string, string])[] = [
  ['From', '+447700900123'],
  ['CallStatus', 'completed'],
  ['CallSid', 'CA1'],
]
// printf '%s' 'URL, then each name and value in the order of the names' | openssl dgst -sha1 -hmac 'a token for tests' -binary | base64
const SIGNATURE = 'j2GGFUEtbDnKyBvrK96U7hxry6I='

test('what Twilio signed is told, in whatever order its fields come', () => {
  expect(isTwilioSignature(TOKEN, URL, FIELDS, SIGNATURE)).toBe(true)
  expect(isTwilioSignature(TOKEN, URL, FIELDS.toReversed(), SIGNATURE)).toBe(true)
  expect(isTwilioSignature(TOKEN, URL, [...FIELDS, ...FIELDS], SIGNATURE)).toBe(true)
  expect(isTwilioSignature(TOKEN, URL, new URLSearchParams(Object.fromEntries(FIELDS)), SIGNATURE)).toBe(true)
})

test.each([
  ['another token', 'another', URL, FIELDS, SIGNATURE],
  ['another address', TOKEN, URL.replace('https', 'http'), FIELDS, SIGNATURE],
  ['a field more', TOKEN, URL, [...FIELDS, ['To', 'x'] as const], SIGNATURE],
  ['a field less', TOKEN, URL, FIELDS.slice(1), SIGNATURE],
  ['another value', TOKEN, URL, [['From', '+447700900124'] as const, ...FIELDS.slice(1)], SIGNATURE],
  ['no signature', TOKEN, URL, FIELDS, ''],
  ['half a signature', TOKEN, URL, FIELDS, SIGNATURE.slice(0, 12)],
  ['no base64', TOKEN, URL, FIELDS, '\u{1F4DE}'],
])('%s is not', (_, token, url, fields, signature) => {
  expect(isTwilioSignature(token, url, fields, signature)).toBe(false)
})
