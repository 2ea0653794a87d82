/** Event times, days and durations: what is read, to which millisecond, and what is refused. */
import * as fc from 'fast-check'
import {
  DAY_MS,
  formatInstant,
  HOUR_MS,
  MINUTE_MS,
  parseDay,
  parseDuration,
  parseInstant,
  SECOND_MS,
  WEEK_MS,
} from './instant.ts'

const two = (value: number): string => String(value).padStart(2, '0')

const EARLIEST = Date.UTC(1900, 0, 1)
const LATEST = Date.UTC(9999, 11, 31, 23, 59, 59, 999)
const anyInstant = fc.integer({ min: EARLIEST, max: LATEST })

describe('an instant is read', () => {
  test.each([
    ['in UTC', '2026-11-16T09:12:03.120Z', '2026-11-16T09:12:03.120Z'],
    ['without a fraction', '2026-11-16T09:12:03Z', '2026-11-16T09:12:03.000Z'],
    ['with one digit', '2026-11-16T09:12:03.1Z', '2026-11-16T09:12:03.100Z'],
    ['with two digits', '2026-11-16T09:12:03.01Z', '2026-11-16T09:12:03.010Z'],
    ['with seven digits, cut and not rounded', '2026-11-16T09:12:03.1239999Z', '2026-11-16T09:12:03.123Z'],
    ['with nine nines, in the same second', '2026-11-16T09:12:03.999999999Z', '2026-11-16T09:12:03.999Z'],
    ['with thirty digits', `2026-11-16T09:12:03.${'0'.repeat(29)}9Z`, '2026-11-16T09:12:03.000Z'],
    ['with lower-case letters', '2026-11-16t09:12:03z', '2026-11-16T09:12:03.000Z'],
    ['with a blank between', '2026-11-16 09:12:03Z', '2026-11-16T09:12:03.000Z'],
    ['east of Greenwich', '2026-07-01T00:30:00+01:00', '2026-06-30T23:30:00.000Z'],
    ['west of Greenwich', '2026-12-31T23:30:00-05:30', '2027-01-01T05:00:00.000Z'],
    ['at +00:00', '2026-11-16T09:12:03+00:00', '2026-11-16T09:12:03.000Z'],
    ['at an unknown offset', '2026-11-16T09:12:03-00:00', '2026-11-16T09:12:03.000Z'],
    ['at the greatest offset', '2026-11-16T00:00:00-23:59', '2026-11-16T23:59:00.000Z'],
    ['on a leap day', '2024-02-29T12:00:00Z', '2024-02-29T12:00:00.000Z'],
    ['on the leap day of 2000', '2000-02-29T12:00:00Z', '2000-02-29T12:00:00.000Z'],
    ['at the last millisecond of a day', '2026-11-16T23:59:59.999Z', '2026-11-16T23:59:59.999Z'],
    ['at the earliest', '1900-01-01T00:00:00Z', '1900-01-01T00:00:00.000Z'],
    ['before it by the local calendar alone', '1899-12-31T23:30:00-01:00', '1900-01-01T00:30:00.000Z'],
    ['at the latest', '9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'],
  ])('%s', (_, text, expected) => {
    const at = parseInstant(text)
    expect(at).toBe(Date.parse(expected))
    expect(formatInstant(at as number)).toBe(expected)
  })
})

test.each([
  ['no offset', '2026-11-16T09:12:03'],
  ['a day alone', '2026-11-16'],
  ['30 February', '2026-02-30T09:00:00Z'],
  ['a leap day in a common year', '2026-02-29T09:00:00Z'],
  ['the leap day that 1900 had not', '1900-02-29T09:00:00Z'],
  ['31 April', '2026-04-31T09:00:00Z'],
  ['day 0', '2026-11-00T09:00:00Z'],
  ['month 0', '2026-00-16T09:00:00Z'],
  ['month 13', '2026-13-16T09:00:00Z'],
  ['24:00', '2026-11-16T24:00:00Z'],
  ['minute 60', '2026-11-16T09:60:00Z'],
  ['a leap second', '2016-12-31T23:59:60Z'],
  ['no seconds', '2026-11-16T09:12Z'],
  ['a point without digits', '2026-11-16T09:12:03.Z'],
  ['a comma', '2026-11-16T09:12:03,5Z'],
  ['an offset without a colon', '2026-11-16T09:12:03+0100'],
  ['an offset of hours alone', '2026-11-16T09:12:03+01'],
  ['an offset of 24 hours', '2026-11-16T09:12:03+24:00'],
  ['an offset of 60 minutes', '2026-11-16T09:12:03+01:60'],
  ['a minus sign of typographers', '2026-11-16T09:12:03\u221201:00'],
  ['a year of two digits', '26-11-16T09:12:03Z'],
  ['a year of five digits', '12026-11-16T09:12:03Z'],
  ['a signed year', '+002026-11-16T09:12:03Z'],
  ['the year 0', '0000-01-01T00:00:00Z'],
  ['a year that Date.UTC takes for 1999', '0099-01-01T00:00:00Z'],
  ['before 1900', '1899-12-31T23:59:59.999Z'],
  ['before 1900 by its offset', '1900-01-01T00:30:00+01:00'],
  ['after 9999 by its offset', '9999-12-31T23:30:00-01:00'],
  ['blanks around', ' 2026-11-16T09:12:03Z'],
  ['a line end', '2026-11-16T09:12:03Z\n'],
  ['other digits', '２026-11-16T09:12:03Z'],
  ['words', 'yesterday'],
  ['nothing', ''],
])('an instant with %s is refused', (_, text) => {
  expect(parseInstant(text)).toBeUndefined()
})

test('what is formatted is read back, to the millisecond', () => {
  fc.assert(fc.property(anyInstant, (at) => formatInstant(at) === new Date(at).toISOString()))
  fc.assert(fc.property(anyInstant, (at) => parseInstant(formatInstant(at)) === at))
})

test('an instant is the same at whatever offset it is written, and however many digits follow', () => {
  const offset = fc.integer({ min: -23 * 60 - 59, max: 23 * 60 + 59 })
  const more = fc.stringMatching(/^\d{0,9}$/)
  fc.assert(
    fc.property(fc.integer({ min: EARLIEST + DAY_MS, max: LATEST - DAY_MS }), offset, more, (at, minutes, digits) => {
      const local = formatInstant(at + minutes * MINUTE_MS).slice(0, -1)
      const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60]
      const text = `${local}${digits}${minutes < 0 ? '-' : '+'}${two(hours)}:${two(rest)}`
      expect(parseInstant(text)).toBe(at)
    }),
  )
})

test('whatever the text, an instant is one that can be formatted, or there is none', () => {
  const text = fc.oneof(
    fc.string(),
    fc.stringMatching(/^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,5})?([Zz]|[+-]\d\d:\d\d)$/),
  )
  fc.assert(
    fc.property(text, (any) => {
      const at = parseInstant(any)
      expect(at === undefined || parseInstant(formatInstant(at)) === at).toBe(true)
    }),
  )
})

describe('a day', () => {
  test.each(['2026-11-16', '2024-02-29', '2000-02-29', '1900-01-01', '9999-12-31'])('%s is one', (text) => {
    expect(parseDay(text)).toBe(text)
  })

  test.each([
    '2026-02-30',
    '2026-02-29',
    '2100-02-29',
    '2026-04-31',
    '2026-13-01',
    '2026-00-01',
    '2026-01-00',
    '1899-12-31',
    '26-01-01',
    '2026-1-1',
    '2026-11-16T00:00:00Z',
    '16/11/2026',
    ' 2026-11-16',
    '2026-11-16\n',
    '',
  ])('%j is none', (text) => {
    expect(parseDay(text)).toBeUndefined()
  })

  test('is the date of any instant', () => {
    fc.assert(fc.property(anyInstant, (at) => parseDay(formatInstant(at).slice(0, 10)) !== undefined))
  })
})

describe('a duration', () => {
  test.each([
    ['90s', 90 * SECOND_MS],
    ['15m', 15 * MINUTE_MS],
    ['72h', 72 * HOUR_MS],
    ['7d', WEEK_MS],
    ['0s', 0],
    ['007d', WEEK_MS],
    ['1.5h', 90 * MINUTE_MS],
    ['0.001s', 1],
  ])('%s is read', (text, expected) => {
    expect(parseDuration(text)).toBe(expected)
  })

  test.each([
    '',
    '7',
    'd',
    '7 d',
    ' 7d',
    '7D',
    '7w',
    '7ms',
    '1h30m',
    '-1h',
    '+1h',
    '1e3s',
    '.5h',
    '1.h',
    'P7D',
    '٧d',
    '1234567890s',
  ])('%j is refused', (text) => {
    expect(parseDuration(text)).toBeUndefined()
  })

  test('a day is 24 hours, and a week seven of them', () => {
    expect([HOUR_MS, DAY_MS, WEEK_MS].map((ms) => ms / MINUTE_MS)).toEqual([60, 1_440, 10_080])
  })
})
