/** Tokens: the formula of SEMANTICS section 2, the stop list, and what each ground of linking leaves. */
import { createHmac } from 'node:crypto'
import type { Identifiers } from '@ringback/contracts'
import * as fc from 'fast-check'
import type { NoTokenReason } from './normalise.ts'
import { createTokeniser, type Linking, type TokeniserOptions } from './tokeniser.ts'

const KEY = Buffer.from('a key of thirty-two characters !')
const tokeniserOf = (options: Partial<TokeniserOptions> = {}) =>
  createTokeniser({ key: KEY, region: 'GB', stopList: [], ...options })
const tokeniser = tokeniserOf()

const hash = (named: string, key: Uint8Array = KEY): string =>
  createHmac('sha256', key).update(named).digest('base64url').slice(0, 22)

describe('a token', () => {
  test.each<[string, Identifiers, string, string]>([
    ['an account', { account: ' A17 ' }, 'account', 'A17'],
    ['a customer', { crm: 'C-1' }, 'crm', 'C-1'],
    ['an address', { email: 'Jane@Example.org' }, 'email', 'jane@example.org'],
    ['a mobile', { phone: '07700 900123' }, 'mobile', '+447700900123'],
    ['a landline', { phone: '01632 960001' }, 'landline', '+441632960001'],
    ['a property', { uprn: '000100023336956' }, 'uprn', '100023336956'],
    ['a device', { device: 'd 1' }, 'device', 'd 1'],
    ['a code', { code: 'k7m-4qx' }, 'code', 'K7M4QX'],
    ['a case', { case: 'fs 12' }, 'case', 'FS12'],
  ])('of %s is its type and a keyed hash of type and normalised value', (_, identifiers, type, value) => {
    expect(tokeniser.tokensOf(identifiers)).toEqual([`${type}:${hash(`${type}|${value}`)}`])
  })

  test('of another key is another, and so is the name of the key', () => {
    const other = tokeniserOf({ key: Buffer.from('another key') })
    const identifiers = { account: 'A17' }
    expect(other.tokensOf(identifiers)).not.toEqual(tokeniser.tokensOf(identifiers))
    expect(other.keyId).not.toBe(tokeniser.keyId)
    expect(tokeniserOf().keyId).toBe(tokeniser.keyId)
  })

  test('of one value in two types is two', () => {
    const tokens = tokeniser.tokensOf({ account: '1', crm: '1', uprn: '1', device: '1', code: '1', case: '1' })
    expect(new Set(tokens.map((token) => token.split(':')[1])).size).toBe(6)
  })
})

describe('the tokens of a record', () => {
  test('are none without identifiers', () => {
    expect([tokeniser.tokensOf(undefined), tokeniser.tokensOf({}), tokeniser.tokensOf({ phone: [] })]).toEqual([
      [],
      [],
      [],
    ])
  })

  test('are sorted, each once, however the same is written', () => {
    const tokens = tokeniser.tokensOf({
      phone: ['07700 900123', '+447700900123', '01632 960001', '7700900123'],
      email: ['B@x.org', 'a@x.org', 'b@x.org'],
      account: 'Z',
    })
    expect(tokens).toHaveLength(5)
    expect(tokens).toEqual([...new Set(tokens)].sort())
    expect(tokens.map((token) => token.split(':')[0])).toEqual(['account', 'email', 'email', 'landline', 'mobile'])
  })

  test('lack what yields none, which is told by reason, each time', () => {
    const reasons: NoTokenReason[] = []
    const strict = tokeniserOf({ stopList: ['crm:ANON'] })
    const identifiers = { phone: ['withheld', '999', 'withheld'], crm: ['ANON', 'C1'], email: 'nobody' }
    for (let i = 0; i < 2; i++) {
      const tokens = strict.tokensOf(identifiers, (reason) => reasons.push(reason))
      expect(tokens).toEqual([`crm:${hash('crm|C1')}`])
    }
    const once = ['stop_list', 'invalid', 'withheld', 'invalid', 'withheld']
    expect(reasons).toEqual([...once, ...once])
  })

  const value = fc.oneof(fc.string({ minLength: 6 }), fc.emailAddress(), fc.stringMatching(/^07[0-9]{9}$/), fc.uuid())
  const list = fc.oneof(value, fc.array(value, { maxLength: 4 }))
  const fields = ['account', 'crm', 'email', 'phone', 'uprn', 'device', 'code', 'case'] as const
  const anyIdentifiers = fc.record(Object.fromEntries(fields.map((name) => [name, list])), { requiredKeys: [] })

  test('are stable, sorted, unique, of the known form, and never hold a raw value', () => {
    fc.assert(
      fc.property(anyIdentifiers, (any) => {
        const identifiers = any as Identifiers
        const tokens = tokeniser.tokensOf(identifiers)
        expect(tokeniserOf().tokensOf(identifiers)).toEqual(tokens)
        expect([...new Set(tokens)].sort()).toEqual(tokens)
        for (const token of tokens)
          expect(token).toMatch(/^(account|crm|email|mobile|landline|uprn|device|code|case):[\w-]{22}$/)
        for (const raw of Object.values(identifiers).flat()) expect(tokens.join(' ')).not.toContain(raw)
      }),
    )
  })

  test('are the same in whatever order and lists the values come', () => {
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 6 }), (values) => {
        const together = tokeniser.tokensOf({ account: values })
        const apart = values.toReversed().flatMap((one) => tokeniser.tokensOf({ account: one }))
        expect(new Set(apart)).toEqual(new Set(together))
      }),
    )
  })
})

describe('the stop list', () => {
  test.each<[string, Identifiers]>([
    ['01632 960000', { phone: '+441632960000' }],
    ['+44 7700 900000', { phone: '07700900000' }],
    ['phone:07700 900000', { phone: '7700900000' }],
    ['mobile:07700 900000', { phone: '07700 900000' }],
    ['landline: 01632 960000', { phone: '01632960000' }],
    ['tel:01632960000', { phone: '01632960000' }],
    ['crm:ANON', { crm: ' ANON ' }],
    ['CRM: ANON', { crm: 'ANON' }],
    ['account:12:34', { account: '12:34' }],
    ['email:No-Reply@Example.org', { email: 'no-reply@example.ORG' }],
    ['uprn:000100', { uprn: '100' }],
    ['device:kiosk 1', { device: 'kiosk 1' }],
    ['code:K7M-4QX', { code: 'k7m4qx' }],
    ['case:fs 1', { case: 'FS1' }],
  ])('%s stops %j', (entry, identifiers) => {
    const reasons: NoTokenReason[] = []
    expect(tokeniserOf({ stopList: [entry] }).tokensOf(identifiers, (reason) => reasons.push(reason))).toEqual([])
    expect(reasons).toEqual(['stop_list'])
    expect(tokeniser.tokensOf(identifiers)).toHaveLength(1)
  })

  test.each<[string, Identifiers]>([
    ['crm:ANON', { crm: 'anon' }],
    ['crm:ANON', { account: 'ANON' }],
    ['01632 960000', { phone: '01632 960001' }],
    ['01632 960000', { account: '01632 960000' }],
    ['nonsense', { phone: '01632 960000', account: 'nonsense' }],
  ])('%s does not stop %j', (entry, identifiers) => {
    expect(tokeniserOf({ stopList: [entry] }).tokensOf(identifiers)).toEqual(tokeniser.tokensOf(identifiers))
  })
})

describe('of the identifiers of a web event', () => {
  const all: Identifiers = {
    account: 'a',
    crm: 'b',
    email: 'c@d.e',
    phone: '1',
    uprn: '2',
    device: 'f',
    code: 'g',
    case: 'h',
  }

  test.each<[Linking, Identifiers]>([
    ['none', { code: 'g' }],
    ['quoted', { code: 'g', case: 'h' }],
    ['consent', all],
    ['transaction', all],
  ])('linking %s leaves %j', (linking, expected) => {
    expect(tokeniser.linked(all, linking)).toEqual(expected)
    expect(tokeniser.linked(undefined, linking)).toBeUndefined()
  })

  test('without a code or a case nothing is left of the rest', () => {
    expect([tokeniser.linked({ email: 'c@d.e' }, 'none'), tokeniser.linked({ email: 'c@d.e' }, 'quoted')]).toEqual([
      {},
      {},
    ])
  })
})
