/** Identifiers in one form, so that equal ones give equal tokens: SEMANTICS section 2. */
import type { IdentifierField, TokenType } from '@ringback/contracts'
import { type CountryCode, parsePhoneNumberFromString } from 'libphonenumber-js/max'

/** Why a value yields no token. */
export type NoTokenReason = 'withheld' | 'invalid' | 'stop_list'

export type Normalised =
  | { readonly kind: 'pass'; readonly type: TokenType; readonly value: string }
  | { readonly kind: 'drop'; readonly reason: NoTokenReason }

const WITHHELD: Normalised = { kind: 'drop', reason: 'withheld' }
const INVALID: Normalised = { kind: 'drop', reason: 'invalid' }

/** What exchanges and people put where a number should stand. */
const NO_NUMBER =
  /^(?:sips?:)?[^\d@]*\b(?:anonymous|anon|unknown|private|restricted|withheld|blocked|unavailable|not available|no caller id|no number|none|n\/a)\b[^\d@]*(?:@.*)?$/i
/** The same as numbers, which spell ANONYMOUS, RESTRICTED, UNKNOWN … on a keypad. */
const SPELT_NO_NUMBER = /^\+?(?:266696687|7378742833|2562533|8656696|86282452253|464)$/

/** A SIP address that is a number at some exchange, perhaps with a name before it: `"A. N. Other" <sip:+441632960001@pstn.example>`. */
const SIP_NUMBER = /^([^<]*<)?sips?:(\+?\d[\d().-]*)(?:;[^@]*)?@[^@]*$/i

/** Ofcom's numbers for drama, which libphonenumber calls invalid; they are accepted on purpose. */
const DRAMA_MOBILE = /^\+447700900\d{3}$/
const DRAMA_LANDLINE = /^\+441632960\d{3}$/

/** Full-width digits and signs, and the invisible marks that come along when a number is copied from a contact list. */
const plain = (value: string): string =>
  value
    .normalize('NFKC')
    .replace(/\p{Cf}/gu, '')
    .trim()

const normalisePhone = (value: string, region: string): Normalised => {
  const text = plain(value).replace(/^tel:(?!.*phone-context)/i, '')
  const [, name = '', atExchange] = SIP_NUMBER.exec(text) ?? []
  const trimmed = atExchange ?? text
  // Who is shown as anonymous has withheld the number, although the exchange tells it.
  if (NO_NUMBER.test(trimmed) || SPELT_NO_NUMBER.test(trimmed) || NO_NUMBER.test(name)) return WITHHELD
  const number = parsePhoneNumberFromString(trimmed, { defaultCountry: region as CountryCode, extract: false })
  if (!number) return INVALID
  const e164 = number.number
  if (DRAMA_MOBILE.test(e164)) return { kind: 'pass', type: 'mobile', value: e164 }
  if (DRAMA_LANDLINE.test(e164)) return { kind: 'pass', type: 'landline', value: e164 }
  // With full metadata a number has a type exactly if it is valid.
  const type = number.getType()
  if (type === undefined) return INVALID
  const isMobile = type === 'MOBILE' || type === 'FIXED_LINE_OR_MOBILE'
  return { kind: 'pass', type: isMobile ? 'mobile' : 'landline', value: e164 }
}

/** Excel's way with long numbers: those of many people become one, and would tie strangers to one another. */
const EATEN = /^\d(?:[.,]\d+)?E\+\d+$/i

const normaliseName = (value: string): string => {
  const trimmed = value.trim()
  return EATEN.test(trimmed) ? '' : trimmed
}

const normaliseEmail = (value: string): string => {
  const email = value.trim().toLowerCase()
  const at = email.indexOf('@')
  const isOne = at > 0 && at === email.lastIndexOf('@')
  return isOne && email.length <= 254 && !/\s/.test(email) && email.includes('.', at) ? email : ''
}

const normaliseUprn = (value: string): string => /^0*([1-9]\d{0,11})$/.exec(value.trim())?.[1] ?? ''

const normaliseCode = (value: string): string =>
  value
    .toUpperCase()
    .replace(/[\s\u2010\u2011-]/g, '')
    .replace(/O/g, '0')
    .replace(/[IL]/g, '1')

/**
 * One identifier's value as it is tokenised, or why there is none. `region` is the council's country, for phone
 * numbers without a country code.
 */
export const normaliseIdentifier = (field: IdentifierField, value: string, region: string): Normalised => {
  if (field === 'phone') return normalisePhone(value, region)
  const normalised = {
    account: () => normaliseName(value),
    crm: () => normaliseName(value),
    email: () => normaliseEmail(value),
    uprn: () => normaliseUprn(value),
    device: () => value,
    code: () => normaliseCode(value),
    case: () => normaliseName(value).toUpperCase().replace(/\s/g, ''),
  }[field]()
  return normalised === '' ? INVALID : { kind: 'pass', type: field, value: normalised }
}
