/** URL rules of the catalogue, and what is left of a URL at the edge. */
import * as fc from 'fast-check'
import { compileGlob, compileUrlRule, cutUrl, hasUrlRuleShape } from './url-rules.ts'

/** The glob again, as a regular expression. */
const globAsPattern = (glob: string): RegExp =>
  new RegExp(
    `^${glob
      .split('*')
      .map((part) => part.replace(/[.+?^${}()|[\]\\/-]/g, '\\$&'))
      .join('[^]*')}$`,
  )

const letters = (most: number) => fc.string({ unit: fc.constantFrom('a', 'b', '/'), maxLength: most })

describe('a glob', () => {
  test.each([
    ['Missed bin*', 'missed BIN (brown)', true],
    ['Missed bin*', 'Missed bin', true],
    ['Missed bin*', 'A missed bin', false],
    ['*_pcn_*', 'parking_pcn_appeal', true],
    ['*_pcn_*', '_pcn_', true],
    ['*_pcn_*', 'pcn', false],
    ['WASTE_Q1', 'waste_q1', true],
    ['WASTE_Q1', 'WASTE_Q12', false],
    ['*', '', true],
    ['**', 'anything', true],
    ['', '', true],
    ['', 'a', false],
    ['a*a', 'a', false],
    ['a*a', 'aa', true],
    ['aba*bab', 'abab', false],
    ['aba*bab', 'ababab', true],
    ['ab*b*ba', 'abba', false],
    ['ab*b*ba', 'abbba', true],
    ['*ab*ab*', 'ab', false],
    ['*ab*ab*', 'abab', true],
    ['*a', 'ba', true],
    ['a.c', 'abc', false],
    ['[a]?', '[A]?', true],
    ['É*', 'école', true],
    ['a*z', 'a\nz', true],
  ])('%j on %j: %j', (glob, text, expected) => {
    expect(compileGlob(glob)(text)).toBe(expected)
  })

  test('says what the regular expression says', () => {
    const glob = fc.array(letters(3), { minLength: 1, maxLength: 5 }).map((parts) => parts.join('*'))
    fc.assert(
      fc.property(glob, letters(12), (one, text) => compileGlob(one)(text) === globAsPattern(one).test(text)),
      { numRuns: 2_000 },
    )
  })
})

describe('a URL rule', () => {
  const MISSED = 'my.borsetshire.gov.uk/service/report_missed_bin*'
  test.each([
    [MISSED, 'https://my.borsetshire.gov.uk/service/report_missed_bin?step=2', true],
    [MISSED, 'https://my.borsetshire.gov.uk/service/report_missed_bin/step-2#top', true],
    [MISSED, 'HTTPS://MY.Borsetshire.gov.uk:443/Service/Report_Missed_Bin', true],
    [MISSED, 'https://www.my.borsetshire.gov.uk/service/report_missed_bin', false],
    [MISSED, 'https://borsetshire.gov.uk/service/report_missed_bin', false],
    [MISSED, '/service/report_missed_bin', false],
    [MISSED, 'https://x.org/?u=my.borsetshire.gov.uk/service/report_missed_bin', false],
    ['/bins/missed*', 'https://any.example/bins/missed', true],
    ['/bins/missed*', '/bins/missed/', true],
    ['/bins/missed*', 'any.example/BINS/missed-garden', true],
    ['/bins/missed*', 'https://any.example/waste/bins/missed', false],
    ['/garden/', 'https://x.org/garden', true],
    ['/garden/', 'https://x.org/garden/', true],
    ['/garden', 'https://x.org/garden/', true],
    ['/garden', 'https://x.org/garden/new', false],
    ['/garden', 'https://x.org/gardens', false],
    ['/garden/*', 'https://x.org/garden/new', true],
    ['/garden/*', 'https://x.org/garden/', true],
    ['/garden/*', 'https://x.org/garden', true],
    ['/garden/*', 'https://x.org/gardens', false],
    ['/garden/*/', 'https://x.org/garden/new', true],
    ['/*/apply', 'https://x.org/blue-badge/apply/', true],
    ['/', 'https://x.org', true],
    ['/', 'https://x.org/?a=1', true],
    ['/', 'https://x.org/a', false],
    ['/*', 'https://x.org/', true],
    ['/*', 'https://x.org', true],
    ['*', 'https://x.org/a/b', true],
    ['*.gov.uk/bins', 'https://my.b.gov.uk/bins/', true],
    ['*.gov.uk/bins', 'https://gov.uk/bins', false],
    ['x.org', 'https://x.org/', true],
    ['x.org/', 'https://x.org', true],
    ['x.org', 'https://x.org/a', false],
    ['x.org*', 'https://x.org/a', true],
    ['x.org/bins*', 'http://someone:secret@X.org:8080/bins', true],
  ])('%s matches %s: %j', (rule, url, expected) => {
    expect(hasUrlRuleShape(rule)).toBe(true)
    expect(compileUrlRule(rule)(cutUrl(url))).toBe(expected)
  })

  const part = fc.string({ unit: fc.constantFrom('a', 'B', '-', '*', '/'), maxLength: 8 })
  const path = part.map((text) => text.replaceAll('*', 'c'))

  test('heeds neither a trailing slash nor letter case, in the rule or in the URL', () => {
    fc.assert(
      fc.property(part, path, fc.boolean(), (rule, text, isHost) => {
        fc.pre(!rule.endsWith('/') && !text.endsWith('/'))
        const [start, url] = [isHost ? 'x.org/' : '/', `x.org/${text}`]
        fc.pre(rule !== '' && text !== '')
        const said = compileUrlRule(start + rule)(url)
        expect(compileUrlRule(`${start}${rule}/`)(url)).toBe(said)
        expect(compileUrlRule(start + rule)(`${url}/`)).toBe(said)
        expect(compileUrlRule((start + rule).toUpperCase())(url)).toBe(said)
        expect(compileUrlRule(start + rule)(url.toUpperCase())).toBe(said)
      }),
      { numRuns: 1_000 },
    )
  })

  test.each(['/', '/bins', 'x.org', 'x.org/', 'x.org/bins*', '*/bins', '*', 'localhost/a:b', '/user@home'])(
    '%s has its shape',
    (rule) => {
      expect(hasUrlRuleShape(rule)).toBe(true)
    },
  )

  test.each([
    ['', 'nothing'],
    ['https://x.org/bins', 'a scheme'],
    ['//x.org/bins', 'no host before the path'],
    ['x.org:8080/bins', 'a port'],
    ['me@x.org/bins', 'credentials'],
    ['/bins?id=*', 'a query'],
    ['/bins#top', 'a fragment'],
    ['/bins missed', 'a blank'],
    [' /bins', 'a blank before it'],
    ['?', 'a query alone'],
  ])('%j has not: %s could never match', (rule) => {
    expect(hasUrlRuleShape(rule)).toBe(false)
  })
})

describe('of a URL', () => {
  test.each([
    ['https://my.b.gov.uk/service/bin?step=2&email=jane@x.org', 'my.b.gov.uk/service/bin'],
    ['https://my.b.gov.uk/service/bin#/jane@x.org', 'my.b.gov.uk/service/bin'],
    ['https://my.b.gov.uk?uprn=100', 'my.b.gov.uk'],
    ['https://MY.B.gov.uk/Service/Bin/', 'my.b.gov.uk/Service/Bin/'],
    ['https://my.b.gov.uk:8443/a', 'my.b.gov.uk/a'],
    ['https://my.b.gov.uk:/a', 'my.b.gov.uk/a'],
    ['https://my.b.gov.uk:port/a', 'my.b.gov.uk/a'],
    ['https://jane:secret@my.b.gov.uk/a', 'my.b.gov.uk/a'],
    ['https://jane@x.org:secret@my.b.gov.uk/a', 'my.b.gov.uk/a'],
    ['http://[2001:db8::1]:8080/a', '[2001:db8::1]/a'],
    ['//my.b.gov.uk/a?b', 'my.b.gov.uk/a'],
    ['  https://my.b.gov.uk/a \n', 'my.b.gov.uk/a'],
    ['my.b.gov.uk/a?b', 'my.b.gov.uk/a'],
    ['My.b.gov.uk:8080/a', 'my.b.gov.uk/a'],
    ['jane@my.b.gov.uk/a', 'my.b.gov.uk/a'],
    ['/service/bin?step=2', '/service/bin'],
    ['/a:b/c@d', '/a:b/c@d'],
    ['/a?b#c?d', '/a'],
    ['https://x.org/https://y.org/z', 'x.org/https://y.org/z'],
    ['android-app://uk.gov.b/bins', 'uk.gov.b/bins'],
    ['file:///C:/Users/jane/form.html', '/C:/Users/jane/form.html'],
    ['file:////server/share', '/server/share'],
    ['mailto:jane@x.org', ''],
    ['tel:+447700900123', ''],
    ['javascript:void(0)', ''],
    ['about:blank', ''],
    ['data:text/html,Jane', ''],
    ['?a=b', ''],
    ['#a', ''],
    ['', ''],
  ])('%j is left %j', (url, expected) => {
    expect(cutUrl(url)).toBe(expected)
  })

  const anyUrl = fc.oneof(
    fc.string({ unit: fc.constantFrom('a', 'B', ':', '/', '@', '?', '#', '[', ']', '1', '.', ' '), maxLength: 24 }),
    fc.webUrl({ withQueryParameters: true, withFragments: true }),
    fc.string({ unit: 'binary' }),
  )

  test('what is left has neither a query nor a fragment, and is left as it is', () => {
    fc.assert(
      fc.property(anyUrl, (url) => {
        const cut = cutUrl(url)
        expect(cut).not.toMatch(/[?#]/)
        expect(cutUrl(cut)).toBe(cut)
      }),
      { numRuns: 1_000 },
    )
  })

  test('what the resident sent in credentials, query or fragment is not left', () => {
    const secret = 'SECRET'
    const at = fc.constantFrom(
      (url: URL) => Object.assign(url, { username: secret }),
      (url: URL) => Object.assign(url, { username: 'a', password: secret }),
      (url: URL) => Object.assign(url, { search: secret }),
      (url: URL) => Object.assign(url, { hash: secret }),
    )
    fc.assert(
      fc.property(fc.webUrl(), at, (url, put) => {
        const said = put(new URL(url))
        expect(said.href).toContain(secret)
        expect(cutUrl(said.href)).toBe(said.hostname + said.pathname)
      }),
    )
  })
})
