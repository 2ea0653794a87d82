import { isContactLink, signalOf, stepOf } from './page-signals.ts'
import { TITLES } from './testing/titles.ts'

test.each(TITLES)('the title %j says %s', (title, expected) => {
  const signal = signalOf(title)
  expect(signal === undefined ? 'nothing' : signal.type === 'error' ? signal.code : signal.type).toBe(expected)
})

test('a page without a title says nothing', () => {
  expect(signalOf(undefined)).toBeUndefined()
})

test.each([
  ['my.borsetshire.gov.uk/service/report_missed_bin', 'report_missed_bin'],
  ['my.borsetshire.gov.uk/bins/about-you/', 'about-you'],
  ['/bins/which_bin', 'which_bin'],
  ['my.borsetshire.gov.uk/', '/'],
  ['my.borsetshire.gov.uk', '/'],
  [undefined, '/'],
])('the step of %s is %s', (url, step) => {
  expect(stepOf(url)).toBe(step)
})

test.each([
  ['tel:01632960000', true],
  ['mailto:bins@example.org', true],
  [' TEL:+441632960000', true],
  ['https://example.org/tel:', false],
  [undefined, false],
])('%s leads to another channel: %s', (target, expected) => {
  expect(isContactLink(target)).toBe(expected)
})
