import { createZone } from '@ringback/contracts'
import fc from 'fast-check'
import { DateTime } from 'luxon'
import { parseTimeFormat } from './time-format.ts'

/** What a format makes of a text: an instant, a wall-clock time (`local …`) or a day; `-` for nothing. */
const read = (pattern: string, text: string): string => {
  const result = parseTimeFormat(pattern)
  if (result.kind === 'bad') throw new Error(result.message)
  const reading = result.format.read(text)
  if (reading === undefined) return '-'
  if (reading.kind === 'day') return reading.day
  if (reading.kind === 'instant') return new Date(reading.at).toISOString()
  return `local ${new Date(reading.local).toISOString().slice(0, -1)}`
}

describe('a format reads', () => {
  test.each([
    ['iso', '2026-11-16T09:12:03.120Z', '2026-11-16T09:12:03.120Z'],
    ['iso', '2026-11-16 09:12', 'local 2026-11-16T09:12:00.000'],
    ['iso', '2026-11-16T09:12:03.1234567+01:00', '2026-11-16T08:12:03.123Z'],
    ['iso', '2026-11-16 09:12:03,5 -0530', '2026-11-16T14:42:03.500Z'],
    ['iso', '20261116T091203Z', '2026-11-16T09:12:03.000Z'],
    ['iso', '2021-03-01 20:45:44.344 UTC', '2021-03-01T20:45:44.344Z'],
    ['iso', '2026-11-16', '2026-11-16'],
    ['iso', '2026-02-30T10:00:00Z', '-'],
    ['iso', '2026-02-30', '-'],
    ['iso', '2026-11-16T24:00:00Z', '-'],
    ['iso', '2026-11-16T10:00:60Z', '-'],
    ['iso', '2026-11-16T10:00:00+15:00', '-'],
    ['iso', '1899-12-31T23:59:59Z', '-'],
    ['iso', '16/11/2026', '-'],
    ['iso', '09:12:03', '-'],
    ['epoch_s', '1794820323', '2026-11-16T09:12:03.000Z'],
    ['epoch_s', '1794820323.1299', '2026-11-16T09:12:03.129Z'],
    ['epoch_ms', '1794820323120', '2026-11-16T09:12:03.120Z'],
    ['epoch_ms', '-86400000', '1969-12-31T00:00:00.000Z'],
    ['epoch_s', '1794820323120', '-'], // it is in milliseconds: the year 58845
    ['epoch_s', '1.79E+09', '-'], // Excel has eaten it
    ['epoch_s', '', '-'],
    ['dd/MM/yyyy HH:mm:ss', '16/11/2026 09:12:03', 'local 2026-11-16T09:12:03.000'],
    ['dd/MM/yyyy HH:mm:ss', '6/1/2026  9:12:03', 'local 2026-01-06T09:12:03.000'],
    ['dd/MM/yyyy HH:mm:ss', '11/16/2026 09:12:03', '-'], // months first
    ['dd/MM/yyyy HH:mm:ss', '16/11/26 09:12:03', '-'],
    ['dd/MM/yyyy HH:mm:ss', '30/02/2026 09:12:03', '-'],
    ['dd/MM/yyyy HH:mm:ss', '29/02/2028 09:12:03', 'local 2028-02-29T09:12:03.000'],
    ['dd/MM/yyyy HH:mm:ss', '16/11/2026', '-'],
    ['dd/MM/yyyy HH:mm:ss', '16/11/2026 09:12:03 x', '-'],
    ['dd/MM/yy', '16/11/26', '2026-11-16'],
    ['MM/dd/yyyy hh:mm:ss a', '04/18/2019 09:55:45 PM', 'local 2019-04-18T21:55:45.000'],
    ['MM/dd/yyyy hh:mm:ss a', '07/31/2018 12:00:00 AM', 'local 2018-07-31T00:00:00.000'],
    ['MM/dd/yyyy hh:mm:ss a', '07/31/2018 12:30:00 p.m.', 'local 2018-07-31T12:30:00.000'],
    ['MM/dd/yyyy h:mm a', '7/31/2018 9:05\u202fPM', 'local 2018-07-31T21:05:00.000'], // newer ICU's narrow space
    ['MM/dd/yyyy hh:mm:ss a', '07/31/2018 13:00:00 PM', '-'],
    ["MM/dd/yyyy '12:00:00 AM'", '07/31/2018 12:00:00 AM', '2018-07-31'],
    ["MM/dd/yyyy '12:00:00 AM'", '07/31/2018 12:00:01 AM', '-'],
    ["yyyy-MM-dd'T'HH:mm:ss.SSSXXX", '2026-11-16T09:12:03.1234567+01:00', '2026-11-16T08:12:03.123Z'],
    ['yyyy-MM-dd HH:mm:ss Z', '2026-11-16 09:12:03 -0800', '2026-11-16T17:12:03.000Z'],
    ['yyyy-MM-dd HH:mm:ss z', '2026-11-16 09:12:03 GMT', '2026-11-16T09:12:03.000Z'],
    ['yyyy-MM-dd HH:mm:ss O', '2026-11-16 09:12:03 GMT+1', '2026-11-16T08:12:03.000Z'],
    ['yyyyMMddHHmmss', '20261116091203', 'local 2026-11-16T09:12:03.000'],
    ['d MMM yyyy, HH:mm', '6 Nov 2026, 09:12', 'local 2026-11-06T09:12:00.000'],
    ['d MMM yyyy, HH:mm', '6 Sept 2026, 09:12', 'local 2026-09-06T09:12:00.000'],
    ['EEEE d MMMM yyyy', 'Monday 16 november 2026', '2026-11-16'],
    ['EEE MMM dd HH:mm:ss yyyy', 'Mon Nov 16 09:12:03 2026', 'local 2026-11-16T09:12:03.000'],
    ["h 'o''clock' a, dd.MM.yyyy mm", "9 o'clock am, 16.11.2026 12", 'local 2026-11-16T09:12:00.000'],
  ])('%s: %s as %s', (pattern, text, expected) => {
    expect(read(pattern, text)).toBe(expected)
  })

  test('what luxon writes, wherever the two mean the same by their tokens', () => {
    const patterns = ['dd/MM/yyyy HH:mm:ss', 'd MMM yyyy h:mm:ss a', 'yyyyMMddHHmmss', 'EEE, d MMMM yyyy HH:mm:ss']
    fc.assert(
      fc.property(
        fc.constantFrom(...patterns),
        fc.date({ min: new Date('1950-01-01'), max: new Date('2100-01-01'), noInvalidDate: true }),
        (pattern, date) => {
          const seconds = Math.floor(date.getTime() / 1000) * 1000
          const text = DateTime.fromMillis(seconds, { zone: 'utc', locale: 'en-GB' }).toFormat(pattern)
          expect(read(pattern, text)).toBe(`local ${new Date(seconds).toISOString().slice(0, -1)}`)
        },
      ),
    )
  })
})

describe('a format is refused', () => {
  test.each([
    ['dd/mm/yyyy HH:mm:ss', 'the minute once'],
    ['DD/MM/YYYY', 'the day is dd'],
    ['dd/MM/YYYY', 'the year is yyyy'],
    ['yyyy-MM-ddTHH:mm:ss', "'T'"],
    ['yyyy-MM-dd hh:mm:ss', '`a`'],
    ['yyyy-MM-dd HH', 'hours and minutes'],
    ['HH:mm:ss', 'a year (yyyy), month (MM) and day (dd)'],
    ['yyyy-MM-dd XXX', 'hours and minutes'],
    ["yyyy-MM-dd 'at HH:mm", 'closing quote'],
    ['yyyyy-MM-dd', 'not yyyyy'],
    ['banana', 'not b'],
  ])('%s', (pattern, message) => {
    expect(parseTimeFormat(pattern)).toEqual({ kind: 'bad', message: expect.stringContaining(message) })
  })
})

describe('a local time', () => {
  test('is the one that luxon shows for its instant, except in a gap', () => {
    const zones = ['Europe/London', 'America/New_York', 'Australia/Lord_Howe', 'Pacific/Apia', 'America/Sao_Paulo']
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.integer({ min: Date.UTC(1975, 0), max: Date.UTC(2037, 0) }),
        (zone, local) => {
          const { at: instant, isAmbiguous } = createZone(zone).toInstant(local)
          const shown = DateTime.fromMillis(instant, { zone })
          if (!isAmbiguous) expect(shown.toMillis() + shown.offset * 60_000).toBe(local)
          expect(createZone(zone).dayOf(instant)).toBe(shown.toISODate())
        },
      ),
      { numRuns: 1000 },
    )
  })
})
