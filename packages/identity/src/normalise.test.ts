/** Identifiers in one form: the table of SEMANTICS section 2, row by row. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { IdentifierField } from '@ringback/contracts'
import * as fc from 'fast-check'
import { type CountryCode, parsePhoneNumberFromString } from 'libphonenumber-js/max'
import { normaliseIdentifier } from './normalise.ts'

/** `type value`, or `- reason`. */
const normalise = (field: IdentifierField, value: string, region = 'GB'): string => {
  const result = normaliseIdentifier(field, value, region)
  return result.kind === 'pass' ? `${result.type} ${result.value}` : `- ${result.reason}`
}

describe('an identifier is normalised', () => {
  test.each<[IdentifierField, string, string]>([
    ['account', '  A-17 b ', 'account A-17 b'],
    ['account', '\u00A0A17\t', 'account A17'],
    ['account', '   ', '- invalid'],
    ['crm', ' 0042 ', 'crm 0042'],
    ['crm', 'Anon', 'crm Anon'],

    ['email', ' Jane.Doe@Example.ORG ', 'email jane.doe@example.org'],
    ['email', 'jane+bins@mail.example.org', 'email jane+bins@mail.example.org'],
    ['email', 'jane@localhost', '- invalid'],
    ['email', 'j.doe@localhost', '- invalid'],
    ['email', 'jane@@example.org', '- invalid'],
    ['email', 'jane@home@example.org', '- invalid'],
    ['email', 'jane doe@example.org', '- invalid'],
    ['email', 'jane@exam\tple.org', '- invalid'],
    ['email', '@example.org', '- invalid'],
    ['email', 'example.org', '- invalid'],
    ['email', 'withheld', '- invalid'],
    ['email', `${'a'.repeat(242)}@example.org`, `email ${'a'.repeat(242)}@example.org`],
    ['email', ` ${'a'.repeat(242)}@example.org `, `email ${'a'.repeat(242)}@example.org`],
    ['email', `${'a'.repeat(243)}@example.org`, '- invalid'],

    ['uprn', '100023336956', 'uprn 100023336956'],
    ['uprn', ' 000100023336956 ', 'uprn 100023336956'],
    ['uprn', '0'.repeat(50) + '1', 'uprn 1'],
    ['uprn', '1000233369561', '- invalid'],
    ['uprn', '0001000233369561', '- invalid'],
    ['uprn', '000', '- invalid'],
    ['uprn', '1000 2333', '- invalid'],
    ['uprn', '10002333.0', '- invalid'],
    ['uprn', '1.00023E+11', '- invalid'],
    ['crm', '1.50066E+12', '- invalid'],
    ['account', ' 1,50066e+12 ', '- invalid'],
    ['case', '4E+11', '- invalid'],
    ['case', '4E11', 'case 4E11'],
    ['crm', 'E+12', 'crm E+12'],
    ['uprn', '-1', '- invalid'],
    ['uprn', '١٢٣', '- invalid'],

    ['device', ' As-Sent ', 'device  As-Sent '],
    ['device', ' ', 'device  '],
    ['device', '', '- invalid'],

    ['code', 'k7m-4qx', 'code K7M4QX'],
    ['code', ' K 7 M 4 Q X ', 'code K7M4QX'],
    ['code', 'K7M\u20114QX', 'code K7M4QX'],
    ['code', 'oO0-iIlL1', 'code 00011111'],
    ['code', ' - ', '- invalid'],

    ['case', ' fs-case 123 ', 'case FS-CASE123'],
    ['case', 'Oil', 'case OIL'],
    ['case', ' \t', '- invalid'],
  ])('%s %j: %s', (field, value, expected) => {
    expect(normalise(field, value)).toBe(expected)
  })
})

describe('a telephone number', () => {
  test.each([
    ['07400 123456', 'mobile +447400123456'],
    ['+44 7400 123456', 'mobile +447400123456'],
    ['+44 (0)7400 123456', 'mobile +447400123456'],
    ['0044 7400-123-456', 'mobile +447400123456'],
    ['447400123456', 'mobile +447400123456'],
    ['(07400) 123456', 'mobile +447400123456'],
    [' 07400123456\n', 'mobile +447400123456'],
    ['07400123456 ext 5', 'mobile +447400123456'],
    ['tel:+447400123456', 'mobile +447400123456'],
    ['TEL:07400-123456', 'mobile +447400123456'],
    ['tel:7400123456;phone-context=+44', 'mobile +447400123456'],
    ['\u202A+44 7400 123456\u202C', 'mobile +447400123456'],
    ['07400\u00A0123456\u200E', 'mobile +447400123456'],
    ['＋４４　７４００　１２３４５６', 'mobile +447400123456'],
    ['+1 650-253-0000', 'mobile +16502530000'],
    ['+33 6 12 34 56 78', 'mobile +33612345678'],

    ['020 7946 0018', 'landline +442079460018'],
    ['(01722) 333 444', 'landline +441722333444'],
    ['03001 231234', 'landline +443001231234'],
    ['0800 1111', 'landline +448001111'],
    ['0845 46 47', 'landline +448454647'],
    ['070 1234 5678', 'landline +447012345678'],
    ['+353 1 679 2222', 'landline +35316792222'],

    ['07700 900000', 'mobile +447700900000'],
    ['07700 900999', 'mobile +447700900999'],
    ['+44 7700 900123', 'mobile +447700900123'],
    ['7700900123', 'mobile +447700900123'],
    ['01632 960000', 'landline +441632960000'],
    ['(01632) 960999', 'landline +441632960999'],
    ['441632960001', 'landline +441632960001'],
    ['sip:+447700900123@pstn.example.org', 'mobile +447700900123'],
    ['sips:07700-900123;cpc=ordinary@192.0.2.1;user=phone', 'mobile +447700900123'],
    ['"A. N. Other" <sip:+441632960001@pstn.example.org>;tag=1', 'landline +441632960001'],
    ['sip:1001@pbx.example.org', '- invalid'],
    ['sip:desk.7@pbx.example.org', '- invalid'],
    ['sip:07700900123@example.org@example.org', '- invalid'],
    ['01632 961000', '- invalid'],
    ['01632 959999', '- invalid'],

    ['7400123456', 'mobile +447400123456'],
    ['2079460018', 'landline +442079460018'],
    ['4.474E+11', '- invalid'],
    ['4.47400123456E+11', '- invalid'],
    ['4,474E+11', '- invalid'],
    ['7.400123456E9', '- invalid'],
    ['07400123456.0', '- invalid'],

    ['999', '- invalid'],
    ['101', '- invalid'],
    ['0', '- invalid'],
    ['00000000000', '- invalid'],
    ['07400 12345', '- invalid'],
    ['07400 1234567', '- invalid'],
    ['07400123456/07400123457', '- invalid'],
    ['call 07400 123456', '- invalid'],
    ['O7400 123456', '- invalid'],
    ['12 High Street', '- invalid'],
    ['-', '- invalid'],
    ['', '- invalid'],
    ['  ', '- invalid'],
  ])('%j: %s', (value, expected) => {
    expect(normalise('phone', value)).toBe(expected)
  })

  test.each([
    'anonymous',
    ' Anonymous ',
    'anonymous@anonymous.invalid',
    'sip:anonymous@10.0.0.1',
    'Unknown',
    'UNKNOWN CALLER',
    'Private',
    'Private number',
    'Withheld',
    'Number Withheld',
    'CLI withheld',
    'restricted',
    'Blocked',
    'unavailable',
    'Number unavailable',
    'Not available',
    'No Caller ID',
    'no number',
    'n/a',
    'none',
    '266696687',
    '+266696687',
    '7378742833',
    '86282452253',
    '"Anonymous" <sip:anonymous@anonymous.invalid>',
    '"Anonymous" <sip:+447700900123@pstn.example.org>',
    'sip:+266696687@pstn.example.org',
  ])('%j is withheld', (value) => {
    expect(normalise('phone', value)).toBe('- withheld')
  })

  test.each([
    ['087 123 4567', 'IE', 'mobile +353871234567'],
    ['07400 123456', 'IE', '- invalid'],
    ['+44 7400 123456', 'IE', 'mobile +447400123456'],
    ['07797 712345', 'JE', 'mobile +447797712345'],
    ['+44 7700 900123', 'ZZ', 'mobile +447700900123'],
    ['07700 900123', 'ZZ', '- invalid'],
  ])('%s of the country %s: %s', (value, region, expected) => {
    expect(normalise('phone', value, region)).toBe(expected)
  })
})

const FIELDS: readonly IdentifierField[] = ['account', 'crm', 'email', 'phone', 'uprn', 'device', 'code', 'case']

test('a number has a type exactly if libphonenumber says that it is valid', () => {
  const digits = fc.stringMatching(/^(\+[1-9]|0)?[0-9]{3,14}$/)
  fc.assert(
    fc.property(digits, fc.constantFrom<CountryCode[]>('GB', 'IE', 'US', 'DE', 'IT', 'JE'), (text, region) => {
      const number = parsePhoneNumberFromString(text, { defaultCountry: region, extract: false })
      expect(number?.getType() !== undefined).toBe(number?.isValid() ?? false)
    }),
    { numRuns: 1_000 },
  )
})

test('what is normalised stays so, and whatever the value nothing is thrown', () => {
  const digits = fc.stringMatching(/^(\+?44|0)?[ 0-9()-]{4,14}$/)
  const value = fc.oneof(
    fc.string(),
    fc.string({ unit: 'binary' }),
    fc.string({ unit: 'grapheme' }),
    digits,
    fc.emailAddress(),
  )
  fc.assert(
    fc.property(fc.constantFrom(...FIELDS), value, (field, raw) => {
      const once = normaliseIdentifier(field, raw, 'GB')
      if (once.kind === 'pass') expect(normaliseIdentifier(field, once.value, 'GB')).toEqual(once)
    }),
    { numRuns: 3_000 },
  )
})

test('a code is read as it is written, in whatever groups and letters', () => {
  const group = fc.stringMatching(/^[0-9A-HJKMNP-Z]{2,4}$/)
  const between = fc.constantFrom(' ', '-', ' - ', '')
  fc.assert(
    fc.property(fc.array(group, { minLength: 1, maxLength: 3 }), between, fc.boolean(), (groups, gap, isLower) => {
      const written = groups.join(gap)
      const said = (isLower ? written.toLowerCase() : written).replaceAll('0', 'o').replaceAll('1', 'l')
      expect(normalise('code', said)).toBe(`code ${groups.join('')}`)
    }),
  )
})

// Tests run in the repository's root; the shared folder lies beside it.
const PHONES = '../shared/data/phones'
const rowsOf = (file: string): string[][] =>
  readFileSync(join(PHONES, file), 'utf8')
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => line.split(','))

if (existsSync(PHONES)) {
  describe("libphonenumber's own numbers", () => {
    test('the examples are read as they are, mobile ones as mobile, but for plans that have changed since', () => {
      const rows = rowsOf('example_numbers.csv')
      const read = rows.map(([region = '', , , type, , e164 = '']) => {
        const result = normaliseIdentifier('phone', e164, region)
        return { type, e164, ...(result.kind === 'pass' ? { as: result.type, value: result.value } : {}) }
      })
      const valid = read.filter(({ value }) => value !== undefined)
      expect(valid.length).toBeGreaterThan(1_100)
      expect(valid.filter(({ value, e164 }) => value !== e164)).toEqual([])
      expect(valid.filter(({ type, as }) => type === 'mobile' && as !== 'mobile')).toEqual([])
    })

    test('an example is the same wherever it is dialled from', () => {
      const misread = rowsOf('example_numbers.csv').filter(([, , , , , e164 = '']) => {
        const said = ['GB', 'US', 'IT', 'AR'].map((region) => normalise('phone', e164, region))
        return new Set(said).size > 1
      })
      expect(misread).toEqual([])
    })

    test('a vector gives its number or none, never another', () => {
      const read = rowsOf('parse_vectors.csv').map(([input = '', region = '', , code = '', national = '']) => {
        const result = normaliseIdentifier('phone', input, region)
        return { input, region, code, national, value: result.kind === 'pass' ? result.value : undefined }
      })
      // Italian numbers keep their zero, which the table leaves out.
      const others = read.filter(({ code, national, value }) => {
        return value !== undefined && ![`+${code}${national}`, `+${code}0${national}`].includes(value)
      })
      expect(others).toEqual([])
      expect(read.filter(({ value }) => value !== undefined).length).toBeGreaterThanOrEqual(35)
    })
  })
} else {
  // oxlint-disable-next-line no-restricted-globals -- what was not looked at must be said
  console.warn(`SKIPPED: libphonenumber's numbers are not at ${PHONES}`)
  test.skip("libphonenumber's own numbers", () => {})
}
