/** Whether Twilio itself sent a webhook: its `X-Twilio-Signature`. */
import { createHmac, timingSafeEqual } from 'node:crypto'

/**
 * `url` is the webhook's as Twilio was told it, with its query; `fields` those of the form-encoded body, as they came. Of a field with
 * one name and value more than once one counts, as in Twilio's own libraries. Takes as long for a wrong signature as for a right one.
 */
export const isTwilioSignature = (
  authToken: string,
  url: string,
  fields: Iterable<readonly [name: string, value: string]>,
  signature: string,
): boolean => {
  const sorted = [...new Set(Array.from(fields, ([name, value]) => `${name}\0${value}`))].sort()
  const signed = url + sorted.join('').replaceAll('\0', '')
  const expected = createHmac('sha1', authToken).update(signed).digest()
  const given = Buffer.from(signature, 'base64')
  return given.length === expected.length && timingSafeEqual(given, expected)
}
